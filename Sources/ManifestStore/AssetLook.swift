package import ManifestModel
package import StoredTree

/// What one asset's folder holds: its manifest, and what each run tells.
package struct AssetLook: Sendable {
  /// The manifest, with the fields that nobody here knows.
  package var manifest: FileObservation<Manifest>
  /// What the runs tell of times, results and artifacts. Only the newest that ended keeps its error: errors can be
  /// large, and runs many.
  package private(set) var runs: [RunOnDisk] = []
  private var newestEnded: Int?
  /// Runs whose files cannot be read, and why.
  package var unread: [(run: String, message: String)] = []
  /// Why nothing can be told of the runs as a whole: one is being written, cannot be read at present, or is beyond a
  /// limit, and may be the newest. What is damaged is no obstacle, since nobody will ever read it.
  var obstacle: Obstacle?
  /// Whether something was touched so recently that its writer may have more to do.
  package var isFresh = false

  init(manifest: FileObservation<Manifest>) {
    self.manifest = manifest
  }

  fileprivate mutating func add(_ run: RunOnDisk, _ order: RunOrder) {
    var run = run
    if run.hasEnded, newestEnded.map({ order.precedes(runs[$0], run) }) ?? true {
      if let newestEnded { runs[newestEnded].forgetError() }
      newestEnded = runs.count
    } else {
      run.forgetError()
    }
    runs.append(run)
  }

  /// The same after runs were written, as far as permission to write more depends on it: errors are left out.
  func after(_ written: [RunOnDisk]) -> AssetLook {
    if written.isEmpty { return self }
    var result = self
    let ids = Set(written.map { Array($0.id.utf8) })
    result.runs.removeAll { ids.contains(Array($0.id.utf8)) }
    result.unread.removeAll { ids.contains(Array($0.run.utf8)) }
    for var run in written {
      run.forgetError()
      result.runs.append(run)
    }
    result.newestEnded = nil
    return result
  }

  struct Obstacle: Sendable {
    var code: StoreError.Code
    var run: String
    var message: String
  }
}

extension TreeReader {
  /// Looks at everything of an asset. A run without a file has not got that far, and is passed over.
  ///
  /// - Parameter now: by which it is told which run is the newest.
  package func look(at asset: AssetIdentifier, at now: Timestamp) throws(StoreError) -> AssetLook {
    let order = RunOrder(at: now)
    var look = AssetLook(manifest: try readWholeManifest(of: asset, forRewriting: true))
    if case .good(_, let revision) = look.manifest, !session.isSettled(revision) { look.isFresh = true }
    for run in try listRuns(of: asset) {
      switch try readWholeRun(run, of: asset) {
      case .absent: continue
      case .good(let metadata, let revision):
        if let id = metadata.id, !id.hasSameBytes(as: run) {
          look.unread.append((run, "The file holds the metadata of the run \(id)."))
          continue
        }
        if !session.isSettled(revision) { look.isFresh = true }
        var known = metadata.withoutDetails
        known.heartbeatAt = known.heartbeatAt.map { session.time(ofLife: $0, writtenAt: revision.writtenAt) }
        look.add(RunOnDisk(id: run, metadata: known, writtenAt: revision.writtenAt, bytes: revision.size), order)
      case .bad(let kind, let message, _):
        look.unread.append((run, message))
        switch kind {
        case .unreadable: look.obstacle = look.obstacle ?? .init(code: .inputOutput, run: run, message: message)
        case .tooLarge: look.obstacle = look.obstacle ?? .init(code: .cannotWrite, run: run, message: message)
        default: break
        }
      case .torn:
        let message = "The file is being written."
        look.unread.append((run, message))
        look.obstacle = .init(code: .busy, run: run, message: message)
      }
    }
    return look
  }
}

extension RunMetadata {
  /// The same without what neither a manifest nor a retention asks for.
  fileprivate var withoutDetails: RunMetadata {
    var result = self
    result.assetName = nil
    result.assetID = nil
    result.assetPath = nil
    result.parameters = nil
    result.error?.traceback = nil
    result.artifacts = artifacts?.map { ArtifactFacts(path: $0.path) }
    result.unknownFields = []
    return result
  }
}

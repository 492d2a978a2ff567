package import ManifestModel

/// What one asset's folder holds: its manifest, and what each run tells.
package struct AssetLook: Sendable {
  /// The manifest, with the fields that nobody here knows.
  package var manifest: FileObservation<Manifest>
  package var runs: [RunOnDisk] = []
  /// Runs whose files cannot be read, and why.
  package var unread: [(run: String, message: String)] = []
  /// Why nothing can be told of the runs as a whole: one is being written, cannot be read at present, or is beyond a limit,
  /// and may be the newest. What is damaged is no obstacle, since nobody will ever read it.
  var obstacle: Obstacle?
  /// Whether something was touched so recently that its writer may have more to do.
  package var isFresh = false

  struct Obstacle: Sendable {
    var code: StoreError.Code
    var run: String
    var message: String
  }
}

extension TreeReader {
  /// Looks at everything in an open asset folder. A run without a file has not got that far, and is passed over.
  package func look(in folder: Int32) throws(StoreError) -> AssetLook {
    var look = AssetLook(manifest: try readWholeManifest(in: folder))
    if case .good(_, let fingerprint) = look.manifest, !isSettled(fingerprint) { look.isFresh = true }
    for run in try runs(in: folder) {
      switch try readWholeRun(run, in: folder) {
      case .absent: continue
      case .good(let metadata, let fingerprint):
        if let id = metadata.id, !id.hasSameBytes(as: run) {
          look.unread.append((run, "The file holds the metadata of the run \(id)."))
          continue
        }
        if !isSettled(fingerprint) { look.isFresh = true }
        look.runs.append(
          RunOnDisk(
            id: run, metadata: metadata, writtenAt: Timestamp(microseconds: fingerprint.modifiedNanoseconds / 1_000),
            bytes: fingerprint.size))
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

  /// The ids of the runs that have a folder in an open asset folder.
  private func runs(in folder: Int32) throws(StoreError) -> NameList {
    path.set(".")
    do throws(SystemError) {
      // A descriptor of its own, since a listing moves on in the one it is made from.
      let copy = try fileSystem.openFolder(path.pointer, in: folder)
      defer { fileSystem.close(copy) }
      return try list(copy, prefix: "asset_run_id=").members
    } catch {
      throw StoreError(.inputOutput, "The runs of an asset cannot be listed: \(error.text).")
    }
  }
}

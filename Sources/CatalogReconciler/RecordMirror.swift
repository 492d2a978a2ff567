package import CatalogIndex
internal import Dispatch
internal import LinuxSystem
package import ManifestModel
package import ManifestStore
package import StoredTree
internal import Synchronization

/// Takes what was just written into the tree over into the index, so that the next question finds it there.
///
/// The tree is the truth and was written before: whatever goes wrong here, the next reconcile makes good. For the same
/// reason nothing is taken over where no reconcile has filled the index yet.
package final class RecordMirror: Sendable {
  private let locate: @Sendable () throws(IndexError) -> IndexLocation
  private let patienceMilliseconds: Int
  private let connection = Mutex<IndexConnection?>(nil)
  /// How often a thread waited for another process in vain.
  private let timeouts = Atomic<Int>(0)
  /// Lets one thread at a time to the connection: a mutex that can be waited for in vain.
  private let turn = DispatchSemaphore(value: 1)

  /// - Parameters:
  ///   - patienceMilliseconds: How long a record may wait for others who write the index, all its waits taken together.
  ///   - locate: Finds the index. What it throws, each record throws that would be mirrored.
  package init(
    patienceMilliseconds: Int = 2_000, locate: @escaping @Sendable () throws(IndexError) -> IndexLocation
  ) {
    self.locate = locate
    self.patienceMilliseconds = patienceMilliseconds
  }

  package convenience init(_ location: IndexLocation, patienceMilliseconds: Int = 2_000) {
    self.init(patienceMilliseconds: patienceMilliseconds) { () throws(IndexError) in location }
  }

  /// Writes what was written to `tree`.
  ///
  /// Under the write lock each file is compared with the disk once more, and read again if it is another by now, so
  /// that an older state never takes the place of a newer one. A store of objects is not asked then: of two records of
  /// one file at the same time the older may stand in the index until the next reconcile, whose listing has the newer
  /// one and is compared with every file of what was recorded.
  ///
  /// Threads that call this at once wait for each other. When one has waited for another process in vain, those that
  /// were waiting behind it give up with it, instead of each beginning the same wait again.
  ///
  /// - Throws: `busy` where others write the index for longer than the patience lasts; the connection stays open then.
  package func mirror(_ assets: [WrittenAsset], in tree: any TreeStorage, at time: Timestamp) throws(IndexError) {
    var failure: IndexError?
    // Before the index: a rebuild that has taken the notes away has put its content into the index.
    do throws(IndexError) {
      try RecordedMeanwhile.note(assets.lazy.map(\.asset), at: try locate())
    } catch {
      failure = error
    }
    try writeToIndex(assets, in: tree, at: time)
    if let failure { throw failure }
  }

  private func writeToIndex(
    _ assets: [WrittenAsset], in tree: any TreeStorage, at time: Timestamp
  ) throws(IndexError) {
    let deadline = Deadline(milliseconds: patienceMilliseconds)
    let before = timeouts.load(ordering: .acquiring)
    guard turn.wait(timeout: .now() + .milliseconds(deadline.remainingMilliseconds)) == .success else {
      throw try busy()
    }
    defer { turn.signal() }
    guard timeouts.load(ordering: .acquiring) == before else { throw try busy() }
    do throws(IndexError) {
      try connection.withLock { connection throws(IndexError) in
        if let open = connection.take(), open.isCurrent() { connection = consume open }
        if connection == nil { connection = try IndexFile.openIfSound(try locate(), until: deadline) }
        guard connection != nil else { return }
        do throws(IndexError) {
          try Self.write(assets, in: tree, at: time, until: deadline, to: connection!)
        } catch {
          if error.code != .busy, error.code != .foreign { connection = nil }
          throw error
        }
      }
    } catch {
      if error.code == .busy { timeouts.wrappingAdd(1, ordering: .releasing) }
      throw error
    }
  }

  private func busy() throws(IndexError) -> IndexError {
    IndexError(.busy, "The index \(try locate().path) is being written by another process: try again.")
  }

  private static func write(
    _ assets: [WrittenAsset], in tree: any TreeStorage, at time: Timestamp, until deadline: Deadline,
    to index: borrowing IndexConnection
  ) throws(IndexError) {
    let readers = SharedReadership()
    let scanner = StretchReader(tree.makeSurveyorTrustingNothing(readers), of: tree, for: .reconcile(isFull: false))
    do {
      try index.edit(until: deadline, orThrow: { $0 as any Error }) { database in
        guard try isFilled(from: tree, database, at: index.location) else { return }
        var applier = ChangeApplier(scanner: scanner, startedAt: time)
        // No request to another host under the lock: what the store said of each write stands for a look.
        if tree.isRemote { applier.proof = .notRecorded([]) }
        for asset in assets {
          try database.ensure(folder: asset.asset.name)
          var change = AssetChange(asset, layout: scanner.layout, isTrusted: tree.isRemote)
          // What a listing said of the asset may be of what others wrote over this since: the next one compares it file
          // by file.
          if tree.isRemote { change.folder = .unseen }
          try applier.apply(change, to: database) { try scanner.readAgain($0) }
        }
        index.limitRights(to: readers.value)
      }
    } catch let error as IndexError {
      throw error
    } catch {
      throw IndexError(.inputOutput, "The index \(index.location.path) was not brought up to date: \(error).")
    }
  }

  /// Whether a reconcile of this program has filled the index from this tree.
  private static func isFilled(
    from tree: any TreeStorage, _ database: borrowing IndexWriter, at location: IndexLocation
  ) throws -> Bool {
    guard let state = try database.state(), state.startedAt != nil,
      state.projectionVersion == CatalogState.currentProjection
    else { return false }
    let isSame = state.isOf(
      root: tree.root, metadataFolder: tree.metadataFolder, device: tree.identity.device, inode: tree.identity.inode,
      at: location)
    guard isSame else {
      throw IndexError(
        .foreign,
        "The index is of another tree (that of \(state.root)) and was left as it is: bring it up to date.", .reconcile)
    }
    return true
  }
}

extension AssetChange {
  /// What a writer left, as if it had been found by a look at the folder that did not list it.
  ///
  /// - Parameter isTrusted: whether an equal revision proves that nothing changed since, however young it is.
  init(_ written: WrittenAsset, layout: MetadataLayout, isTrusted: Bool) {
    self.init(written.asset)
    if let (manifest, revision) = written.manifest {
      let found = Manifest(manifest, of: asset, metadataFolder: layout.folder)
      self.manifest = .current(found, Self.seen(revision, isTrusted))
      note(found.leftOut, at: layout.manifestPath(asset))
    }
    for (id, metadata, revision) in written.runs {
      let found = Run(metadata)
      runs.append((id, .current(found, Self.seen(revision, isTrusted))))
      note(found.leftOut, at: layout.runMetadataPath(asset, runID: id))
    }
  }

  /// Says that nothing is wrong with a file, unless it says more than the index holds.
  private mutating func note(_ leftOut: String?, at path: String) {
    let path = Array(path.utf8)
    let found = leftOut.map { IndexedProblem(path: path, kind: .truncated, message: $0, asset: asset) }
    problems.append(ProblemScope(scope: path, problems: found.map { [$0] } ?? []))
  }

  /// What has no revision is never found unchanged, so that the file is read again.
  private static func seen(_ revision: Revision?, _ isTrusted: Bool) -> SeenFile {
    revision.map { SeenFile($0, isTrusted: isTrusted) } ?? .unseen
  }
}

extension StretchReader {
  /// Reads the files that a change is about once more, and no others.
  ///
  /// - Returns: `nil` if the asset cannot be looked into.
  func readAgain(_ change: AssetChange) throws -> AssetChange? {
    let result = try? reader.session.visiting(change.asset) {
      var again = AssetChange(change.asset)
      if change.manifest != nil { try readManifest(of: change.asset, &again) }
      for (run, _) in change.runs { try readRun(run, of: change.asset, &again) }
      return again
    }
    return try result?.get()
  }
}

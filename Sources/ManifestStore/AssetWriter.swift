internal import LinuxSystem
package import LocalTree
package import ManifestModel
internal import StoredTree

/// Writes what reports say into the tree, so that every file is at any instant the complete old or the complete new one.
///
/// For each asset, under its lock:
/// 1. Read the metadata of its runs and its manifest, and merge the reports into them.
/// 2. Write every file as a draft beside the old one; put the drafts on the disk, and the folders above the asset's unless
///    they are known to be there.
/// 3. Rename the run metadata into place, and put that on the disk: the run's folder and, where its name may be missing
///    there, the asset's.
/// 4. If another program rewrote the manifest meanwhile, merge again; then rename the manifest into place, and put that
///    on the disk.
///
/// So a manifest never names a run whose metadata a crash could lose. A call to put something on the disk that fails is
/// an error and is not repeated, since the system may have dropped what it could not write.
///
/// More than 16 reports share three calls of syncfs(2), one after each of the steps 2, 3 and 4, where the kernel and the
/// file system keep its promise. It also waits for what other programs have written to the same file system: with little
/// to record, and where much else is written, one fsync(2) for each file is the lesser evil. Elsewhere each file and
/// folder is put on the disk by itself, as with few reports.
package final class AssetWriter {
  /// Assets whose locks are held at once: each takes two descriptors, and a process may have 1024 by default.
  private static let chunk = 200
  /// Descriptors that a group takes beside those of its locks, and that are left to other threads and to the index.
  private static let reserve = 32
  /// Above this many reports, one call for the whole file system is cheaper than one for each file.
  private static let fewReports = 16

  private let tree: MetadataTree
  private let fileSystem: any WritableFileSystem
  private let now: Timestamp
  private let beatsByFileClock: Bool
  private let lockPatienceMicroseconds: Int64
  private let durable: DurableFiles
  private let onWarning: (String) -> Void

  /// - Parameters:
  ///   - now: The time of the reports, which need not be that of the system.
  ///   - lockPatienceMicroseconds: How long one call waits for other writers, all its assets taken together.
  ///   - durable: What this process has written before.
  ///   - onWarning: Called with sentences about what went well in the end.
  package init(
    tree: MetadataTree, fileSystem: any WritableFileSystem, now: Timestamp,
    beatsByFileClock: Bool = false, lockPatienceMicroseconds: Int64 = 10_000_000,
    durable: DurableFiles = DurableFiles(),
    onWarning: @escaping (String) -> Void = { _ in }
  ) {
    self.tree = tree
    self.fileSystem = fileSystem
    self.now = now
    self.beatsByFileClock = beatsByFileClock
    self.lockPatienceMicroseconds = lockPatienceMicroseconds
    self.durable = durable
    self.onWarning = onWarning
  }

  /// Writes reports, those of one asset in the order given.
  ///
  /// A report that cannot be written leaves the others as they are. Where a run's metadata could be written and the
  /// manifest not, the report of its end counts as not written: the same report may be written again.
  ///
  /// Assets that others are writing come last. No lock is held while waiting for one, so that nobody waits for an asset
  /// that this writer has done nothing to yet, and no two writers wait for each other.
  ///
  /// - Parameter permission: Asked for each report under the lock of its asset, before anything is written. It is shown
  ///   what the folder held when the lock was had, and what the reports before it make of their runs; a report that it
  ///   refuses fails with what it throws.
  package func write(_ reports: [RunReport], ifAllowedBy permission: WritePermission? = nil) -> WriteOutcome {
    var outcome = WriteOutcome(results: reports.map { _ in .failure(Self.notReached) })
    var waiting = Dictionary(grouping: reports.indices) { reports[$0].asset }
      .map { Group(asset: $0.key, indices: $0.value) }
      .sorted { $0.asset < $1.asset }
    var patience = lockPatienceMicroseconds
    var pause: Int64 = 200
    var chunk = Self.chunk
    while true {
      var busy: [Group] = []
      var rest = waiting[...]
      while !rest.isEmpty {
        let count = min(chunk, rest.count, groupsThatFit(of: rest.count))
        let (held, exhausted) = write(rest.prefix(count), reports, permission, &outcome)
        rest = exhausted + rest.dropFirst(count)
        busy += held
        // What one asset alone cannot have, nobody can give it.
        if !exhausted.isEmpty { chunk = max(1, count / 2) }
      }
      if busy.isEmpty { break }
      if busy.count < waiting.count {
        pause = 200
      } else if patience > 0 {
        let wait = min(pause, patience)
        fileSystem.sleep(microseconds: UInt32(wait))
        patience -= wait
        pause = min(pause * 2, 5_000)
      } else {
        for group in busy { fail(group, StoreError(.busy, Self.isBusy(path(of: group.asset))), &outcome) }
        break
      }
      waiting = busy
    }
    outcome.assets.sort { $0.asset < $1.asset }
    return outcome
  }

  private static let notReached = StoreError(.inputOutput, "The report was not reached: record the run again.")

  /// Stands for the reports that were not tried after others had run out of descriptors.
  private static let exhausted: StoreError = {
    var error = notReached
    error.isExhaustion = true
    return error
  }()

  private static func isBusy(_ path: String) -> String {
    "\(path) is being written by another process: try again."
  }

  /// The reports of one asset.
  private struct Group {
    let asset: AssetIdentifier
    let indices: [Int]

    /// The reports that failed because the process ran out of descriptors; `nil` where there are none.
    func exhausted(in outcome: WriteOutcome) -> Group? {
      let failed = indices.filter { index in
        if case .failure(let error) = outcome.results[index] { error.isExhaustion } else { false }
      }
      return failed.isEmpty ? nil : Group(asset: asset, indices: failed)
    }
  }

  /// How many of so many assets can be locked at once with the descriptors that the process has left. A few always fit.
  private func groupsThatFit(of count: Int) -> Int {
    guard count > Self.fewReports, let left = fileSystem.freeDescriptors() else { return count }
    return max(1, (left - Self.reserve) / 2)
  }

  /// - Returns: the assets that others are writing, and the reports that failed for want of descriptors and may not if
  ///   fewer assets are written at once.
  private func write(
    _ groups: ArraySlice<Group>, _ reports: [RunReport], _ permission: WritePermission?,
    _ outcome: inout WriteOutcome
  ) -> (busy: [Group], exhausted: [Group]) {
    let isSmall = groups.reduce(0) { $0 + $1.indices.count } <= Self.fewReports
    let syncsEachFile = isSmall || !fileSystem.canSynchronizeFileSystem(of: tree.descriptor)
    // How long a file that does not parse may count as half-written is told by the clock of the file system: the time
    // of the reports may be any.
    let session = LocalSession(tree: tree)
    let reader = TreeReader(session, root: tree.root)
    var transactions: [AssetTransaction] = []
    var busy: [Group] = []
    var isExhausted = false
    for group in groups {
      if isExhausted {
        fail(group, Self.exhausted, &outcome)
        continue
      }
      let folder: LockedAssetFolder
      do throws(StoreError) {
        guard let locked = try open(group.asset) else {
          busy.append(group)
          continue
        }
        folder = locked
      } catch {
        isExhausted = error.isExhaustion
        fail(group, error, &outcome)
        continue
      }
      let transaction = AssetTransaction(
        folder, in: tree, fileSystem, session, reader: reader, now: now, beatsByFileClock: beatsByFileClock,
        syncsEachFile: syncsEachFile || !folder.isOnDeviceOfTree, durable: durable, onWarning: onWarning)
      add(group, reports, permission, to: transaction, &outcome)
      transaction.writeDrafts()
      transactions.append(transaction)
    }
    if !syncsEachFile { synchronize(transactions) }
    for transaction in transactions { transaction.publishRuns() }
    if !syncsEachFile { synchronize(transactions) }
    for transaction in transactions { transaction.publishManifest() }
    if !syncsEachFile { synchronize(transactions) }
    for transaction in transactions {
      let written = transaction.end()
      if !written.isEmpty { outcome.assets.append(written) }
      transaction.forEachResult { outcome.results[$0] = $1 }
    }
    return (busy, groups.count > 1 ? groups.compactMap { $0.exhausted(in: outcome) } : [])
  }

  private func add(
    _ group: Group, _ reports: [RunReport], _ permission: WritePermission?, to transaction: AssetTransaction,
    _ outcome: inout WriteOutcome
  ) {
    var look: AssetLook?
    do throws(StoreError) {
      if permission != nil { look = try transaction.lookForPermission() }
    } catch {
      fail(group, error, &outcome)
      return
    }
    for index in group.indices {
      do throws(StoreError) {
        if let permission, let look { try transaction.ask(permission, look) }
        try transaction.add(reports[index], at: index)
      } catch {
        outcome.results[index] = .failure(error)
      }
    }
  }

  private func open(_ asset: AssetIdentifier) throws(StoreError) -> LockedAssetFolder? {
    do throws(SystemError) {
      guard let folder = try LockedAssetFolder.open(asset, in: tree, fileSystem) else { return nil }
      if let reason = folder.missingLock {
        onWarning(
          "\(path(of: asset)) cannot be locked (\(reason.text)): let only one program write there at a time.")
      }
      return folder
    } catch {
      throw StoreError(writing: path(of: asset), error)
    }
  }

  /// Puts on the disk what was written for all assets; if that fails, it has failed for all.
  private func synchronize(_ transactions: [AssetTransaction]) {
    guard let folder = transactions.lazy.map(\.folder).first(where: \.isOnDeviceOfTree) else { return }
    do throws(SystemError) {
      try fileSystem.synchronizeFileSystem(of: folder.descriptor)
    } catch {
      for transaction in transactions { transaction.failAll(StoreError(writing: tree.path, error)) }
    }
  }

  private func fail(_ group: Group, _ error: StoreError, _ outcome: inout WriteOutcome) {
    for index in group.indices { outcome.results[index] = .failure(error) }
  }

  private func path(of asset: AssetIdentifier) -> String {
    "\(tree.root)/\(MetadataLayout(folder: tree.metadataFolder).assetPath(asset))"
  }
}

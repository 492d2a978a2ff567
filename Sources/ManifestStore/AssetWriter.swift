package import ManifestModel

/// Writes what reports say into the tree, so that every file is at any instant the complete old or the complete new one.
///
/// For each asset, under its lock:
/// 1. Read the metadata of its runs and its manifest, and merge the reports into them.
/// 2. Write every file as a draft beside the old one, and put the drafts on the disk.
/// 3. Rename the run metadata into place, and put that on the disk.
/// 4. If another program rewrote the manifest meanwhile, merge again; then rename the manifest into place, and put that
///    on the disk.
///
/// So a manifest never names a run whose metadata a crash could lose. A call to put something on the disk that fails is
/// an error and is not repeated, since the system may have dropped what it could not write.
package final class AssetWriter {
  /// Assets whose locks are held at once: each takes two descriptors, and a process may have 1024 by default.
  private static let chunk = 200
  /// Above this many reports, one call for the whole file system is cheaper than one for each file.
  private static let fewReports = 16

  private let tree: MetadataTree
  private let fileSystem: any WritableFileSystem
  private let now: Timestamp
  private let lockPatienceMicroseconds: UInt32
  private let onWarning: (String) -> Void

  /// - Parameters:
  ///   - now: The time of the reports.
  ///   - lockPatienceMicroseconds: How long to wait for another writer of the same asset.
  ///   - onWarning: Called with sentences about what went well in the end.
  package init(
    tree: MetadataTree, fileSystem: any WritableFileSystem, now: Timestamp,
    lockPatienceMicroseconds: UInt32 = 10_000_000, onWarning: @escaping (String) -> Void = { _ in }
  ) {
    self.tree = tree
    self.fileSystem = fileSystem
    self.now = now
    self.lockPatienceMicroseconds = lockPatienceMicroseconds
    self.onWarning = onWarning
  }

  /// Writes reports, those of one asset in the order given.
  ///
  /// An asset that cannot be written leaves the others as they are. Where a run's metadata could be written and the
  /// manifest not, the report counts as not written: the same report may be written again.
  package func write(_ reports: [RunReport]) -> WriteOutcome {
    var outcome = WriteOutcome(results: reports.map { _ in .failure(Self.notReached) })
    let groups = Dictionary(grouping: reports.indices) { reports[$0].asset }.sorted { $0.key < $1.key }
    for start in stride(from: 0, to: groups.count, by: Self.chunk) {
      let chunk = groups[start..<min(start + Self.chunk, groups.count)]
      write(chunk.map { Group(asset: $0.key, indices: $0.value) }, reports, &outcome)
    }
    return outcome
  }

  private static let notReached = StoreError(.inputOutput, "The report was not reached.")

  private struct Group {
    let asset: AssetIdentifier
    /// Of the reports.
    var indices: [Int]
    var transaction: AssetTransaction?
  }

  private func write(_ chunk: [Group], _ reports: [RunReport], _ outcome: inout WriteOutcome) {
    var groups = chunk
    let syncsEachFile = groups.reduce(0) { $0 + $1.indices.count } <= Self.fewReports
    // The clock decides only how long a file that does not parse may count as half-written.
    let reader = TreeReader(tree: tree, clock: FileSystemClock(nanoseconds: now.nanoseconds, slackNanoseconds: 0))

    prepare(&groups, reports, &outcome) { folder in
      AssetTransaction(
        folder, in: tree, fileSystem, reader: reader, now: now,
        syncsEachFile: syncsEachFile || !folder.isOnDeviceOfTree, onWarning: onWarning)
    }
    if !syncsEachFile { synchronize(&groups, &outcome) }
    advance(&groups, &outcome) { group throws(StoreError) in try group.transaction?.publishRuns() }
    if !syncsEachFile { synchronize(&groups, &outcome) }
    advance(&groups, &outcome) { group throws(StoreError) in try group.transaction?.publishManifest() }
    if !syncsEachFile { synchronize(&groups, &outcome) }
    outcome.assets += groups.compactMap { $0.transaction?.result() }
  }

  /// Locks each asset and writes the drafts.
  private func prepare(
    _ groups: inout [Group], _ reports: [RunReport], _ outcome: inout WriteOutcome,
    _ makeTransaction: (LockedAssetFolder) -> AssetTransaction
  ) {
    var ready: [Group] = []
    // Locks are taken in the order of the assets, so that two writers never wait for each other.
    for var group in groups {
      do throws(StoreError) {
        let transaction = makeTransaction(try open(group.asset))
        group.transaction = transaction
        let indices = group.indices
        group.indices = []
        for index in indices {
          do throws(StoreError) {
            outcome.results[index] = .success(try transaction.add(reports[index]))
            group.indices.append(index)
          } catch {
            outcome.results[index] = .failure(error)
          }
        }
        if group.indices.isEmpty {
          transaction.discard()
        } else {
          try transaction.writeDrafts()
          ready.append(group)
        }
      } catch {
        giveUp(group, error, &outcome)
      }
    }
    groups = ready
  }

  private func open(_ asset: AssetIdentifier) throws(StoreError) -> LockedAssetFolder {
    let path = "\(tree.root)/\(MetadataLayout(folder: tree.metadataFolder).assetPath(asset))"
    do throws(SystemError) {
      let folder = try LockedAssetFolder.open(
        asset, in: tree, fileSystem, waitingMicroseconds: lockPatienceMicroseconds)
      if let folder {
        if let reason = folder.missingLock {
          onWarning("\(path) cannot be locked (\(reason.text)): let only one program write there at a time.")
        }
        return folder
      }
    } catch {
      throw StoreError(writing: path, error)
    }
    throw StoreError(.busy, "\(path) is being written by another process: try again.")
  }

  /// Takes one step with each asset, and gives up those with which it fails.
  private func advance(
    _ groups: inout [Group], _ outcome: inout WriteOutcome, _ step: (Group) throws(StoreError) -> Void
  ) {
    var going: [Group] = []
    for group in groups {
      do throws(StoreError) {
        try step(group)
        going.append(group)
      } catch {
        giveUp(group, error, &outcome)
      }
    }
    groups = going
  }

  /// Puts on the disk what was written for all assets; if that fails, it has failed for all.
  private func synchronize(_ groups: inout [Group], _ outcome: inout WriteOutcome) {
    guard let folder = groups.lazy.compactMap({ $0.transaction?.folder }).first(where: \.isOnDeviceOfTree) else {
      return
    }
    do throws(SystemError) {
      try fileSystem.synchronizeFileSystem(of: folder.descriptor)
    } catch {
      for group in groups { giveUp(group, StoreError(writing: tree.path, error), &outcome) }
      groups = []
    }
  }

  private func giveUp(_ group: Group, _ error: StoreError, _ outcome: inout WriteOutcome) {
    group.transaction?.discard()
    for index in group.indices { outcome.results[index] = .failure(error) }
  }
}

extension Timestamp {
  /// Nanoseconds since the epoch, or the nearest number there is.
  fileprivate var nanoseconds: Int64 {
    let (product, overflow) = microseconds.multipliedReportingOverflow(by: 1_000)
    return overflow ? (microseconds < 0 ? .min : .max) : product
  }
}

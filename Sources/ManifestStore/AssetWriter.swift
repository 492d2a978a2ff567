package import ManifestModel
package import StoredTree

/// Writes what reports say into the tree, so that every file is at any instant the complete old or the complete new
/// one.
///
/// For each asset, while it is held:
/// 1. Read the metadata of its runs and its manifest, and merge the reports into them.
/// 2. Stage every file, and let the storage make that durable.
/// 3. Put the run metadata in place, and make that durable.
/// 4. If another program rewrote the manifest meanwhile, merge again; then put the manifest in place, and make that
///    durable.
///
/// So a manifest never names a run whose metadata a crash could lose. Many reports share three calls to settle them,
/// one after each of the steps 2, 3 and 4, where the storage has use for that.
///
/// Where holding an asset keeps nobody out, a run that another writer has written meanwhile is in conflict: its reports
/// are decided on once more, after the others.
package final class AssetWriter {
  /// Assets that are held at once.
  private static let chunk = 200
  /// How often reports are decided on again when another writer writes the same run meanwhile.
  private static let decisions = 5

  private let publisher: any TreePublisher
  private let storage: any TreeStorage
  private let now: Timestamp
  private let beatsByFileClock: Bool
  private let lockPatienceMicroseconds: Int64
  private let onWarning: (String) -> Void

  /// - Parameters:
  ///   - publisher: The way into the tree.
  ///   - now: The time of the reports, which need not be that of the system.
  ///   - beatsByFileClock: Whether heartbeats bear the time of the storage where this process has another.
  ///   - lockPatienceMicroseconds: How long one call waits for other writers, all its assets taken together.
  ///   - onWarning: Called with sentences about what went well in the end.
  package init(
    _ publisher: any TreePublisher, now: Timestamp,
    beatsByFileClock: Bool = false, lockPatienceMicroseconds: Int64 = 10_000_000,
    onWarning: @escaping (String) -> Void = { _ in }
  ) {
    self.publisher = publisher
    storage = publisher.storage
    self.now = now
    self.beatsByFileClock = beatsByFileClock
    self.lockPatienceMicroseconds = lockPatienceMicroseconds
    self.onWarning = onWarning
  }

  /// Writes reports, those of one asset in the order given.
  ///
  /// A report that cannot be written leaves the others as they are. Where a run's metadata could be written and the
  /// manifest not, the report of its end counts as not written: the same report may be written again.
  ///
  /// Assets that others are writing come last. Nothing is held while waiting for one, so that nobody waits for an asset
  /// that this writer has done nothing to yet, and no two writers wait for each other.
  ///
  /// - Parameter permission: Asked for each report while its asset is held, before anything is written. It is shown
  ///   what the asset held then, and what the reports before it make of their runs; a report that it refuses fails with
  ///   what it throws.
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
        let count = min(chunk, rest.count, publisher.mostHeld(of: rest.count))
        let left = write(rest.prefix(count), reports, permission, &outcome)
        rest = left.exhausted + rest.dropFirst(count) + left.rewritten
        busy += left.busy
        // What one asset alone cannot have, nobody can give it.
        if !left.exhausted.isEmpty { chunk = max(1, count / 2) }
      }
      if busy.isEmpty { break }
      if busy.count < waiting.count {
        pause = 200
      } else if patience > 0 {
        let wait = min(pause, patience)
        publisher.pause(microseconds: UInt32(wait))
        patience -= wait
        pause = min(pause * 2, 5_000)
      } else {
        for group in busy { fail(group, publisher.busy(group.asset), &outcome) }
        break
      }
      waiting = busy
    }
    outcome.sortAssets()
    return outcome
  }

  private static let notReached = StoreError(.inputOutput, "The report was not reached: record the run again.")

  /// Stands for the reports that were not tried after others had run out of descriptors.
  private static let exhausted: StoreError = {
    var error = notReached
    error.isExhaustion = true
    return error
  }()

  /// The reports of one asset.
  private struct Group {
    let asset: AssetIdentifier
    let indices: [Int]
    /// How often they were decided on again.
    var decisions = 0

    /// The reports that failed as `isMeant` says; `nil` where there are none.
    func failed(in outcome: WriteOutcome, _ isMeant: (StoreError) -> Bool) -> Group? {
      let failed = indices.filter { index in
        if case .failure(let error) = outcome.results[index] { isMeant(error) } else { false }
      }
      return failed.isEmpty ? nil : Group(asset: asset, indices: failed, decisions: decisions)
    }
  }

  /// What is to be written later.
  private struct Left {
    /// The assets that others are writing.
    var busy: [Group] = []
    /// The reports that failed for want of descriptors and may not if fewer assets are written at once.
    var exhausted: [Group] = []
    /// The reports that others were faster with, and that are to be decided on again.
    var rewritten: [Group] = []
  }

  /// What became of holding one asset, and of staging what is to be written there.
  private enum Prepared {
    case busy
    case failed(StoreError)
    case going(AssetTransaction)
  }

  private func write(
    _ groups: ArraySlice<Group>, _ reports: [RunReport], _ permission: WritePermission?,
    _ outcome: inout WriteOutcome
  ) -> Left {
    let groups = Array(groups)
    let batch = publisher.beginBatch(of: groups.reduce(0) { $0 + $1.indices.count })
    let lanes = Lanes(publisher.traits.parallelism)
    let readers = SharedReader(isShared: lanes.width == 1, root: storage.root)
    let isExhausted = Flag()
    let prepared = lanes.map(groups) { group -> Prepared in
      if isExhausted.isRaised { return .failed(Self.exhausted) }
      do throws(StoreError) {
        let held = try publisher.hold(
          group.asset, in: batch, makingIt: true, for: .record, onWarning)
        guard case .held(let publication) = held else { return .busy }
        let transaction = AssetTransaction(
          publication, in: storage, reader: readers.reader(of: publication.takeSession()), now: now,
          beatsByFileClock: beatsByFileClock, pauses: ConflictPauses(publisher),
          onWarning: { [onWarning] warning in lanes.oneAtATime { onWarning(warning) } })
        add(group, reports, permission, to: transaction, lanes)
        transaction.stage()
        return .going(transaction)
      } catch {
        if error.isExhaustion { isExhausted.raise() }
        return .failed(error)
      }
    }
    var left = Left()
    var transactions: [AssetTransaction] = []
    for (group, prepared) in zip(groups, prepared) {
      switch prepared {
      case .busy: left.busy.append(group)
      case .failed(let error): fail(group, error, &outcome)
      case .going(let transaction): transactions.append(transaction)
      }
    }
    settle(transactions, batch)
    lanes.forEach(transactions) { $0.publishRuns() }
    settle(transactions, batch)
    lanes.forEach(transactions) { $0.publishManifest() }
    settle(transactions, batch)
    let written = lanes.map(transactions) { $0.end() }
    for (transaction, written) in zip(transactions, written) {
      outcome.add(written)
      transaction.forEachResult { outcome.results[$0] = $1 }
    }
    if groups.count > 1 { left.exhausted = groups.compactMap { $0.failed(in: outcome, \.isExhaustion) } }
    left.rewritten = rewritten(groups, outcome)
    return left
  }

  /// The reports that are to be decided on again, after a pause.
  private func rewritten(_ groups: [Group], _ outcome: WriteOutcome) -> [Group] {
    let result = groups.compactMap { group -> Group? in
      guard group.decisions < Self.decisions, var again = group.failed(in: outcome, \.isConflict) else { return nil }
      again.decisions += 1
      return again
    }
    if let decisions = result.map(\.decisions).max() {
      let pauses = ConflictPauses(publisher)
      var pause = pauses.first << UInt32(decisions)
      pauses.wait(&pause)
    }
    return result
  }

  private func add(
    _ group: Group, _ reports: [RunReport], _ permission: WritePermission?, to transaction: AssetTransaction,
    _ lanes: Lanes
  ) {
    var look: AssetLook?
    do throws(StoreError) {
      if permission != nil { look = try transaction.lookForPermission() }
    } catch {
      for index in group.indices { transaction.refuse(index, error) }
      return
    }
    for index in group.indices {
      do throws(StoreError) {
        if let permission, let look {
          try lanes.oneAtATime { () throws(StoreError) in try transaction.ask(permission, look) }
        }
        try transaction.add(reports[index], at: index, isExclusive: permission != nil)
      } catch {
        transaction.refuse(index, error)
      }
    }
  }

  /// Makes durable what was written for all assets; if that fails, it has failed for all.
  private func settle(_ transactions: [AssetTransaction], _ batch: any PublicationBatch) {
    if publisher.traits.isDurableAtOnce { return }
    do throws(TreeFault) {
      try batch.settle(transactions.map(\.publication))
    } catch {
      for transaction in transactions { transaction.failAll(StoreError(writing: storage.path, error, for: .record)) }
    }
  }

  private func fail(_ group: Group, _ error: StoreError, _ outcome: inout WriteOutcome) {
    for index in group.indices { outcome.results[index] = .failure(error) }
  }
}

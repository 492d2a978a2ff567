internal import ManifestModel

extension IndexedAsset {
  /// Fills everything that follows from the facts: results, failure times, the newest run, the last materialization.
  ///
  /// The rules are those of the specification's section 5. This is the one place that knows them, for a single run that
  /// was recorded as for a rebuild of a million assets, so that both leave the same rows.
  package mutating func derive() {
    settleManifestOnlyRun()
    var newest: Int?
    var materialized: Int64?
    runCount = 0
    watchedRuns = 0
    for index in runs.indices {
      deriveRun(at: index)
      if runs[index].isWatched { watchedRuns += 1 }
      guard runs[index].result != nil else { continue }
      runCount += 1
      if newest == nil || isNewer(runs[index], than: runs[newest!]) { newest = index }
      if let time = runs[index].facts?.materialized { materialized = max(materialized ?? time, time) }
    }
    needsAllRuns = !agreesWithUnloaded(newest: newest.map { runs[$0] })
    runCount += unloaded?.runCount ?? 0
    watchedRuns += unloaded?.watchedRuns ?? 0
    if let newest { runs[newest].isNewest = true }
    newestRunID = newest.map { runs[$0].id }
    isKnown = facts != nil || runCount > 0
    if let time = facts?.lastMaterialized {
      lastMaterialized = time
      source = "manifest"
    } else {
      lastMaterialized = materialized
      source = materialized == nil ? nil : "runs"
    }
  }

  /// Whether what was derived of some runs holds with those that were not loaded.
  ///
  /// - Parameter newest: the newest of the runs that were loaded.
  private func agreesWithUnloaded(newest: IndexedRun?) -> Bool {
    guard let unloaded, unloaded.runCount > 0 else { return true }
    // Without a time in the manifest, the newest time of any run counts.
    guard facts?.lastMaterialized != nil, let newest, let former = unloaded.newest else { return false }
    return !isNewer(former, than: newest)
  }

  /// Keeps a row for a failed last run that has no metadata file, so that the failure is not lost with the file.
  private mutating func settleManifestOnlyRun() {
    // To remove nothing makes a copy, too.
    if runs.contains(where: { $0.state == .manifestOnly }) { runs.removeAll { $0.state == .manifestOnly } }
    guard let facts, facts.lastStatus == .failed, facts.lastRunMaterialized == nil, let id = facts.lastRunID else {
      return
    }
    let place = runs.partitioningIndex { !$0.id.precedesInBytes(id) }
    if place < runs.count, runs[place].id.hasSameBytes(as: id) { return }
    runs.insert(IndexedRun(id: id, state: .manifestOnly, seen: .nothing, artifacts: []), at: place)
  }

  private mutating func deriveRun(at index: Int) {
    let isLast = facts?.lastRunID.map { $0.hasSameBytes(as: runs[index].id) } ?? false
    runs[index].derive(from: facts, isLast: isLast)
  }

  private func isNewer(_ run: IndexedRun, than other: IndexedRun) -> Bool {
    let (left, right) = (run.facts?.startedAt ?? .min, other.facts?.startedAt ?? .min)
    return left == right ? other.id.precedesInBytes(run.id) : left > right
  }
}

extension IndexedRun {
  /// - Parameters:
  ///   - manifest: what the manifest of the asset says.
  ///   - isLast: whether it says this of its last run.
  fileprivate mutating func derive(from manifest: ManifestFacts?, isLast: Bool) {
    isNewest = false
    failedAt = nil
    if facts?.materialized != nil || (isLast && facts != nil && manifest?.lastRunMaterialized != nil) {
      result = .succeeded
    } else if facts?.status == .failed || (isLast && manifest?.lastStatus == .failed) {
      result = .failed
    } else {
      result = facts == nil ? nil : .unfinished
    }
    if let result, result != .succeeded {
      failedAt = facts?.end ?? (isLast ? manifest?.updatedAt : nil) ?? facts?.startedAt
    }
    // A finished run is never rewritten; every other file may yet say more.
    let isFinished = facts?.materialized != nil || facts?.status == .failed
    let isSettled = state == .manifestOnly || (state == .current && isFinished && seen.isTrusted)
    isWatched = !isSettled
  }
}

extension RunFacts {
  /// When a run that did not materialize ended, where its duration tells.
  fileprivate var end: Int64? {
    guard let startedAt, let durationMilliseconds else { return nil }
    let (duration, tooLong) = durationMilliseconds.multipliedReportingOverflow(by: 1000)
    let (end, tooLate) = startedAt.addingReportingOverflow(duration)
    return tooLong || tooLate ? nil : end
  }
}

extension Array {
  /// The first index whose element fulfils `predicate`, in an array that is partitioned by it.
  func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

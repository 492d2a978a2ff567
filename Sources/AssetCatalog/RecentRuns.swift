internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel

/// What the runs of one asset say about why it is as it is.
final class RecentRuns: Sendable {
  /// Enough for what most assets need, so that few are read twice.
  private static let few = 64

  /// Newest first.
  let runs: [RunEnd]
  /// What went wrong in the newest of the ``failures``.
  private let lastError: String?
  /// The earliest start; `nil` too where not all runs were asked for.
  let firstStart: Timestamp?

  /// Reads as many runs as decide all, or all of them; `isAhead` where they may stand otherwise than the index has
  /// them.
  init(
    of asset: FreshnessEntry, isWhole: Bool, judge: FreshnessJudge, _ policy: AssetPolicy, _ isAhead: Bool,
    _ reader: borrowing IndexReader
  ) throws(IndexError) {
    let (now, window) = (judge.now.microseconds, judge.question.window)
    func read(_ limit: Int?) throws(IndexError) -> [RunEnd] {
      guard isAhead else {
        return try reader.runEnds(of: asset, at: now, window: window, timeout: policy.runTimeout, limit: limit)
      }
      return try reader.runs(of: asset.asset, at: now, limit: limit).map {
        RunEnd($0, at: now, window: window, timeout: policy.runTimeout)
      }
    }
    var runs = try read(isWhole ? nil : Self.few)
    let needed = max(DurationStatistics.window, policy.successRate?.limit.runs ?? 0)
    if !isWhole, runs.count == Self.few, runs.count(where: { $0.standing == .succeeded }) < needed {
      runs = try read(nil)
    }
    self.runs = runs
    let failed = runs.first { $0.hasEnded }.flatMap { $0.standing == .succeeded ? nil : $0.runID }
    lastError = try failed.flatMap { run throws(IndexError) in try reader.error(of: run, of: asset) }
    firstStart = isWhole ? runs.compactMap(\.startedAt).min().map { Timestamp(microseconds: $0) } : nil
  }

  /// Those that ended without success since the last success, newest first.
  var failures: some Sequence<RunEnd> { runs.lazy.filter(\.hasEnded).prefix { $0.standing != .succeeded } }

  /// How many those are.
  var failureCount: Int {
    var count = 0
    for run in runs where run.hasEnded {
      if run.standing == .succeeded { break }
      count += 1
    }
    return count
  }

  /// The durations of those that succeeded, in milliseconds, oldest first.
  ///
  /// - Parameter isBeforeNewest: whether the newest of all runs is left out.
  func pastDurations(beforeNewest isBeforeNewest: Bool = false) -> [Int64] {
    var durations: [Int64] = []
    for run in runs.dropFirst(isBeforeNewest ? 1 : 0).reversed() where run.standing == .succeeded {
      if let duration = run.durationMilliseconds { durations.append(duration) }
    }
    return durations
  }

  /// Puts what the runs say into a row.
  func complete(_ row: inout FreshnessRow, _ policy: AssetPolicy, _ judge: FreshnessJudge, _ counts: [FreshnessFinding])
  {
    let lastFailure = failures.first { _ in true }.map { run in
      LastFailure(
        runID: run.runID, outcome: run.standing == .failed ? .failed : .interrupted,
        failedAt: run.failureTime.map { Timestamp(microseconds: $0) }, error: lastError)
    }
    var findings = counts
    if policy.hasChecks { findings = self.findings(policy, judge.now) + counts }
    if row.state != .ignored {
      for finding in findings { row.level = max(row.level, finding.level) }
    }
    let newest = runs.first
    row.runs = RunTale(
      consecutiveFailures: failureCount, lastFailure: lastFailure,
      runningSince: newest.flatMap { run in
        run.hasEnded ? nil : run.startedAt.map { Timestamp(microseconds: $0) }
      },
      typicalDurationMilliseconds: DurationStatistics.typical(past: pastDurations()),
      reason: row.level == .ok ? nil : reason(row, lastFailure, policy.demand, judge.now), findings: findings)
  }

  private func reason(
    _ row: FreshnessRow, _ lastFailure: LastFailure?, _ demand: Demand, _ now: Timestamp
  ) -> FreshnessReason? {
    if row.state == .unknown { return .unreadable }
    if let failure = lastFailure { return failure.outcome == .interrupted ? .lost : .failing }
    if let newest = runs.first, !newest.hasEnded { return .running }
    if row.isDamaged { return .unreadable }
    switch row.state {
    case .never: return .never
    case .stale, .warn: return cameTooEarly(row, demand, now) ? .tooEarly : .notStarted
    case .fresh, .ignored, .unknown: return nil
    }
  }

  /// Whether the last materialization came between the deadline before and the window of the one that it missed, nearer
  /// to the window: for what comes nearer to the deadline before was late for that.
  private func cameTooEarly(_ row: FreshnessRow, _ demand: Demand, _ now: Timestamp) -> Bool {
    guard row.demand == .deadline, let deadline = demand.deadline, let last = row.lastMaterialized?.microseconds,
      let missed = (row.staleSince ?? row.freshUntil)?.microseconds
    else { return false }
    let tick = missed.saturatingSubtract(deadline.grace)
    let opened = tick.saturatingSubtract(deadline.window)
    guard last < opened, demand.newestOpening(at: now).map({ $0.microseconds <= opened }) ?? true,
      let before = deadline.schedule.last(through: Timestamp(microseconds: tick.saturatingSubtract(1)))
    else { return false }
    let former = before.microseconds.saturatingAdd(deadline.grace)
    return last > former && opened.saturatingSubtract(last) < last.saturatingSubtract(former)
  }
}

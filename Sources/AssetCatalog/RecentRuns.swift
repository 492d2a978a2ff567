internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel
internal import SQLiteDatabase

/// What the runs of one asset say about why it is as it is.
struct RecentRuns {
  /// A run and how it stands by the clock of the answer.
  struct Run {
    let record: RunRecord
    let standing: RunStanding
    /// When it failed or was given up.
    let failureTime: Int64?

    var hasEnded: Bool { standing != .running && standing != .overrun }
  }

  /// Enough for what most assets need, so that few are read twice.
  private static let few = 64

  /// Newest first.
  let runs: [Run]
  /// What went wrong in the newest of the ``failures``.
  private let lastError: String?
  /// The earliest start; `nil` too where not all runs were asked for.
  let firstStart: Timestamp?

  /// Reads as many runs as decide all, or all of them; `isAhead` where they may stand otherwise than the index has them.
  init(
    of asset: FreshnessRecord, isWhole: Bool, judge: FreshnessJudge, _ policy: AssetPolicy, _ isAhead: Bool,
    _ reader: borrowing IndexReader
  ) throws(SQLiteError) {
    let now = judge.now.microseconds
    func judged(_ record: RunRecord) -> Run {
      let told = record.standing(at: now, window: judge.question.window, timeout: policy.runTimeout)
      return Run(record: record, standing: told.standing, failureTime: told.failureTime)
    }
    func read(_ limit: Int?) throws(SQLiteError) -> [RunRecord] {
      isAhead
        ? try reader.runs(of: asset.asset, at: now, limit: limit) : try reader.runEnds(of: asset, limit: limit)
    }
    var runs = try read(isWhole ? nil : Self.few).map(judged)
    let needed = max(DurationStatistics.window, policy.successRate?.limit.runs ?? 0)
    if !isWhole, runs.count == Self.few, runs.count(where: { $0.standing == .succeeded }) < needed {
      runs = try read(nil).map(judged)
    }
    self.runs = runs
    let failed = runs.first { $0.hasEnded }.flatMap { $0.standing == .succeeded ? nil : $0.record }
    lastError = try failed.flatMap { run throws(SQLiteError) in
      isAhead ? run.error : try reader.error(of: run.runID, of: asset)
    }
    firstStart = isWhole ? runs.compactMap(\.record.startedAt).min().map { Timestamp(microseconds: $0) } : nil
  }

  /// Those that ended without success since the last success, newest first.
  var failures: [Run] {
    Array(runs.filter(\.hasEnded).prefix { $0.standing != .succeeded })
  }

  /// The durations of those that succeeded, in milliseconds, oldest first.
  func pastDurations(before run: Run? = nil) -> [Int64] {
    let past = run.flatMap { run in
      runs.firstIndex { $0.record.runID.hasSameBytes(as: run.record.runID) }.map { runs[($0 + 1)...] }
    }
    return (past ?? runs[...]).filter { $0.standing == .succeeded }.compactMap(\.record.durationMilliseconds)
      .reversed()
  }

  /// Puts what the runs say into a row.
  func complete(_ row: inout FreshnessRow, _ policy: AssetPolicy, _ judge: FreshnessJudge, _ counts: [FreshnessFinding])
  {
    let failures = self.failures
    let lastFailure = failures.first.map { run in
      LastFailure(
        runID: run.record.runID, outcome: run.standing == .failed ? .failed : .interrupted,
        failedAt: run.failureTime.map { Timestamp(microseconds: $0) }, error: lastError)
    }
    var findings = counts
    if policy.hasChecks { findings = self.findings(policy, failures, judge.now) + counts }
    if row.state != .ignored {
      for finding in findings { row.level = max(row.level, finding.level) }
    }
    let newest = runs.first
    row.runs = RunTale(
      consecutiveFailures: failures.count, lastFailure: lastFailure,
      runningSince: newest.flatMap { run in
        run.hasEnded ? nil : run.record.startedAt.map { Timestamp(microseconds: $0) }
      },
      typicalDurationMilliseconds: DurationStatistics.typical(past: pastDurations()),
      lastDurationMilliseconds: runs.first { $0.standing == .succeeded || $0.standing == .failed }?.record
        .durationMilliseconds,
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

  /// Whether the last materialization came between the deadline before and the window of the one that it missed, nearer to
  /// the window: for what comes nearer to the deadline before was late for that.
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

internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel

extension RecentRuns {
  /// What the checks of a policy find in the runs.
  func findings(_ policy: AssetPolicy, _ now: Timestamp) -> [FreshnessFinding] {
    var findings: [FreshnessFinding] = []
    func add<Limit>(
      _ kind: FreshnessFinding.Kind, _ check: PolicyCheck<Limit>, value: Double?, limit: Double?, _ text: String
    ) {
      findings.append(
        FreshnessFinding(kind: kind, level: check.isError ? .error : .warn, value: value, limit: limit, text: text))
    }
    let failures = failureCount
    if let check = policy.maxFailures, failures >= check.limit {
      add(
        .failing, check, value: Double(failures), limit: Double(check.limit),
        "\(Self.runs(failures)) in a row ended without success; \(check.limit) are too many.")
    }
    if let check = policy.successRate {
      let ended = runs.filter(\.hasEnded).prefix(check.limit.runs)
      let share = Double(ended.count { $0.standing == .succeeded }) / Double(max(ended.count, 1))
      let limit = Double(check.limit.min.millionths) / 1_000_000
      if ended.count >= 5, share < limit {
        add(
          .successRate, check, value: share, limit: limit,
          "\(ended.count { $0.standing == .succeeded }) of the last \(ended.count) runs succeeded, fewer than \(check.limit.min.spacedText)."
        )
      }
    }
    guard let newest = runs.first, let elapsed = elapsed(newest, now) else { return findings }
    let verb = newest.hasEnded ? "took" : "has taken"
    if let check = policy.maxDuration, elapsed > check.limit / 1_000 {
      add(
        .overrun, check, value: Double(elapsed), limit: Double(check.limit / 1_000),
        "The newest run \(verb) \(Self.span(elapsed)), longer than \(DurationText.text(check.limit)).")
    }
    if let check = policy.slow, let slow = slowness(check.limit, now) {
      add(
        slow.kind, check, value: Double(slow.elapsed), limit: slow.limit.map(Double.init),
        "The newest run \(verb) \(Self.span(slow.elapsed)), where \(Self.span(slow.usual)) are usual.")
    }
    return findings
  }

  /// Whether the newest run took, or has taken so far, much longer than those before it; `nil` where it did not.
  func slowness(_ tolerance: DurationStatistics.Tolerance, _ now: Timestamp) -> Slowness? {
    guard let newest = runs.first, newest.standing == .succeeded || !newest.hasEnded,
      let elapsed = elapsed(newest, now), let past = DurationStatistics(past: pastDurations(beforeNewest: true)),
      past.isSlow(elapsed, tolerance)
    else { return nil }
    return Slowness(
      kind: newest.hasEnded ? .slow : .overrun, elapsed: elapsed, usual: past.median, limit: past.limit(tolerance))
  }

  /// How long a run took, or has taken so far, in milliseconds.
  private func elapsed(_ run: RunEnd, _ now: Timestamp) -> Int64? {
    run.hasEnded
      ? run.durationMilliseconds
      : run.startedAt.map { max(now.microseconds.saturatingSubtract($0), 0) / 1_000 }
  }

  private static func runs(_ count: Int) -> String { count == 1 ? "1 run" : "\(count) runs" }

  private static func span(_ milliseconds: Int64) -> String {
    DurationText.text(milliseconds.multipliedReportingOverflow(by: 1_000).overflow ? .max : milliseconds * 1_000)
  }
}

/// That a run took much longer than those before it. All durations are milliseconds.
package struct Slowness: Sendable {
  /// `slow`; or `overrun` of one that has not ended.
  package let kind: FreshnessFinding.Kind
  /// How long it took, or has taken so far.
  package let elapsed: Int64
  /// The median of those before it.
  package let usual: Int64
  /// From when on it is slow; `nil` where that is longer than can be counted.
  package let limit: Int64?
}

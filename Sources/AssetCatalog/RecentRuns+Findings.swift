internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel

extension RecentRuns {
  /// What the checks of a policy find in the runs.
  func findings(_ policy: AssetPolicy, _ failures: [Run], _ now: Timestamp) -> [FreshnessFinding] {
    var findings: [FreshnessFinding] = []
    func add<Limit>(
      _ kind: FreshnessFinding.Kind, _ check: PolicyCheck<Limit>, value: Double?, limit: Double?, _ text: String
    ) {
      findings.append(
        FreshnessFinding(kind: kind, level: check.isError ? .error : .warn, value: value, limit: limit, text: text))
    }
    if let check = policy.maxFailures, failures.count >= check.limit {
      add(
        .failing, check, value: Double(failures.count), limit: Double(check.limit),
        "\(Self.runs(failures.count)) in a row ended without success; \(check.limit) are too many.")
    }
    if let check = policy.successRate {
      let ended = runs.filter(\.hasEnded).prefix(check.limit.runs)
      let share = Double(ended.count { $0.standing == .succeeded }) / Double(max(ended.count, 1))
      let limit = Double(check.limit.min.millionths) / 1_000_000
      if ended.count >= 5, share < limit {
        add(
          .successRate, check, value: share, limit: limit,
          "\(ended.count { $0.standing == .succeeded }) of the last \(ended.count) runs succeeded, fewer than \(Self.percent(limit))."
        )
      }
    }
    let newest = runs.first
    let elapsed = newest.flatMap { newest in
      newest.hasEnded
        ? newest.record.durationMilliseconds
        : newest.record.startedAt.map { max(now.microseconds.saturatingSubtract($0), 0) / 1_000 }
    }
    guard let newest, let elapsed else { return findings }
    let verb = newest.hasEnded ? "took" : "has taken"
    if let check = policy.maxDuration, elapsed > check.limit / 1_000 {
      add(
        .overrun, check, value: Double(elapsed), limit: Double(check.limit / 1_000),
        "The newest run \(verb) \(Self.span(elapsed)), longer than \(DurationText.text(check.limit)).")
    }
    if let check = policy.slow, newest.standing == .succeeded || !newest.hasEnded,
      let past = DurationStatistics(past: pastDurations(before: newest)), past.isSlow(elapsed, check.limit)
    {
      add(
        newest.hasEnded ? .slow : .overrun, check, value: Double(elapsed),
        limit: past.limit(check.limit).map(Double.init),
        "The newest run \(verb) \(Self.span(elapsed)), where \(Self.span(past.median)) are usual.")
    }
    return findings
  }

  private static func runs(_ count: Int) -> String { count == 1 ? "1 run" : "\(count) runs" }

  private static func span(_ milliseconds: Int64) -> String {
    DurationText.text(milliseconds.multipliedReportingOverflow(by: 1_000).overflow ? .max : milliseconds * 1_000)
  }

  private static func percent(_ share: Double) -> String {
    let hundredths = Int64((share * 10_000).rounded())
    let rest = hundredths % 100
    return rest == 0 ? "\(hundredths / 100) %" : "\(Double(hundredths) / 100) %"
  }
}

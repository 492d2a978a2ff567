import AssetCatalog
import ManifestModel

extension Column where Row == FailureRow {
  /// Runs that failed or never came back.
  static let failures: [Column] =
    asset { $0.asset } + [
      Column("run_id", "RUN", isExpendable: true) { .text($0.runID) },
      Column("outcome", "OUTCOME", shortening: .reluctant) { .text($0.outcome.rawValue) },
      Column("started_at", nil) { .time($0.startedAt) },
      Column("failed_at", "FAILED AT", shortening: .reluctant) { .time($0.failedAt) },
      Column("error", "ERROR") { .text($0.error) },
      Column("metadata_path", nil, shortening: .start) { .text($0.metadataPath) },
    ]
}

extension Column where Row == RunRow {
  /// The history of an asset.
  static let runs: [Column] =
    [
      Column("asset_name", "NAME", shortening: .reluctant, isExpendable: true) { .text($0.asset.name) },
      Column("asset_id", "ID") { .text($0.asset.id) },
    ] + runFacts

  /// The history of an asset that the reader already has in view.
  static let runFacts: [Column] = [
    Column("run_id", "RUN") { .text($0.runID) },
    Column("outcome", "OUTCOME", shortening: .reluctant) { .text($0.outcome.rawValue) },
    Column("started_at", "STARTED", shortening: .reluctant) { .time($0.startedAt) },
    Column("materialized", "MATERIALIZED", shortening: .reluctant, isExpendable: true) { .time($0.materialized) },
    Column("duration_ms", "DURATION", shortening: .reluctant, isRightAligned: true) {
      .milliseconds($0.durationMilliseconds)
    },
    Column("error", "ERROR") { .text($0.error) },
    Column("metadata_path", nil) { .text($0.metadataPath) },
  ]
}

extension RunSummary {
  /// The summary for programs.
  var fields: [Cell.Field] {
    [
      Cell.Field("count", .integer(count)),
      Cell.Field("succeeded", .integer(succeeded)),
      Cell.Field("failed", .integer(failed)),
      Cell.Field("interrupted", .integer(interrupted)),
      Cell.Field("running", .integer(running)),
      Cell.Field("overrun", .integer(overrun)),
      Cell.Field("success_rate", .real(successRate)),
      Cell.Field("median_duration_ms", .milliseconds(medianDurationMilliseconds)),
      Cell.Field("p95_duration_ms", .milliseconds(p95DurationMilliseconds)),
    ]
  }

  /// The summary for people: `4 runs: 2 succeeded, 1 failed, 1 interrupted. Success rate 50 %, median 2s, 95th
  /// percentile 1m 1s.`
  var sentence: String {
    guard count > 0 else { return "No runs are recorded." }
    let outcomes = [
      (succeeded, "succeeded"), (failed, "failed"), (interrupted, "interrupted"), (running, "running"),
      (overrun, "overrun"),
    ]
    let counts = outcomes.filter { $0.0 > 0 }.map { "\(HumanText.count($0.0)) \($0.1)" }.joined(separator: ", ")
    var facts: [String] = []
    if let successRate { facts.append("success rate \(HumanText.percentage(successRate))") }
    if let median = medianDurationMilliseconds { facts.append("median \(Cell.milliseconds(median).humanText)") }
    if let p95 = p95DurationMilliseconds { facts.append("95th percentile \(Cell.milliseconds(p95).humanText)") }
    let tail = facts.isEmpty ? "" : "; " + facts.joined(separator: ", ")
    return "\(HumanText.count(count, "run")): \(counts)\(tail)."
  }
}

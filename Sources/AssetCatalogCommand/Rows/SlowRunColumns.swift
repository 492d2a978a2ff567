import AssetCatalog
import ManifestModel

extension Column where Row == SlowRunRow {
  /// Runs that took much longer than those before them.
  static let slow: [Column] =
    asset { $0.asset } + [
      Column("run_id", "RUN", isExpendable: true) { .text($0.runID) },
      Column("outcome", "OUTCOME", shortening: .reluctant) { .text($0.outcome.rawValue) },
      Column("started_at", "STARTED", shortening: .reluctant) { .time($0.startedAt) },
      Column("materialized", nil) { .time($0.materialized) },
      Column("duration_ms", "DURATION", shortening: .reluctant, isRightAligned: true) {
        .milliseconds($0.durationMilliseconds)
      },
      Column("typical_duration_ms", "TYPICALLY", shortening: .reluctant, isRightAligned: true) {
        .milliseconds($0.typicalDurationMilliseconds)
      },
      Column("score", nil) { .real(($0.score * 100).rounded(.towardZero) / 100) },
      Column("severity", "SEVERITY", shortening: .reluctant, isExpendable: true) { .text($0.severity.rawValue) },
      Column("owner", "OWNER", isExpendable: true) { .text($0.owner) },
      Column("rule", "RULE", isExpendable: true) { .text($0.rule) },
      Column("metadata_path", nil, shortening: .start) { .text($0.metadataPath) },
    ]
}

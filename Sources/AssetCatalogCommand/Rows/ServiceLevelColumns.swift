import AssetCatalog
import ManifestModel

extension Column {
  /// What was measured over a time.
  private static func figures(_ figures: @escaping @Sendable (Row) -> ServiceFigures) -> [Column] {
    [
      Column("compliance", "KEPT", shortening: .reluctant, isRightAligned: true) { .share(figures($0).compliance) },
      Column("target", "TARGET", shortening: .reluctant, isRightAligned: true) { .goal(figures($0).target) },
      Column("budget_left_seconds", "BUDGET LEFT", shortening: .reluctant, isRightAligned: true) {
        .balance(figures($0).budgetLeftMicroseconds)
      },
      Column("deadlines", "DEADLINES", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .integer(figures($0).deadlines.map(Int64.init))
      },
      Column("deadlines_met", "MET", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .integer(figures($0).deadlinesMet.map(Int64.init))
      },
      Column("incidents", "INCIDENTS", shortening: .reluctant, isRightAligned: true) {
        .integer(figures($0).incidents)
      },
      Column("longest_bad_seconds", "LONGEST", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .span(figures($0).longestBadMicroseconds)
      },
      Column("bad_seconds", "BAD", shortening: .reluctant, isRightAligned: true) {
        .span(figures($0).badMicroseconds)
      },
      Column("measured_seconds", "MEASURED", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .span(figures($0).measuredMicroseconds)
      },
      Column("runs", "RUNS", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .integer(figures($0).runs)
      },
      Column("success_rate", "SUCCEEDED", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .share(figures($0).successRate)
      },
    ]
  }
}

extension Column where Row == ServiceLevelRow {
  /// How well the demand on each asset was kept.
  static let serviceLevels: [Column] =
    asset { $0.asset } + figures { $0.figures } + [
      Column("history_from", nil) { .time($0.historyFrom) },
      Column("median_duration_ms", nil) { .milliseconds($0.medianDurationMilliseconds) },
      Column("p95_duration_ms", nil) { .milliseconds($0.p95DurationMilliseconds) },
      Column("severity", nil) { .text($0.severity.rawValue) },
      Column("owner", "OWNER", isExpendable: true) { .text($0.owner) },
      Column("rule", nil) { .text($0.rule) },
    ]
}

extension Column where Row == ServiceLevelGroupRow {
  /// How well the demands on assets were kept that have an owner, a severity or a rule in common.
  static func serviceLevels(by grouping: ServiceLevelGrouping) -> [Column] {
    [
      Column(grouping.rawValue, grouping.rawValue.uppercased(), shortening: .reluctant) { .text($0.group) },
      Column("assets", "ASSETS", shortening: .reluctant, isRightAligned: true) { .integer($0.assetCount) },
    ] + figures { $0.figures }
  }
}

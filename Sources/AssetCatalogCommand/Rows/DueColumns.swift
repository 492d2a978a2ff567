import AssetCatalog
import ManifestModel

extension Column where Row == DueRow {
  /// What a scheduler should run.
  static let due: [Column] =
    asset { $0.asset } + [
      Column("due", "DUE", shortening: .reluctant) { .flag($0.isDue) },
      Column("due_since", "SINCE", shortening: .reluctant) { .time($0.dueSince) },
      Column("deadline", "DEADLINE", shortening: .reluctant) { .time($0.deadline) },
      Column("latest_start", "LATEST START", shortening: .reluctant, isExpendable: true) { .time($0.latestStart) },
      Column("missed", "MISSED", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .integer($0.missed)
      },
      Column("consecutive_failures", "FAILURES", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .integer($0.consecutiveFailures)
      },
      Column("not_before", nil) { .time($0.notBefore) },
      Column("why_not", "WHY NOT", shortening: .reluctant) { .text($0.whyNot?.rawValue) },
      Column("severity", "SEVERITY", shortening: .reluctant, isExpendable: true) { .text($0.severity.rawValue) },
      Column("owner", "OWNER", isExpendable: true) { .text($0.owner) },
      Column("rule", "RULE", isExpendable: true) { .text($0.rule) },
      Column("typical_duration_ms", "TYPICALLY", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .milliseconds($0.typicalDurationMilliseconds)
      },
    ]
}

extension NotDueReason {
  /// What a sentence says of it.
  var words: String {
    switch self {
    case .fresh: "what there is, is good for now"
    case .running: "a run of it is under way"
    case .backingOff: "it failed just now"
    case .retriesUsedUp: "it failed as often as its policy allows"
    case .ignored: "nothing is demanded of it"
    }
  }
}

internal import FreshnessRules
package import ManifestModel

/// How well a demand was kept over a time, by one asset or by several taken together.
///
/// Shares are cut and never rounded, so that 1 means all of the time.
package struct ServiceFigures: Sendable {
  /// The share of the time in which the demand was kept, 0 to 1, cut to nine digits; `nil` where nothing was measured.
  package let compliance: Double?
  /// The deadlines in that time; `nil` where there is none to meet.
  package let deadlines: Int?
  /// Those of them for which a materialization came in time.
  package let deadlinesMet: Int?
  /// How often an asset became stale.
  package let incidents: Int
  /// The longest time that one was stale without a break, in microseconds.
  package let longestBadMicroseconds: Int64
  /// How much longer it may be stale before the target is missed, in microseconds; negative by how much it was missed.
  /// `nil` where there is no target, or not the same for all.
  package let budgetLeftMicroseconds: Int64?
  /// How long was measured, in microseconds.
  package let measuredMicroseconds: Int64
  /// How long of that it was stale or not materialized at all, in microseconds.
  package let badMicroseconds: Int64
  /// The share that the policy asks for, 0 to 1; `nil` where it asks for none, or not the same for all.
  package let target: Double?
  /// Runs that ended in that time.
  package let runs: Int
  /// The succeeded ones among them, 0 to 1, cut to nine digits; `nil` where none ended.
  package let successRate: Double?

  /// Whether the demand was kept for a smaller share of the time than the policy asks for.
  package var missesTarget: Bool { measuredMicroseconds > 0 && (budgetLeftMicroseconds ?? 0) < 0 }
}

/// How well the demand on one asset was kept over a time.
package struct ServiceLevelRow: Sendable {
  /// The asset.
  package let asset: AssetIdentifier
  /// What was measured.
  package let figures: ServiceFigures
  /// What is known of the asset begins here: what was removed from the tree is not measured. `nil` where nothing is known.
  package let historyFrom: Timestamp?
  /// The median duration of the succeeded runs of that time, in milliseconds (nearest rank).
  package let medianDurationMilliseconds: Int64?
  /// The 95th percentile of their durations, in milliseconds (nearest rank).
  package let p95DurationMilliseconds: Int64?
  /// How much it matters.
  package let severity: FreshnessSeverity
  /// Whose it is.
  package let owner: String?
  /// What the policy calls the rule that the demand comes from; `nil` where no rule makes one.
  package let rule: String?
}

/// What assets are taken together by.
package enum ServiceLevelGrouping: String, Sendable, CaseIterable {
  case owner, severity, rule
}

/// How well the demands on some assets were kept, all their seconds added up.
package struct ServiceLevelGroupRow: Sendable {
  /// The owner, severity or rule that they share; `nil` for those without one.
  package let group: String?
  /// How many assets they are.
  package let assetCount: Int
  /// What was measured.
  package let figures: ServiceFigures
}

/// Figures that can be added up.
struct ServiceTally: Sendable {
  var measured: Int64 = 0
  var bad: Int64 = 0
  var deadlines: Int?
  var deadlinesMet: Int?
  var incidents = 0
  var longestBad: Int64 = 0
  var runs = 0
  var succeeded = 0
  var target: Percentage?

  /// Adds another one; the target stays only where both have the same.
  mutating func add(_ other: ServiceTally) {
    measured = measured.saturatingAdd(other.measured)
    bad = bad.saturatingAdd(other.bad)
    if let more = other.deadlines { deadlines = (deadlines ?? 0) + more }
    if let more = other.deadlinesMet { deadlinesMet = (deadlinesMet ?? 0) + more }
    incidents += other.incidents
    longestBad = max(longestBad, other.longestBad)
    runs += other.runs
    succeeded += other.succeeded
    if target != other.target { target = nil }
  }

  /// Whether the demand was kept for a smaller share of the time.
  func isBelow(_ share: Percentage) -> Bool {
    measured > 0 && level.budgetLeft(target: share) < 0
  }

  var figures: ServiceFigures {
    ServiceFigures(
      compliance: Percentage.share(measured - bad, of: measured), deadlines: deadlines, deadlinesMet: deadlinesMet,
      incidents: incidents, longestBadMicroseconds: longestBad,
      budgetLeftMicroseconds: target.map { level.budgetLeft(target: $0) }, measuredMicroseconds: measured,
      badMicroseconds: bad, target: target.map { Double($0.millionths) / 1_000_000 }, runs: runs,
      successRate: Percentage.share(Int64(succeeded), of: Int64(runs)))
  }

  private var level: ServiceLevel {
    var level = ServiceLevel(begin: Timestamp(microseconds: 0), measured: measured)
    level.bad = bad
    return level
  }
}

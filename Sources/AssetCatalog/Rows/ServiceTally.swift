internal import FreshnessRules
internal import ManifestModel

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

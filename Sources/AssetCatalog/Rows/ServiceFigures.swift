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

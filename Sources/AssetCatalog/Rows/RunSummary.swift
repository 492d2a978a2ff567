/// What the runs of an asset add up to.
package struct RunSummary: Sendable {
  /// How many runs there are.
  package let count: Int
  /// Runs that materialized.
  package let succeeded: Int
  /// Runs that failed.
  package let failed: Int
  /// Runs that never finished, and run no longer.
  package let interrupted: Int
  /// Runs that have not ended yet.
  package let running: Int
  /// Runs that have not ended yet, and take longer than the past of the asset allows.
  package let overrun: Int
  /// Succeeded runs among those that ended, 0 to 1; `nil` where none ended.
  package let successRate: Double?
  /// The median duration of the succeeded runs, in milliseconds (nearest rank).
  package let medianDurationMilliseconds: Int64?
  /// The 95th percentile of the durations of the succeeded runs, in milliseconds (nearest rank).
  package let p95DurationMilliseconds: Int64?
}

package import ManifestModel

/// One run that took, or has taken so far, much longer than those of its asset before it.
package struct SlowRunRow: Sendable {
  /// The asset.
  package let asset: AssetIdentifier
  /// The run: the text after `asset_run_id=` in its path.
  package let runID: String
  /// `succeeded`; or `overrun` for one that has not ended.
  package let outcome: RunOutcome
  /// When it began, where its metadata says so.
  package let startedAt: Timestamp?
  /// When it materialized; `nil` for one that has not ended.
  package let materialized: Timestamp?
  /// How long it took, in milliseconds; of one that has not ended, how long it has taken so far.
  package let durationMilliseconds: Int64
  /// The median duration of the up to 30 succeeded runs before it, in milliseconds.
  package let typicalDurationMilliseconds: Int64
  /// How many deviations it lies above that.
  package let score: Double
  /// How much the asset matters.
  package let severity: FreshnessSeverity
  /// Whose it is.
  package let owner: String?
  /// What the policy calls the rule that the demand comes from; `nil` where no rule makes one.
  package let rule: String?
  /// The run's metadata file, relative to the storage root.
  package let metadataPath: String

  /// When it ended, or else began: what rows are ordered by.
  var time: Timestamp? { materialized ?? startedAt }
}

extension SlowRunRow {
  static func precedes(_ left: SlowRunRow, _ right: SlowRunRow) -> Bool {
    if (left.materialized == nil) != (right.materialized == nil) { return left.materialized == nil }
    if left.time != right.time { return left.time?.microseconds ?? .min > right.time?.microseconds ?? .min }
    if left.asset != right.asset { return left.asset < right.asset }
    return left.runID.precedesInBytes(right.runID)
  }
}

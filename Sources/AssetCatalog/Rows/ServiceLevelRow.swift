package import ManifestModel

/// How well the demand on one asset was kept over a time.
package struct ServiceLevelRow: Sendable {
  /// The asset.
  package let asset: AssetIdentifier
  /// What was measured.
  package let figures: ServiceFigures
  /// What is known of the asset begins here: what was removed from the tree is not measured. `nil` where nothing is
  /// known.
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

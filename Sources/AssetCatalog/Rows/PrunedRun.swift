package import ManifestModel

/// A run whose folder goes.
package struct PrunedRun: Sendable {
  /// The asset.
  package let asset: AssetIdentifier
  /// The run.
  package let runID: String
  /// The run's folder, relative to the storage root.
  package let path: String
  /// When the run began, as it says.
  package let startedAt: Timestamp?
  /// How it ended.
  package let outcome: RunOutcome
  /// The size of its metadata.
  package let bytes: Int64
  /// Whether it was removed.
  package let isRemoved: Bool
}

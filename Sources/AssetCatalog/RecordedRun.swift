public import ManifestModel

/// What a record left in the tree. The files are on the disk.
public struct RecordedRun: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The run: the text after `asset_run_id=` in its path.
  public let runID: String
  /// What the run's metadata says now.
  public let metadata: RunMetadata
  /// The run's metadata file, relative to the storage root.
  public let metadataPath: String
  /// The asset's manifest, relative to the storage root; `nil` for a run that has only begun.
  public let manifestPath: String?
  /// Whether it was recorded only that the run is alive.
  package let isSignOfLife: Bool
}

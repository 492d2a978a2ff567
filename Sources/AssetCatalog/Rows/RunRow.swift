public import ManifestModel

/// One run of an asset.
public struct RunRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The run: the text after `asset_run_id=` in its path.
  public let runID: String
  /// How it ended.
  public let outcome: RunOutcome
  /// When it began, where its metadata says so.
  public let startedAt: Timestamp?
  /// When it materialized; `nil` where it has not.
  public let materialized: Timestamp?
  /// How long it took, in milliseconds, where its metadata says so.
  package let durationMilliseconds: Int64?
  /// What went wrong: the metadata's error, else the manifest's if it is the last run.
  public let error: String?
  /// The run's metadata file, relative to the storage root.
  public let metadataPath: String

  /// How long it took, to the millisecond, where its metadata says so.
  public var duration: Duration? { durationMilliseconds.map { .milliseconds($0) } }
}

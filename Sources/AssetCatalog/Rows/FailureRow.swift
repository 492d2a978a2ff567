public import ManifestModel

/// One failure: a run that failed, that started and never came back, or that takes longer than it ever did.
public struct FailureRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The run: the text after `asset_run_id=` in its path.
  public let runID: String
  /// How it ended.
  public let outcome: RunOutcome
  /// When it began, where its metadata says so.
  public let startedAt: Timestamp?
  /// Of a failed run its end where known, else the manifest's `updated_at` if it is the last run, else its start. Of an
  /// interrupted or overrun one the instant at which it became that; `nil` for a run that has not ended.
  public let failedAt: Timestamp?
  /// What went wrong: the metadata's error, else the manifest's if it is the last run.
  public let error: String?
  /// The run's metadata file, relative to the storage root.
  public let metadataPath: String
}

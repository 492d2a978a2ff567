public import ManifestModel

/// One artifact whose schema the latest run of its asset changed.
public struct SchemaChangeRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The latest run that succeeded and recorded a schema hash: the text behind `asset_run_id=` in its path.
  public let runID: String
  /// The run before it that succeeded and recorded a schema hash.
  public let previousRunID: String
  /// The artifact as the latest run's metadata spells it.
  public let path: String
  /// The hash that the latest run recorded.
  public let schemaHash: String
  /// The hash that the run before it recorded.
  public let previousSchemaHash: String
  /// When the latest run materialized.
  public let changedAt: Timestamp?
}

/// What a run's metadata says of one artifact that it wrote.
public struct RunArtifactRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The run: the text behind `asset_run_id=` in its path.
  public let runID: String
  /// Path, size, time, format, schema and rows, as the run recorded them.
  public let facts: ArtifactFacts
}

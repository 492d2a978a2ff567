package import ManifestModel

/// One artifact whose schema the latest run of its asset changed.
package struct SchemaChangeRow: Sendable {
  /// The asset.
  package let asset: AssetIdentifier
  /// The latest run that succeeded and recorded a schema hash: the text after `asset_run_id=` in its path.
  package let runID: String
  /// The run before it that succeeded and recorded a schema hash.
  package let previousRunID: String
  /// The artifact as the latest run's metadata spells it.
  package let path: String
  /// The hash that the latest run recorded.
  package let schemaHash: String
  /// The hash that the run before it recorded.
  package let previousSchemaHash: String
  /// When the latest run materialized.
  package let changedAt: Timestamp?
}

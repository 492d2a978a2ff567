package import ManifestModel

/// What a run's metadata says of one artifact that it wrote.
package struct RunArtifactRow: Sendable {
  /// The asset.
  package let asset: AssetIdentifier
  /// The run: the text after `asset_run_id=` in its path.
  package let runID: String
  /// Path, size, time, format, schema and rows, as the run recorded them.
  package let facts: ArtifactFacts
}

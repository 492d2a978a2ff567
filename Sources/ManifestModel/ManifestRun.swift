/// The most recent run as the manifest tells it: mad_prefect's `AssetManifestRun`.
public struct ManifestRun: Sendable {
  /// The run's id: the text after `asset_run_id=` in its path.
  public var id: String
  /// Where the run's metadata was written, relative to the storage root. Data only: it is never opened.
  public var metadataPath: String
  /// When the run materialized, if it did.
  public var materialized: Timestamp?
  /// The artifacts that the run produced, relative to the storage root.
  public var artifactPaths: [String]
  /// Fields that mad_prefect does not know, in the order of the file, kept when the manifest is rewritten.
  package var unknownFields: [JSONField]
  /// How many artifacts the file names beside those here; more than none only where it was read within limits.
  package internal(set) var artifactsLeftOut = 0

  /// A run from its parts.
  package init(
    id: String, metadataPath: String, materialized: Timestamp? = nil, artifactPaths: [String] = [],
    unknownFields: [JSONField] = []
  ) {
    self.id = id
    self.metadataPath = metadataPath
    self.materialized = materialized
    self.artifactPaths = artifactPaths
    self.unknownFields = unknownFields
  }
}

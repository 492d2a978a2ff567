public import ManifestModel

/// One recorded artifact.
public struct ArtifactRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The path as the manifest spells it, relative to the storage root.
  public let path: String
  /// Whether a file or folder is there, beneath the storage root.
  public let exists: Bool
}

/// One asset's manifest: mad_prefect's `AssetManifest`.
public struct Manifest: Sendable {
  /// The identity that the file claims; the path is the authority where they disagree.
  public var asset: AssetIdentifier
  /// The signature of the configuration that the last writer had.
  public var signature: String?
  /// When the asset was last materialized; filled from ``lastRun`` where the file gives none.
  public var lastMaterialized: Timestamp?
  /// The most recent run.
  public var lastRun: ManifestRun?
  /// How the most recent run ended.
  public var lastStatus: ManifestStatus
  /// The error of the most recent run.
  public var lastError: String?
  /// The artifacts of the last run that named any, relative to the storage root.
  public var lastArtifacts: [String]
  /// When the manifest was written.
  ///
  /// The field is optional in the file: mad_prefect then takes the time of reading. The catalog does not invent a time,
  /// so it is `nil`.
  public var updatedAt: Timestamp?
  /// Fields that mad_prefect does not know, in the order of the file, kept when the manifest is rewritten.
  package var unknownFields: [JSONField]
  /// Whether a lone surrogate in the file was replaced by U+FFFD.
  package var isLossy: Bool
  /// How many artifacts the file names beside those here; more than none only where it was read within limits.
  package internal(set) var artifactsLeftOut = 0

  /// A manifest from its parts.
  package init(
    asset: AssetIdentifier, signature: String? = nil, lastMaterialized: Timestamp? = nil, lastRun: ManifestRun? = nil,
    lastStatus: ManifestStatus = .unknown, lastError: String? = nil, lastArtifacts: [String] = [],
    updatedAt: Timestamp? = nil, unknownFields: [JSONField] = [], isLossy: Bool = false
  ) {
    self.asset = asset
    self.signature = signature
    self.lastMaterialized = lastMaterialized
    self.lastRun = lastRun
    self.lastStatus = lastStatus
    self.lastError = lastError
    self.lastArtifacts = lastArtifacts
    self.updatedAt = updatedAt
    self.unknownFields = unknownFields
    self.isLossy = isLossy
  }
}

public import ManifestModel

/// One asset in a list.
public struct AssetRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// When it was last materialized; `nil` where that is not known.
  public let lastMaterialized: Timestamp?
  /// How the newest run that ended did so, by the manifest or by its own metadata, whichever tells more; `nil` where
  /// neither tells.
  public let lastStatus: ManifestStatus?
  /// That run.
  public let lastRunID: String?
  /// What went wrong in it.
  public let lastError: String?
  /// The signature that the manifest gives.
  public let signature: String?
  /// When the manifest says that it was written.
  public let updatedAt: Timestamp?
  /// Where the time was found; `nil` where there is none.
  public let source: MaterializationSource?
  /// How many runs are known.
  public let runCount: Int
  /// The manifest, relative to the storage root; `nil` for an asset that has none.
  public let manifestPath: String?
  /// Whether the manifest on disk cannot be read at present, so that the values are those of the last good one.
  public let isDamaged: Bool
  /// Whether it cannot be told when the asset was last materialized, as in ``FreshnessState/unknown``.
  package let isUnknown: Bool
}

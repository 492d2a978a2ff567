package import ManifestModel

/// One asset that drifted.
package struct DriftRow: Sendable {
  /// The asset.
  package let asset: AssetIdentifier
  /// Why the asset is here.
  package let kind: DriftKind
  /// How many asset ids the name has.
  package let configurationCount: Int
  /// The signature that the manifest gives.
  package let signature: String?
  /// The signature that the caller expects; `nil` for `configurations`.
  package let expectedSignature: String?
  /// When it was last materialized; `nil` where that is not known.
  package let lastMaterialized: Timestamp?
}

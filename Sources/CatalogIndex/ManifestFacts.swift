package import ManifestModel

/// What the index keeps of a manifest.
package struct ManifestFacts: Equatable, Sendable {
  @ExactText package var signature: String?
  package var lastMaterialized: Int64?
  package var lastStatus: ManifestStatus
  @ExactText package var lastError: String?
  @ExactText package var lastRunID: String?
  package var lastRunMaterialized: Int64?
  /// `nil` where it is the path that the layout gives.
  @ExactText package var lastRunMetadataPath: String?
  package var updatedAt: Int64?
  package var isLossy: Bool
}

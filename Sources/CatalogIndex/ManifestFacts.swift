package import ManifestModel

/// What the index keeps of a manifest.
package struct ManifestFacts: Equatable, Sendable {
  package var signature: String?
  package var lastMaterialized: Int64?
  package var lastStatus: ManifestStatus
  package var lastError: String?
  package var lastRunID: String?
  package var lastRunMaterialized: Int64?
  /// `nil` where it is the path that the layout gives.
  package var lastRunMetadataPath: String?
  package var updatedAt: Int64?
  package var isLossy: Bool
}

// Texts are compared as bytes, as everywhere: Swift's own equality would take two spellings of a letter for one, and a
// change from the one to the other for none.

extension ManifestFacts {
  package static func == (left: ManifestFacts, right: ManifestFacts) -> Bool {
    left.signature.hasSameBytes(as: right.signature) && left.lastMaterialized == right.lastMaterialized
      && left.lastStatus == right.lastStatus && left.lastError.hasSameBytes(as: right.lastError)
      && left.lastRunID.hasSameBytes(as: right.lastRunID) && left.lastRunMaterialized == right.lastRunMaterialized
      && left.lastRunMetadataPath.hasSameBytes(as: right.lastRunMetadataPath) && left.updatedAt == right.updatedAt
      && left.isLossy == right.isLossy
  }
}

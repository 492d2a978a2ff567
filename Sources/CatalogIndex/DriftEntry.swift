package import ManifestModel

/// One asset that drifted.
package struct DriftEntry: Sendable {
  package let asset: AssetIdentifier
  package let configurationCount: Int
  package let signature: String?
  /// The signature that was expected instead; `nil` where the row is about the name's several configurations.
  package let expectedSignature: String?
  package let lastMaterialized: Int64?
}

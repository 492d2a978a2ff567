package import ManifestModel

/// A manifest that told less than the runs of its asset.
package struct RepairedManifest: Sendable {
  /// The asset.
  package let asset: AssetIdentifier
  /// The manifest, relative to the storage root.
  package let path: String
  /// Why it was to be repaired.
  package let reason: RepairReason
  /// What was wrong with one that could not be read.
  package let detail: String?
  /// What it said; `nil` where there was none that can be read.
  package let before: Manifest?
  /// What it says now, or would say.
  package let after: Manifest
  /// Whether it was written.
  package let isWritten: Bool
}

package import ManifestModel

/// Why something in the tree could not be dealt with. What it is about stayed as it was; the rest was done.
package struct TreeWorkFailure: Sendable {
  /// The asset; `nil` where a folder of many could not be looked into.
  package let asset: AssetIdentifier?
  /// What it is about, relative to the storage root.
  package let path: String
  /// What went wrong.
  package let error: CatalogError
}

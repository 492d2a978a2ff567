package import ManifestModel

/// One difference between the tree and the index.
package struct CheckRow: Sendable {
  /// The path relative to the storage root.
  package let path: String
  /// `missing` (in the tree, not in the index), `extra` (in the index, not in the tree), `stale` or `damaged`.
  package let kind: String
  /// One sentence.
  package let message: String
  /// The asset that the path belongs to, where it belongs to one.
  package let asset: AssetIdentifier?
}

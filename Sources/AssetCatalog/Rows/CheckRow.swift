package import ManifestModel

/// One difference between the tree and the index.
package struct CheckRow: Sendable {
  /// How tree and index differ.
  package enum Kind: String, Sendable, CaseIterable {
    /// In the tree, not in the index.
    case missing
    /// In the index, not in the tree.
    case extra
    /// In both, with other values.
    case stale
    /// The index itself is damaged.
    case damaged
  }

  /// The path relative to the storage root.
  package let path: String
  /// How they differ.
  package let kind: Kind
  /// One sentence.
  package let message: String
  /// The asset that the path belongs to, where it belongs to one.
  package let asset: AssetIdentifier?
}

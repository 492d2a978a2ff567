package import ManifestModel

/// One thing that is wrong with a file or folder of the tree.
package struct ProblemRow: Sendable {
  /// The path relative to the storage root; bytes that are not UTF-8 are spelled `\xNN`.
  package let path: String
  /// What is wrong.
  package let kind: ProblemKind
  /// One sentence.
  package let message: String
  /// When it was first seen.
  package let seenAt: Timestamp
  /// The asset that the path belongs to, where it belongs to one.
  package let asset: AssetIdentifier?
}

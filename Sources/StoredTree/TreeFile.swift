/// A file of an asset.
package enum TreeFile: Hashable, Sendable {
  case manifest
  /// The metadata of a run.
  case run(String)
}

/// What a storage gives of one file.
package enum LoadedFile {
  case absent
  /// All of it, valid until the call that gave it ends, and the revision that it has at most: it may be newer, never
  /// older.
  case bytes(UnsafeRawBufferPointer, Revision)
  /// Something else is in its place, such as "a folder".
  case notAFile(String, Revision)
  /// It has more bytes than any file of a catalog may have (SPEC 8).
  case tooLarge(Revision)
  /// It changed while it was read: try again.
  case moving
  case unreadable(TreeFault)
}

extension TreeFile {
  /// The most bytes that a manifest or the metadata of a run may have (SPEC 8).
  package static let mostBytes = 16 << 20
}

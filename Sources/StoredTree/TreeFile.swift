/// A file of an asset.
package enum TreeFile: Hashable, Sendable {
  case manifest
  /// The metadata of a run.
  case run(String)
}

/// Why a storage could not do what it was asked.
package struct TreeFault: Error, Hashable, Sendable {
  package enum Kind: Sendable {
    /// There is no such thing, as opposed to one that cannot be reached.
    case absence
    /// The process, not the tree, is what failed: too few descriptors, no memory.
    case exhaustion
    /// The storage gives no answer, so that nothing is known of anything in it; the text is a whole sentence.
    case unavailable
    case other
  }

  package let kind: Kind
  /// The end of a sentence, such as "permission denied".
  package let text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  package var isAbsence: Bool { kind == .absence }
}

/// What a storage gives of one file.
package enum LoadedFile {
  case absent
  /// All of it, valid until the call that gave it ends, and the revision that it has at most: it may be newer, never older.
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

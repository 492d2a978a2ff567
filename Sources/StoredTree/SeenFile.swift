/// How a file stands that an asset's or a run's values come from. Raw values are those of the schema.
package enum FileState: Int64, Sendable {
  case absent = 0
  case current = 1
  /// The file cannot be used at present: the values are the last good ones.
  case lastGood = 2
  /// The file cannot be used, and never could.
  case bad = 3
  /// A failed run that only the manifest tells of.
  case manifestOnly = 4
}

/// A file as it was last looked at.
package struct SeenFile: Equatable, Sendable {
  package var revision: Revision
  /// Whether an equal revision proves that nothing changed since.
  package var isTrusted: Bool

  package init(_ revision: Revision, isTrusted: Bool) {
    self.revision = revision
    self.isTrusted = isTrusted
  }

  /// Nothing was seen, and must be looked at again.
  package static let unseen = SeenFile(.none, isTrusted: false)
  /// That there is nothing was seen.
  package static let nothing = SeenFile(.none, isTrusted: true)
}

/// What a look at one file found, without reading it.
package enum FileOnDisk: Equatable, Sendable {
  case absent
  case present(Revision)
  /// Nobody looked, or the look failed: only reading can tell.
  case unknown
}

extension SeenFile {
  /// Whether what was seen then proves that nothing changed.
  package func stands(_ found: FileOnDisk) -> Bool {
    switch found {
    case .absent: isTrusted && revision == .none
    case .present(let now): isTrusted && revision == now
    case .unknown: false
    }
  }
}

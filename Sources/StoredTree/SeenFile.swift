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

package import ManifestModel

/// An entry of a folder that cannot be a member of it though it looks like one, or that must not be followed or opened.
package struct TreeOddity: Sendable {
  /// The bytes of the entry's name.
  package var name: [UInt8]
  package var kind: ProblemKind
  /// One sentence.
  package var message: String

  package init(name: [UInt8], kind: ProblemKind, message: String) {
    self.name = name
    self.kind = kind
    self.message = message
  }
}

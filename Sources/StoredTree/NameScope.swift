internal import ManifestModel

/// Names of a tree that lie together in the order of their bytes: a question about them need not look at others.
package enum NameScope: Hashable, Sendable {
  case name(String)
  /// All names that begin so.
  case prefix(String)

  /// The names that match a GLOB, or more of them; `nil` where all names may match.
  package init?(glob: String) {
    let literal = glob.globLiteral
    // No name has a slash: what is asked for is nothing, and that is said of the whole.
    guard !literal.isEmpty, !literal.contains(UInt8(ascii: "/")), !literal.contains(0) else { return nil }
    let text = String(decoding: literal, as: UTF8.self)
    self = literal.count == glob.utf8.count ? .name(text) : .prefix(text)
  }

  package func contains(_ name: String) -> Bool {
    switch self {
    case .name(let own): name.utf8.elementsEqual(own.utf8)
    case .prefix(let prefix): name.utf8.starts(with: prefix.utf8)
    }
  }

  /// Whether every name of another scope is one of this.
  package func covers(_ other: NameScope) -> Bool {
    switch (self, other) {
    case (.name, .name(let name)), (.prefix, .name(let name)), (.prefix, .prefix(let name)): contains(name)
    case (.name, .prefix): false
    }
  }

  private var text: String {
    switch self {
    case .name(let text), .prefix(let text): text
    }
  }

  /// All names of the scope lie after this, and hardly any other between; `nil` where there is no such bound.
  package var lower: String? {
    var scalars = text.unicodeScalars
    guard let last = scalars.popLast() else { return nil }
    if let former = Self.scalar(before: last) {
      scalars.append(former)
      scalars.append("\u{10FFFF}")
    }
    return scalars.isEmpty ? nil : String(scalars)
  }

  /// No name of the scope lies after this; `nil` where there is no such bound.
  package var upper: String? {
    guard case .prefix(let text) = self else { return text }
    var scalars = text.unicodeScalars
    while let last = scalars.popLast() {
      guard let next = Self.scalar(after: last) else { continue }
      scalars.append(next)
      return String(scalars)
    }
    return nil
  }

  private static func scalar(before scalar: Unicode.Scalar) -> Unicode.Scalar? {
    guard scalar.value > 1 else { return nil }
    return Unicode.Scalar(scalar.value - 1) ?? "\u{D7FF}"
  }

  private static func scalar(after scalar: Unicode.Scalar) -> Unicode.Scalar? {
    guard scalar.value < 0x10FFFF else { return nil }
    return Unicode.Scalar(scalar.value + 1) ?? "\u{E000}"
  }
}

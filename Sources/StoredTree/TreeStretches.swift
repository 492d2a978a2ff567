/// The names of a tree, cut into stretches that together cover every possible name, or every one of a scope.
package struct TreeStretches: Sendable {
  /// In the order of their bytes.
  package let names: NameList
  package let length: Int
  private let scope: NameScope?

  /// - Parameters:
  ///   - length: how many names there are in a stretch.
  ///   - scope: what all names are of; `nil` for a whole tree.
  package init(_ names: NameList, length: Int, of scope: NameScope? = nil) {
    self.scope = scope
    self.names = names
    self.length = length
  }

  /// At least one, even for an empty tree: what the index knows beyond must be found missing.
  package var count: Int { max(1, (names.count + length - 1) / length) }

  package subscript(index: Int) -> NameStretch {
    let start = index * length
    let end = min(start + length, names.count)
    guard start < end else { return NameStretch(names: [], lower: scope?.lower, upper: scope?.upper) }
    return NameStretch(
      names: Array(names[start..<end]), lower: start == 0 ? scope?.lower : names[start - 1],
      upper: end == names.count ? scope?.upper : names[end - 1])
  }
}

/// Some names that follow each other in a tree.
package struct NameStretch: Sendable {
  /// In the order of their bytes.
  package var names: [String]
  /// Names that the index knows belong here if they lie after this and not after ``upper``; `nil` is unbounded.
  package var lower: String?
  package var upper: String?

  package init(names: [String], lower: String?, upper: String?) {
    self.names = names
    self.lower = lower
    self.upper = upper
  }
}

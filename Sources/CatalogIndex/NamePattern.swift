internal import ManifestModel
internal import SQLiteDatabase

/// A GLOB over names, and the bounds that its literal beginning implies.
package struct NamePattern: Sendable {
  /// `*`, `?`, `[a-z]`, as SQLite's GLOB reads them.
  package let glob: String
  /// No name that matches comes before this.
  package let lowest: String
  /// Every name that matches comes before these bytes; `nil` where there is no such bound.
  let beyond: [UInt8]?

  /// The pattern of a text; `nil` matches every name.
  package init(_ glob: String?) {
    let glob = glob ?? "*"
    self.glob = glob
    var prefix = Array(glob.globLiteral)
    lowest = String(decoding: prefix, as: UTF8.self)
    // No byte of UTF-8 is 0xFF, so that the last one can always be raised.
    guard let last = prefix.popLast() else {
      beyond = nil
      return
    }
    beyond = prefix + [last + 1]
  }

  /// Whether no name from this one on can match.
  func ends(before name: String) -> Bool {
    beyond.map { !name.utf8.lexicographicallyPrecedes($0) } ?? false
  }
}

extension Statement {
  /// Binds the upper bound of a pattern: text, or a blob, which SQLite puts above every text.
  borrowing func bind(beyond pattern: NamePattern, at index: Int32) throws(SQLiteError) {
    guard let beyond = pattern.beyond else { return try bind(blob: [], at: index) }
    let result = beyond.withUnsafeBytes { bytes in
      Result<Void, SQLiteError> { () throws(SQLiteError) in try bind(text: bytes, at: index) }
    }
    try result.get()
  }
}

internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

/// Which names a question is about: all of them, or those that any of some patterns matches.
///
/// The index takes one pattern at a time, ``bound``. Where there are several, that one lets more names pass than were
/// asked for, and ``contains(_:)`` sifts what the index found.
struct NameFilter: Sendable {
  private let globs: [String]
  /// A pattern that matches every name of the filter, and perhaps others; `nil` for all names.
  let bound: String?

  /// The filter of a pattern and of more; without any, all names are meant.
  init(_ name: String?, _ names: [String] = []) {
    globs = (name.map { [$0] } ?? []) + names
    bound = globs.count == 1 ? globs[0] : globs.isEmpty ? nil : Self.common(globs)
  }

  /// The names outside of which nothing matches; `nil` where there is no such bound.
  var scope: NameScope? { bound.flatMap { NameScope(glob: $0) } }

  /// Whether the filter is about an asset that the index found by ``bound``.
  func contains(_ asset: AssetIdentifier) -> Bool {
    globs.count < 2 || globs.contains { Glob.matches(asset.name, $0) }
  }

  /// Whether the filter is about an asset, however that was found.
  func matches(_ asset: AssetIdentifier) -> Bool {
    globs.isEmpty || globs.contains { Glob.matches(asset.name, $0) }
  }

  /// The literal beginning that all share, then one of the letters with which they go on, if all go on with one.
  private static func common(_ globs: [String]) -> String {
    let texts = globs.map { Array($0.unicodeScalars) }
    func isLiteral(_ scalar: Unicode.Scalar) -> Bool { scalar != "*" && scalar != "?" && scalar != "[" }
    var length = 0
    while let scalar = texts[0].dropFirst(length).first, isLiteral(scalar),
      texts.allSatisfy({ $0.dropFirst(length).first == scalar })
    {
      length += 1
    }
    var pattern = String.UnicodeScalarView(texts[0].prefix(length))
    let letters = texts.compactMap { $0.dropFirst(length).first }
    if letters.count == texts.count, letters.allSatisfy({ isLetter($0) }) {
      pattern.append("[")
      pattern.append(contentsOf: Set(letters).sorted())
      pattern.append("]")
    }
    return String(pattern) + "*"
  }

  /// What means nothing in brackets but itself.
  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_")
  }
}

/// A pattern over names as SQLite's GLOB reads it: `*`, `?`, `[a-z]`, by case.
///
/// The rules are those of `patternCompare` in SQLite 3.40: `?` and a set stand for one character, `[^…]` for one that
/// is not in the set, a `]` that comes first in a set stands for itself. Letters that Unicode calls equal are different
/// here.
package struct GlobPattern: Sendable, Hashable {
  /// What most patterns are, so that they need no search.
  enum Shape: Hashable, Sendable {
    /// One name and nothing else.
    case literal
    /// `gold.*`: all that begins so.
    case prefix
    case general
  }

  /// The pattern as it was written.
  package let text: String
  let shape: Shape
  /// The bytes before the first character that is not itself.
  let lead: [UInt8]
  /// What follows those.
  private let pieces: [Piece]

  /// The pattern of a text. Throws a clause that says what is wrong with it.
  package init(_ text: String) throws(TextError) {
    if let fault = Self.fault(in: text) { throw TextError(fault) }
    self.text = text
    let scalars = Array(text.unicodeScalars)
    let special = scalars.firstIndex { $0 == "*" || $0 == "?" || $0 == "[" }
    shape = special == nil ? .literal : special == scalars.count - 1 && scalars.last == "*" ? .prefix : .general
    lead = Array(text.utf8.prefix { $0 != 0x2A && $0 != 0x3F && $0 != 0x5B })
    pieces = Self.pieces(scalars[(special ?? scalars.count)...])
  }

  /// What is wrong with a pattern; `nil` for one that can match.
  package static func fault(in pattern: String) -> String? {
    if pattern.isEmpty { return "it is empty and would match no name; write * for all" }
    // SQLite refuses longer ones.
    if pattern.utf8.count > 50_000 { return "it is longer than 50,000 bytes; shorten it" }
    let bytes = Array(pattern.utf8)
    var index = 0
    while let open = bytes[index...].firstIndex(of: UInt8(ascii: "[")) {
      var inner = open + 1
      if inner < bytes.count, bytes[inner] == UInt8(ascii: "^") { inner += 1 }
      // A closing bracket that comes first stands for itself.
      if inner < bytes.count, bytes[inner] == UInt8(ascii: "]") { inner += 1 }
      guard let close = bytes[min(inner, bytes.count)...].firstIndex(of: UInt8(ascii: "]")) else {
        return "the [ in \(quoted(pattern)) is never closed; write [[] for a bracket"
      }
      index = close + 1
    }
    return nil
  }

  /// The one name that a pattern without wildcards matches; `nil` for others.
  package static func name(of pattern: String) -> String? {
    pattern.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
      ? nil : pattern
  }

  /// The pattern that matches one name and nothing else.
  package static func exactly(_ name: String) -> String {
    var pattern = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "*", "?", "[": pattern.unicodeScalars.append(contentsOf: ["[", scalar, "]"])
      default: pattern.unicodeScalars.append(scalar)
      }
    }
    return pattern
  }

  /// Whether a name matches.
  package func matches(_ name: String) -> Bool {
    var name = name
    return name.withUTF8 { matches($0) }
  }

  /// Whether a name in UTF-8 matches.
  func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard name.count >= lead.count else { return false }
    for index in lead.indices where lead[index] != name[index] { return false }
    switch shape {
    case .literal: return name.count == lead.count
    case .prefix: return true
    case .general:
      return pieces.withUnsafeBufferPointer { Self.matches(UnsafeBufferPointer(rebasing: name[lead.count...]), $0) }
    }
  }

  /// Goes back to the last `*` where the rest does not match: it may stand for one character more.
  private static func matches(_ name: UnsafeBufferPointer<UInt8>, _ pieces: UnsafeBufferPointer<Piece>) -> Bool {
    var place = 0
    var index = 0
    var retry: (place: Int, index: Int)?
    while true {
      if place < pieces.count, case .star = pieces[place] {
        place += 1
        if place == pieces.count { return true }
        retry = (place, index)
        continue
      }
      if index == name.count { return place == pieces.count }
      if place < pieces.count, let next = step(pieces[place], name, index) {
        place += 1
        index = next
        continue
      }
      guard let last = retry else { return false }
      index = nextCharacter(name, last.index)
      if case .byte(let byte) = pieces[last.place] {
        while index < name.count, name[index] != byte { index += 1 }
      }
      place = last.place
      retry = (place, index)
    }
  }

  /// The index after what a piece stands for, if it stands for what is there.
  private static func step(_ piece: Piece, _ name: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
    switch piece {
    case .star: return nil
    case .byte(let byte): return name[index] == byte ? index + 1 : nil
    case .any: return nextCharacter(name, index)
    case .set(let isInverted, let ranges):
      let end = nextCharacter(name, index)
      let scalar = String(decoding: UnsafeBufferPointer(rebasing: name[index..<end]), as: UTF8.self).unicodeScalars
        .first
      guard let scalar else { return nil }
      return ranges.contains { $0.contains(scalar) } != isInverted ? end : nil
    }
  }

  private static func nextCharacter(_ name: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
    var next = index + 1
    while next < name.count, name[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }
}

extension GlobPattern {
  /// What stands for one byte, one character, or any number of them.
  enum Piece: Hashable, Sendable {
    case byte(UInt8)
    case any
    case star
    case set(isInverted: Bool, [ClosedRange<Unicode.Scalar>])
  }

  /// The pieces of a pattern in which all brackets are closed.
  fileprivate static func pieces(_ scalars: ArraySlice<Unicode.Scalar>) -> [Piece] {
    var pieces: [Piece] = []
    var rest = scalars
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": if pieces.last != .star { pieces.append(.star) }
      case "?": pieces.append(.any)
      case "[": pieces.append(set(&rest))
      default: pieces += UTF8.encode(scalar).map { Array($0) }?.map { .byte($0) } ?? []
      }
    }
    return pieces
  }

  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Piece {
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    let isInverted = rest.first == "^"
    if isInverted { rest.removeFirst() }
    if rest.first == "]" {
      ranges.append("]"..."]")
      rest.removeFirst()
    }
    // The beginning of a range; a range has used it up.
    var previous: Unicode.Scalar?
    while let scalar = rest.popFirst(), scalar != "]" {
      if scalar == "-", let low = previous, let high = rest.first, high != "]" {
        rest.removeFirst()
        if low <= high { ranges.append(low...high) }
        previous = nil
      } else {
        ranges.append(scalar...scalar)
        previous = scalar
      }
    }
    return .set(isInverted: isInverted, ranges)
  }
}

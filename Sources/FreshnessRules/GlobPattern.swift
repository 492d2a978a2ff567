/// A pattern over names as SQLite's GLOB reads it: `*`, `?`, `[a-z]`, by case.
///
/// The rules are those of `patternCompare` in SQLite 3.40: `?` and a set stand for one character, `[^…]` for one that is not
/// in the set, a `]` that comes first in a set stands for itself. Letters that Unicode calls equal are different here.
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
  private let scalars: [Unicode.Scalar]

  /// The pattern of a text. Throws a clause that says what is wrong with it.
  package init(_ text: String) throws(TextError) {
    if let fault = Self.fault(in: text) { throw TextError(fault) }
    self.text = text
    scalars = Array(text.unicodeScalars)
    let special = scalars.firstIndex { $0 == "*" || $0 == "?" || $0 == "[" }
    shape = special == nil ? .literal : special == scalars.count - 1 && scalars.last == "*" ? .prefix : .general
    lead = Array(text.utf8.prefix { $0 != 0x2A && $0 != 0x3F && $0 != 0x5B })
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
    return name.withUTF8 { bytes in
      guard bytes.count >= lead.count, bytes.prefix(lead.count).elementsEqual(lead) else { return false }
      switch shape {
      case .literal: return bytes.count == lead.count
      case .prefix: return true
      case .general: return matchesGeneral(String(decoding: bytes, as: UTF8.self).unicodeScalars)
      }
    }
  }

  /// Goes back to the last `*` where the rest does not match: it may stand for one character more.
  private func matchesGeneral(_ name: String.UnicodeScalarView) -> Bool {
    var place = 0
    var index = name.startIndex
    var retry: (place: Int, index: String.Index)?
    while true {
      if place < scalars.count, scalars[place] == "*" {
        place += 1
        retry = (place, index)
        continue
      }
      if index == name.endIndex {
        if place == scalars.count { return true }
        return false
      }
      if place < scalars.count, let next = step(place, name[index]) {
        place = next
        index = name.index(after: index)
        continue
      }
      guard let last = retry else { return false }
      index = name.index(after: last.index)
      place = last.place
      retry = (place, index)
    }
  }

  /// The place after what stands for one character, if it stands for this one.
  private func step(_ start: Int, _ scalar: Unicode.Scalar) -> Int? {
    switch scalars[start] {
    case "?": return start + 1
    case "[": return set(start + 1, scalar)
    default: return scalars[start] == scalar ? start + 1 : nil
    }
  }

  private func set(_ start: Int, _ scalar: Unicode.Scalar) -> Int? {
    var place = start
    var isInverted = false
    var isIn = false
    // The beginning of a range; a range has used it up.
    var previous: Unicode.Scalar?
    if scalars[place] == "^" {
      isInverted = true
      place += 1
    }
    if scalars[place] == "]" {
      isIn = scalar == "]"
      place += 1
    }
    while scalars[place] != "]" {
      if scalars[place] == "-", let low = previous, scalars[place + 1] != "]" {
        place += 1
        if low <= scalar, scalar <= scalars[place] { isIn = true }
        previous = nil
      } else {
        if scalars[place] == scalar { isIn = true }
        previous = scalars[place]
      }
      place += 1
    }
    return isIn != isInverted ? place + 1 : nil
  }
}

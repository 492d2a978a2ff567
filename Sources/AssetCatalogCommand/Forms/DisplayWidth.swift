/// How many columns of a terminal a text takes.
enum DisplayWidth {
  /// The columns of a text that holds nothing hazardous.
  static func of(_ text: String) -> Int {
    if let count = asciiCount(text) { return count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// The columns of one character: 2 for what is shown as an emoji, else the sum over its scalars.
  static func of(_ character: Character) -> Int {
    var sum = 0
    for scalar in character.unicodeScalars {
      if scalar.value == 0xFE0F || scalar.properties.isEmojiPresentation { return 2 }
      sum += of(scalar)
    }
    return sum
  }

  /// More than any letter takes with its marks, or an emoji of several people.
  private static let mostBytesOfColumn = 40

  /// The text cut to a width, with an ellipsis where something is missing. Of a long text no more is measured than
  /// could fit.
  static func shortened(_ text: String, to width: Int, keepingEnd: Bool = false) -> String {
    let most = (max(0, width) + 1) * mostBytesOfColumn
    if text.utf8.count > most {
      let part = keepingEnd ? "…" + end(of: text, bytes: most) : beginning(of: text, bytes: most) + "…"
      return cut(part, to: width, keepingEnd: keepingEnd)
    }
    return cut(text, to: width, keepingEnd: keepingEnd)
  }

  private static func beginning(of text: String, bytes: Int) -> String {
    let part = text.utf8.prefix(bytes + 1)
    // The first byte that is too much is the last of these; a scalar that it belongs to goes whole.
    let end = part.lastIndex { $0 & 0xC0 != 0x80 } ?? part.startIndex
    return String(decoding: part[..<end], as: UTF8.self)
  }

  private static func end(of text: String, bytes: Int) -> String {
    String(decoding: text.utf8.suffix(bytes).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
  }

  private static func cut(_ text: String, to width: Int, keepingEnd: Bool) -> String {
    guard of(text) > width else { return text }
    guard width > 1 else { return width == 1 ? "…" : "" }
    var kept: [Character] = []
    var columns = 0
    func take(_ character: Character) -> Bool {
      columns += of(character)
      if columns > width - 1 { return false }
      kept.append(character)
      return true
    }
    if keepingEnd {
      for character in text.reversed() { if !take(character) { break } }
      return "…" + String(kept.reversed())
    }
    for character in text { if !take(character) { break } }
    return String(kept) + "…"
  }

  /// The length of a text that is all printable ASCII, the common case.
  private static func asciiCount(_ text: String) -> Int? {
    HazardousText.withBytes(of: text) { bytes in bytes.allSatisfy { $0 < 0x80 } ? bytes.count : nil }
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return 1 }
    // The vowels and finals of Hangul join the leading consonant before them.
    if (0x1160...0x11FF).contains(value) { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    return isWide(value) ? 2 : 1
  }

  /// East Asian Width W and F of Unicode, less what is an emoji by itself.
  private static func isWide(_ value: UInt32) -> Bool {
    guard value >= 0x1100 else { return false }
    var low = 0
    var high = wideRanges.count
    while low < high {
      let middle = (low + high) / 2
      if value > wideRanges[middle].upperBound { low = middle + 1 } else { high = middle }
    }
    return low < wideRanges.count && wideRanges[low].contains(value)
  }

  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4C6,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x16FE0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]
}

extension String {
  /// The text without the sequences by which programs colour what they write: those that begin with CSI and OSC, their
  /// like, and other sequences of ESC (ECMA-48). What is no whole sequence stays, and so does every other character.
  package var withoutTerminalSequences: String {
    // 0x9B is a letter's later byte as well: what is found here is looked at closely below.
    guard utf8.contains(where: { $0 == 0x1B || $0 == 0xC2 }) else { return self }
    let bytes = Array(utf8)
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      if let end = TerminalSequence.end(of: bytes, at: place) {
        place = end
      } else {
        kept.append(bytes[place])
        place += 1
      }
    }
    return kept.count == bytes.count ? self : String(decoding: kept, as: UTF8.self)
  }
}

/// Where a sequence for a terminal ends (ECMA-48, and xterm's BEL at the end of OSC).
private enum TerminalSequence {
  /// - Returns: the place after the whole sequence that begins at `start`; `nil` where none does.
  static func end(of bytes: [UInt8], at start: Int) -> Int? {
    guard let (introducer, next) = introducer(of: bytes, at: start) else { return nil }
    switch introducer {
    case UInt8(ascii: "["): return endOfControl(bytes, from: next)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      return endOfString(bytes, from: next)
    default: return endOfEscape(bytes, from: next - 1)
    }
  }

  /// ESC and a character, or the one character of C1 that means the same.
  private static func introducer(of bytes: [UInt8], at start: Int) -> (UInt8, next: Int)? {
    guard start + 1 < bytes.count else { return nil }
    if bytes[start] == 0x1B { return (bytes[start + 1], start + 2) }
    let alone: [UInt8: UInt8] = [0x9B: 0x5B, 0x9D: 0x5D, 0x90: 0x50, 0x98: 0x58, 0x9E: 0x5E, 0x9F: 0x5F]
    guard bytes[start] == 0xC2, let introducer = alone[bytes[start + 1]] else { return nil }
    return (introducer, start + 2)
  }

  /// Parameters, intermediates, and one final byte.
  private static func endOfControl(_ bytes: [UInt8], from start: Int) -> Int? {
    var place = start
    while place < bytes.count, (0x30...0x3F).contains(bytes[place]) { place += 1 }
    while place < bytes.count, (0x20...0x2F).contains(bytes[place]) { place += 1 }
    return place < bytes.count && (0x40...0x7E).contains(bytes[place]) ? place + 1 : nil
  }

  /// Text up to ST or BEL. Of one that never ends nothing is taken away: it may be all that there is.
  private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int? {
    var place = start
    while place < bytes.count {
      switch bytes[place] {
      case 0x07: return place + 1
      case 0x1B: return place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "\\") ? place + 2 : nil
      case 0xC2 where place + 1 < bytes.count && bytes[place + 1] == 0x9C: return place + 2
      // Titles and links stand on one line.
      case 0x0A: return nil
      default: place += 1
      }
    }
    return nil
  }

  /// Intermediates, and one final byte, as in the choice of a character set.
  private static func endOfEscape(_ bytes: [UInt8], from start: Int) -> Int? {
    var place = start
    while place < bytes.count, (0x20...0x2F).contains(bytes[place]) { place += 1 }
    return place < bytes.count && (0x30...0x7E).contains(bytes[place]) ? place + 1 : nil
  }
}

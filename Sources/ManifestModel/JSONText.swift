/// The spelling of a string in a document, without its quotation marks; its escapes and its UTF-8 were checked.
package struct JSONText: BitwiseCopyable {
  let start: UnsafePointer<UInt8>
  let count: Int
  /// Whether no escape is in it, so that its bytes are those of the text.
  let isPlain: Bool

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
}

extension JSONText {
  /// Whether two spellings are the same bytes, and so the same text.
  @inline(__always)
  func isSpelled(like other: JSONText) -> Bool {
    count == other.count && (start == other.start || Self.areEqual(start, other.start, count))
  }

  /// Whether a spelling without escapes is this word.
  @inline(__always)
  func equals(_ word: StaticString) -> Bool {
    count == word.utf8CodeUnitCount && isPlain && Self.areEqual(start, word.utf8Start, count)
  }

  @inline(__always)
  private static func areEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let left = UnsafeRawPointer(left)
    let right = UnsafeRawPointer(right)
    @inline(__always)
    func same<Word: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Word.Type) -> Bool {
      left.loadUnaligned(fromByteOffset: offset, as: Word.self)
        == right.loadUnaligned(fromByteOffset: offset, as: Word.self)
    }
    if count >= 8 {
      var offset = 0
      while offset + 8 <= count {
        guard same(offset, UInt64.self) else { return false }
        offset += 8
      }
      // The last word overlaps the one before it.
      return same(count - 8, UInt64.self)
    }
    if count >= 4 { return same(0, UInt32.self) && same(count - 4, UInt32.self) }
    if count >= 2 { return same(0, UInt16.self) && same(count - 2, UInt16.self) }
    return count == 0 || same(0, UInt8.self)
  }

  /// The text. A lone surrogate, which only an escape can spell, becomes U+FFFD and sets the flag.
  @inline(__always)
  package func string(isLossy: inout Bool) -> String {
    isPlain ? String(decoding: bytes, as: UTF8.self) : unescaped(isLossy: &isLossy)
  }

  /// The bytes of the text, a lone surrogate spelled in three bytes as if UTF-8 allowed it (WTF-8).
  ///
  /// So two keys are the same for Python if and only if these bytes are the same.
  package func wideBytes() -> [UInt8] {
    if isPlain { return Array(bytes) }
    return [UInt8](unsafeUninitializedCapacity: count) { room, written in
      written = unescape(into: room.baseAddress, replacingSurrogates: false).count
    }
  }

  @inline(never)
  private func unescaped(isLossy: inout Bool) -> String {
    String(unsafeUninitializedCapacity: count) { room in
      let result = unescape(into: room.baseAddress, replacingSurrogates: true)
      if result.sawSurrogate { isLossy = true }
      return result.count
    }
  }

  /// Writes the text after the spelling; there must be room for ``count`` bytes, since no escape is shorter than its
  /// text.
  private func unescape(
    into room: UnsafeMutablePointer<UInt8>?, replacingSurrogates: Bool
  ) -> (count: Int, sawSurrogate: Bool) {
    guard let room else { return (0, false) }
    var written = 0
    var sawSurrogate = false
    var index = 0
    func put(_ byte: UInt8) {
      room[written] = byte
      written += 1
    }
    while index < count {
      guard start[index] == UInt8(ascii: "\\") else {
        put(start[index])
        index += 1
        continue
      }
      index += 2
      switch start[index - 1] {
      case UInt8(ascii: "b"): put(0x08)
      case UInt8(ascii: "f"): put(0x0C)
      case UInt8(ascii: "n"): put(0x0A)
      case UInt8(ascii: "r"): put(0x0D)
      case UInt8(ascii: "t"): put(0x09)
      case UInt8(ascii: "u"):
        var unit = codeUnit(at: index)
        index += 4
        if unit & 0xFC00 == 0xD800, index + 6 <= count, start[index] == UInt8(ascii: "\\"),
          start[index + 1] == UInt8(ascii: "u"), codeUnit(at: index + 2) & 0xFC00 == 0xDC00
        {
          unit = 0x1_0000 + (unit & 0x3FF) << 10 + codeUnit(at: index + 2) & 0x3FF
          index += 6
        } else if unit & 0xF800 == 0xD800 {
          sawSurrogate = true
          if replacingSurrogates { unit = 0xFFFD }
        }
        switch unit {
        case 0..<0x80: put(UInt8(unit))
        case 0x80..<0x800:
          put(UInt8(0xC0 | unit >> 6))
          put(UInt8(0x80 | unit & 0x3F))
        case 0x800..<0x1_0000:
          put(UInt8(0xE0 | unit >> 12))
          put(UInt8(0x80 | unit >> 6 & 0x3F))
          put(UInt8(0x80 | unit & 0x3F))
        default:
          put(UInt8(0xF0 | unit >> 18))
          put(UInt8(0x80 | unit >> 12 & 0x3F))
          put(UInt8(0x80 | unit >> 6 & 0x3F))
          put(UInt8(0x80 | unit & 0x3F))
        }
      default: put(start[index - 1])
      }
    }
    return (written, sawSurrogate)
  }

  /// The number that four hexadecimal digits spell.
  private func codeUnit(at index: Int) -> UInt32 {
    var unit: UInt32 = 0
    for offset in index..<index + 4 { unit = unit << 4 | UInt32(Self.hexadecimal(start[offset]) ?? 0) }
    return unit
  }

  /// The value of a hexadecimal digit.
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

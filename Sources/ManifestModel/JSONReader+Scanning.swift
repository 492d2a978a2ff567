// Strings, numbers and words.
extension JSONReader {
  /// Reads the string at the cursor, which must be a quotation mark, and checks its escapes and its UTF-8.
  @inline(__always)
  package mutating func scanText() throws(JSONFault) -> JSONText {
    cursor += 1
    let first = cursor
    advanceOverPlainText()
    if cursor < end, cursor.pointee == UInt8(ascii: "\"") {
      let text = JSONText(start: first, count: cursor - first, isPlain: true)
      cursor += 1
      return text
    }
    return try scanUnusualText(from: first)
  }

  /// Moves the cursor to the next quotation mark, backslash, control character or byte that is not ASCII, or to the
  /// end.
  @inline(__always)
  private mutating func advanceOverPlainText() {
    let low: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    while end - cursor >= 8 {
      let word = UInt64(littleEndian: UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self))
      let quotes = word ^ (low &* UInt64(UInt8(ascii: "\"")))
      let escapes = word ^ (low &* UInt64(UInt8(ascii: "\\")))
      // A byte sets its high bit here if it is zero after the exclusive or, or below a space; the lowest that does is
      // exact.
      let stops =
        (((quotes &- low) & ~quotes) | ((escapes &- low) & ~escapes) | ((word &- low &* 0x20) & ~word) | word) & high
      if stops != 0 {
        cursor += stops.trailingZeroBitCount >> 3
        return
      }
      cursor += 8
    }
    while cursor < end {
      let byte = cursor.pointee
      guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return }
      cursor += 1
    }
  }

  @inline(never)
  private mutating func scanUnusualText(from first: UnsafePointer<UInt8>) throws(JSONFault) -> JSONText {
    var isPlain = true
    while true {
      switch try peek() {
      case UInt8(ascii: "\""):
        let text = JSONText(start: first, count: cursor - first, isPlain: isPlain)
        cursor += 1
        return text
      case UInt8(ascii: "\\"):
        isPlain = false
        try skipEscape()
      case 0..<0x20: throw fault(.control)
      case 0x80...: try skipMultibyteCharacter()
      default: advanceOverPlainText()
      }
    }
  }

  private mutating func skipEscape() throws(JSONFault) {
    cursor += 1
    switch try peek() {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      cursor += 1
    case UInt8(ascii: "u"):
      cursor += 1
      for _ in 0..<4 {
        guard JSONText.hexadecimal(try peek()) != nil else { throw fault(.escape) }
        cursor += 1
      }
    default: throw fault(.escape)
    }
  }

  /// Skips one character of two to four bytes; overlong forms, surrogates and what lies beyond U+10FFFF are refused.
  private mutating func skipMultibyteCharacter() throws(JSONFault) {
    let lead = cursor.pointee
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: throw fault(.encoding)
    }
    guard end - cursor >= length else { throw fault(.truncated) }
    guard second.contains(cursor[1]) else { throw fault(.encoding) }
    for index in 2..<max(length, 2) where cursor[index] & 0xC0 != 0x80 { throw fault(.encoding) }
    cursor += length
  }

  /// Reads the number at the cursor, which must be a digit or a minus sign.
  package mutating func scanNumber() throws(JSONFault) -> JSONNumber {
    let first = cursor
    if cursor.pointee == UInt8(ascii: "-") { cursor += 1 }
    switch try peek() {
    case UInt8(ascii: "0"): cursor += 1
    case UInt8(ascii: "1")...UInt8(ascii: "9"): skipDigits()
    case UInt8(ascii: "I") where cursor > first:
      try skipLiteral("Infinity")
      return JSONNumber(start: first, count: cursor - first, kind: .notFinite)
    default: throw fault(.value)
    }
    var kind = JSONNumber.Kind.whole
    if cursor < end, cursor.pointee == UInt8(ascii: ".") {
      cursor += 1
      guard JSONNumber.isDigit(try peek()) else { throw fault(.value) }
      skipDigits()
      kind = .fractional
    }
    if cursor < end, cursor.pointee | 0x20 == UInt8(ascii: "e") {
      cursor += 1
      let sign = try peek()
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { cursor += 1 }
      guard JSONNumber.isDigit(try peek()) else { throw fault(.value) }
      skipDigits()
      kind = .fractional
    }
    return JSONNumber(start: first, count: cursor - first, kind: kind)
  }

  private mutating func skipDigits() {
    while cursor < end, JSONNumber.isDigit(cursor.pointee) { cursor += 1 }
  }

  /// Goes past a word such as `null`.
  @inline(__always)
  mutating func skipLiteral(_ word: StaticString) throws(JSONFault) {
    let count = word.utf8CodeUnitCount
    for index in 0..<count {
      guard cursor + index < end else {
        cursor = end
        throw fault(.truncated)
      }
      guard cursor[index] == word.utf8Start[index] else { throw fault(.value) }
    }
    cursor += count
  }
}

/// Writes JSON as Python's `json.dumps(…, indent=4)` does: four spaces a level, non-ASCII escaped, no final newline.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  /// How many containers are open.
  private(set) var depth = 0
  /// Whether the innermost open container has no member yet.
  private var isEmpty = true

  init(reservingBytes count: Int) {
    bytes.reserveCapacity(count)
  }

  mutating func open(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(ascii: bracket))
    depth += 1
    isEmpty = true
  }

  mutating func close(_ bracket: Unicode.Scalar) {
    depth -= 1
    if !isEmpty { startLine() }
    isEmpty = false
    bytes.append(UInt8(ascii: bracket))
  }

  /// Begins an element of the innermost array.
  mutating func element() {
    if !isEmpty { bytes.append(UInt8(ascii: ",")) }
    isEmpty = false
    startLine()
  }

  /// Begins a member of the innermost object.
  mutating func key(_ key: StaticString) {
    element()
    text(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
    word(": ")
  }

  /// Begins a member of the innermost object, whose key is given in WTF-8.
  mutating func key(wide key: [UInt8]) {
    element()
    key.withUnsafeBufferPointer { text($0) }
    word(": ")
  }

  mutating func word(_ word: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  /// Writes bytes that are JSON already.
  mutating func append(_ json: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: json)
  }

  /// Writes a text, or `null`.
  mutating func text(_ string: String?) {
    guard var string else { return word("null") }
    string.withUTF8 { text($0) }
  }

  /// Writes an array of texts, each on its own line.
  mutating func texts(_ strings: [String]) {
    open("[")
    for string in strings {
      element()
      text(string)
    }
    close("]")
  }

  /// Writes a time as a text, or `null`.
  mutating func time(_ moment: Timestamp?) {
    guard let moment else { return word("null") }
    bytes.append(UInt8(ascii: "\""))
    withUnsafeTemporaryAllocation(byteCount: Timestamp.longestText, alignment: 1) { room in
      bytes.append(contentsOf: room.prefix(moment.write(to: room)))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a whole number, or `null`.
  mutating func integer(_ number: Int64?) {
    guard let number else { return word("null") }
    bytes.append(contentsOf: String(number).utf8)
  }

  /// Writes a text that is given in WTF-8: ASCII without control characters as it is, the rest as escapes of UTF-16.
  mutating func text(_ text: UnsafeBufferPointer<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        bytes.append(byte)
        index += 1
        continue
      }
      let (scalar, length) = Self.codePoint(in: text, at: index)
      index += length
      escape(scalar)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ scalar: UInt32) {
    switch scalar {
    case 0x22: word("\\\"")
    case 0x5C: word("\\\\")
    case 0x08: word("\\b")
    case 0x0C: word("\\f")
    case 0x0A: word("\\n")
    case 0x0D: word("\\r")
    case 0x09: word("\\t")
    case 0x1_0000...:
      escapeUnit(0xD800 + (scalar - 0x1_0000) >> 10)
      escapeUnit(0xDC00 + (scalar - 0x1_0000) & 0x3FF)
    default: escapeUnit(scalar)
    }
  }

  private mutating func escapeUnit(_ unit: UInt32) {
    word("\\u")
    for shift in stride(from: UInt32(12), through: 0, by: -4) {
      let digit = UInt8(unit >> shift & 0xF)
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// The code point at a place, and its bytes; the text must be well formed, but may hold surrogates.
  private static func codePoint(in text: UnsafeBufferPointer<UInt8>, at index: Int) -> (UInt32, length: Int) {
    let lead = UInt32(text[index])
    let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard length > 1, index + length <= text.count else { return (lead, 1) }
    var scalar = lead & (0x7F >> UInt32(length))
    for offset in 1..<length { scalar = scalar << 6 | UInt32(text[index + offset]) & 0x3F }
    return (scalar, length)
  }

  private mutating func startLine() {
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 4))
  }
}

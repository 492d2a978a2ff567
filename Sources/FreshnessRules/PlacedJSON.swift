/// A JSON value that knows where in its file it stands.
///
/// For files that people write by hand: every complaint can name the line and the column, and a key that stands twice is
/// an error instead of a guess.
package struct PlacedJSON: Sendable {
  package indirect enum Value: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([PlacedJSON])
    case object([Member])
  }

  /// A key of an object and what it stands for.
  package struct Member: Sendable {
    package let key: String
    package let origin: Origin
    package let value: PlacedJSON

    package var place: Place { origin.place }
  }

  /// A line and a column, both from 1; columns count bytes.
  package struct Place: Hashable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  /// Where a value begins in its text. The place is looked up only when somebody asks: that takes as long as the text is long.
  package struct Origin: Sendable {
    fileprivate let text: [UInt8]
    /// Bytes before it.
    package let offset: Int

    package var place: Place {
      let before = text[..<offset]
      let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      return Place(line: before.count { $0 == 0x0A } + 1, column: offset - lineStart + 1)
    }
  }

  /// What is wrong, and where.
  package struct Complaint: Error, Equatable {
    package let place: Place
    package let message: String

    package init(place: Place, message: String) {
      self.place = place
      self.message = message
    }
  }

  package let origin: Origin
  package let value: Value
  /// Whether U+FFFD stands in a text for what is no character.
  package var isRepaired = false

  package var place: Place { origin.place }

  /// The one value of a text in UTF-8.
  ///
  /// - Parameter repairs: Whether halves of surrogate pairs and bytes that are not UTF-8, as Python writes what it could not
  ///   decode, become U+FFFD where they stand in the value of a text, and ``isRepaired`` says so. Otherwise they are complaints.
  package static func parse(_ bytes: [UInt8], repairs: Bool = false) throws(Complaint) -> PlacedJSON {
    guard repairs || String(validating: bytes, as: UTF8.self) != nil else {
      throw Complaint(place: Place(line: 1, column: 1), message: "the text is not UTF-8; save the file as UTF-8")
    }
    var parser = PlacedJSONParser(bytes, repairs: repairs)
    let result = try parser.value(depth: 0)
    try parser.end()
    return result
  }

  /// What kind of value it is, for a complaint.
  package var kind: String {
    switch value {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// The parser behind ``PlacedJSON``: RFC 8259, strictly.
private struct PlacedJSONParser {
  private let bytes: [UInt8]
  private let repairs: Bool
  private var index = 0

  init(_ bytes: [UInt8], repairs: Bool) {
    self.bytes = bytes
    self.repairs = repairs
  }

  mutating func value(depth: Int) throws(PlacedJSON.Complaint) -> PlacedJSON {
    skipSpace()
    let start = origin(index)
    guard depth < 32 else { throw complaint("the nesting is deeper than 32") }
    guard index < bytes.count else { throw complaint("the text ends where a value is expected") }
    switch bytes[index] {
    case UInt8(ascii: "{"): return PlacedJSON(origin: start, value: .object(try object(depth: depth)))
    case UInt8(ascii: "["): return PlacedJSON(origin: start, value: .array(try array(depth: depth)))
    case UInt8(ascii: "\""):
      let (text, isRepaired) = try string()
      return PlacedJSON(origin: start, value: .string(text), isRepaired: isRepaired)
    case UInt8(ascii: "-"), 0x30...0x39: return PlacedJSON(origin: start, value: .number(try number()))
    default:
      if takeWord("true") { return PlacedJSON(origin: start, value: .bool(true)) }
      if takeWord("false") { return PlacedJSON(origin: start, value: .bool(false)) }
      if takeWord("null") { return PlacedJSON(origin: start, value: .null) }
      throw complaint("a value is expected here")
    }
  }

  mutating func end() throws(PlacedJSON.Complaint) {
    skipSpace()
    if index < bytes.count { throw complaint("nothing may follow the value; remove what stands here") }
  }

  private mutating func object(depth: Int) throws(PlacedJSON.Complaint) -> [PlacedJSON.Member] {
    var members: [PlacedJSON.Member] = []
    // As bytes: two spellings of a letter are two keys.
    var known: Set<[UInt8]> = []
    index += 1
    skipSpace()
    if take("}") { return members }
    while true {
      skipSpace()
      let keyOrigin = origin(index)
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
        throw complaint("a key in double quotes is expected here")
      }
      let (key, isRepaired) = try string()
      if isRepaired { throw PlacedJSON.Complaint(place: keyOrigin.place, message: Self.halfPair) }
      guard known.insert(Array(key.utf8)).inserted else {
        throw PlacedJSON.Complaint(
          place: keyOrigin.place, message: "the key \(quoted(key)) stands here a second time; keep one of them")
      }
      skipSpace()
      guard take(":") else { throw complaint("a colon is expected here") }
      members.append(PlacedJSON.Member(key: key, origin: keyOrigin, value: try value(depth: depth + 1)))
      skipSpace()
      if take("}") { return members }
      guard take(",") else { throw complaint("a comma or a closing brace is expected here") }
    }
  }

  private mutating func array(depth: Int) throws(PlacedJSON.Complaint) -> [PlacedJSON] {
    var elements: [PlacedJSON] = []
    index += 1
    skipSpace()
    if take("]") { return elements }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return elements }
      guard take(",") else { throw complaint("a comma or a closing bracket is expected here") }
    }
  }

  private static let halfPair = "this is one half of a surrogate pair, which is no character; write the whole character"

  /// - Returns: the text, and whether U+FFFD stands in it for what is no character.
  private mutating func string() throws(PlacedJSON.Complaint) -> (text: String, isRepaired: Bool) {
    index += 1
    var text: [UInt8] = []
    var isRepaired = false
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        if repairs, String(validating: text, as: UTF8.self) == nil { isRepaired = true }
        return (String(decoding: text, as: UTF8.self), isRepaired)
      case UInt8(ascii: "\\"):
        if let scalar = try escape() {
          text.append(contentsOf: Character(scalar).utf8)
        } else {
          text.append(contentsOf: "\u{FFFD}".utf8)
          isRepaired = true
        }
      case 0..<0x20: throw complaint("a text may not hold a raw control character; escape it")
      default:
        text.append(byte)
        index += 1
      }
    }
    throw complaint("the text ends inside a quoted text")
  }

  /// What a single letter after a backslash stands for.
  private static let simpleEscapes: [UInt8: Unicode.Scalar] = [
    0x22: "\"", 0x5C: "\\", 0x2F: "/", 0x62: "\u{8}", 0x66: "\u{C}", 0x6E: "\n", 0x72: "\r", 0x74: "\t",
  ]

  /// - Returns: `nil` for one half of a surrogate pair, if such are repaired.
  private mutating func escape() throws(PlacedJSON.Complaint) -> Unicode.Scalar? {
    let start = index
    index += 1
    if index < bytes.count, let scalar = Self.simpleEscapes[bytes[index]] {
      index += 1
      return scalar
    }
    guard let high = codeUnit() else {
      index = start
      throw complaint("this is not an escape that JSON knows")
    }
    if let scalar = Unicode.Scalar(high) { return scalar }
    let end = index
    if (0xD800..<0xDC00).contains(high), take("\\"), let low = codeUnit(), (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + UInt32(low) - 0xDC00)
    {
      return scalar
    }
    index = repairs ? end : start
    if repairs { return nil }
    throw complaint(Self.halfPair)
  }

  /// The four hexadecimal digits after `\u`.
  private mutating func codeUnit() -> UInt16? {
    guard take("u"), index + 4 <= bytes.count else { return nil }
    var unit: UInt16 = 0
    for byte in bytes[index..<index + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    index += 4
    return unit
  }

  private mutating func number() throws(PlacedJSON.Complaint) -> String {
    let start = index
    _ = take("-")
    let whole = digits()
    var isNumber = whole == 1 || (whole > 1 && bytes[index - whole] != 0x30)
    if take(".") { isNumber = digits() > 0 && isNumber }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      isNumber = digits() > 0 && isNumber
    }
    guard isNumber else {
      index = start
      throw complaint("this is not a number that JSON knows")
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func digits() -> Int {
    let start = index
    while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
    return index - start
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: scalar) else { return false }
    index += 1
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard bytes[index...].starts(with: word.utf8) else { return false }
    index += word.utf8.count
    return true
  }

  private func origin(_ index: Int) -> PlacedJSON.Origin {
    PlacedJSON.Origin(text: bytes, offset: index)
  }

  private func complaint(_ message: String) -> PlacedJSON.Complaint {
    PlacedJSON.Complaint(place: origin(index).place, message: message)
  }
}

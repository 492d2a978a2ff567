internal import ManifestModel

/// Makes ``PlacedJSON`` of what a ``JSONReader`` reads. Numbers that only Python knows, such as `NaN`, are refused.
struct PlacedJSONParser {
  /// How deep objects and lists may nest.
  private static let deepest = 32
  private static let halfPair = "this is one half of a surrogate pair, which is no character; write the whole character"

  private let bytes: [UInt8]
  private let repairs: Bool
  private let isUTF8: Bool
  private var reader: JSONReader

  /// - Parameters:
  ///   - bytes: the text, which is UTF-8.
  ///   - start: where these bytes lie; they outlive the parser.
  ///   - repairs: whether U+FFFD may stand for half of a surrogate pair.
  ///   - isUTF8: whether the text was UTF-8 before what was no character became U+FFFD.
  init(_ bytes: [UInt8], start: UnsafePointer<UInt8>, repairs: Bool, isUTF8: Bool) {
    self.bytes = bytes
    self.repairs = repairs
    self.isUTF8 = isUTF8
    reader = JSONReader(start: start, count: bytes.count, limit: Self.deepest)
  }

  /// The one value of the text.
  mutating func document() throws(PlacedJSON.Complaint) -> PlacedJSON {
    reader.skipWhitespace()
    let result = try value()
    try read { reader throws(JSONFault) in try reader.finish() }
    return result
  }

  private mutating func value() throws(PlacedJSON.Complaint) -> PlacedJSON {
    let start = origin
    switch try read({ reader throws(JSONFault) in try reader.peek() }) {
    case UInt8(ascii: "{"): return PlacedJSON(origin: start, value: .object(try members()))
    case UInt8(ascii: "["): return PlacedJSON(origin: start, value: .array(try elements()))
    case UInt8(ascii: "\""):
      let (text, isRepaired) = try text { reader throws(JSONFault) in try reader.scanText() }
      return PlacedJSON(origin: start, value: .string(text), isRepaired: isRepaired)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return PlacedJSON(origin: start, value: .number(try number()))
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      switch try read({ reader throws(JSONFault) in try reader.skipValue() }) {
      case .true: return PlacedJSON(origin: start, value: .bool(true))
      case .false: return PlacedJSON(origin: start, value: .bool(false))
      default: return PlacedJSON(origin: start, value: .null)
      }
    default: throw complaint(reader.fault(.value))
    }
  }

  private mutating func members() throws(PlacedJSON.Complaint) -> [PlacedJSON.Member] {
    var members: [PlacedJSON.Member] = []
    // As bytes: two spellings of a letter are two keys.
    var known: Set<[UInt8]> = []
    guard try read({ reader throws(JSONFault) in try reader.enterObject() }) else { return members }
    repeat {
      let place = origin
      let (key, isRepaired) = try text { reader throws(JSONFault) in try reader.readKey() }
      if isRepaired { throw PlacedJSON.Complaint(place: place.place, message: Self.halfPair) }
      guard known.insert(Array(key.utf8)).inserted else {
        throw PlacedJSON.Complaint(
          place: place.place, message: "the key \(quoted(key)) stands here a second time; keep one of them")
      }
      members.append(PlacedJSON.Member(key: key, origin: place, value: try value()))
    } while try read { reader throws(JSONFault) in try reader.nextMember() }
    return members
  }

  private mutating func elements() throws(PlacedJSON.Complaint) -> [PlacedJSON] {
    var elements: [PlacedJSON] = []
    guard try read({ reader throws(JSONFault) in try reader.enterArray() }) else { return elements }
    repeat {
      elements.append(try value())
    } while try read { reader throws(JSONFault) in try reader.nextElement() }
    return elements
  }

  /// - Returns: the text, and whether U+FFFD stands in it for what is no character.
  private mutating func text(
    _ scan: (inout JSONReader) throws(JSONFault) -> JSONText
  ) throws(PlacedJSON.Complaint) -> (String, isRepaired: Bool) {
    let start = origin
    let spelling = try read(scan)
    var isRepaired = false
    let text = spelling.string(isLossy: &isRepaired)
    if isRepaired, !repairs { throw PlacedJSON.Complaint(place: start.place, message: Self.halfPair) }
    return (text, isRepaired || !isUTF8 && text.unicodeScalars.contains("\u{FFFD}"))
  }

  private mutating func number() throws(PlacedJSON.Complaint) -> String {
    let start = origin
    var reader = reader
    let number = try? reader.scanNumber()
    // What begins with a zero ends there for the reader, so that another digit may follow.
    let isFollowed = !reader.isAtEnd && "0123456789".unicodeScalars.contains { reader.isAt($0) }
    guard let number, number.kind != .notFinite, !isFollowed else {
      throw PlacedJSON.Complaint(place: start.place, message: "this is not a number that JSON knows")
    }
    self.reader = reader
    return String(decoding: bytes[start.offset..<reader.offset], as: UTF8.self)
  }

  private mutating func read<Result>(
    _ body: (inout JSONReader) throws(JSONFault) -> Result
  ) throws(PlacedJSON.Complaint) -> Result {
    do throws(JSONFault) { return try body(&reader) } catch { throw complaint(error) }
  }

  private var origin: PlacedJSON.Origin { PlacedJSON.Origin(text: bytes, offset: reader.offset) }

  private func complaint(_ fault: JSONFault) -> PlacedJSON.Complaint {
    let message =
      switch fault.reason {
      case .truncated: "the text ends in the middle of a value"
      case .trailing: "nothing may follow the value; remove what stands here"
      case .key: "a key in double quotes is expected here"
      case .colon: "a colon is expected here"
      case .memberEnd: "a comma or a closing brace is expected here"
      case .elementEnd: "a comma or a closing bracket is expected here"
      case .value: "a value is expected here"
      case .control: "a text may not hold a raw control character; escape it"
      case .escape: "this is not an escape that JSON knows"
      case .encoding: "the text is not UTF-8; save the file as UTF-8"
      case .tooDeep: "the nesting is deeper than \(Self.deepest)"
      }
    return PlacedJSON.Complaint(place: PlacedJSON.Origin(text: bytes, offset: fault.offset).place, message: message)
  }
}

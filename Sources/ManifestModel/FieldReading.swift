extension JSONReader {
  @inline(__always)
  mutating func readText() throws(JSONFault) -> TextField {
    if isAt("\"") { return .text(try scanText()) }
    return .other(try skipValue())
  }

  /// Reads a time as Pydantic does: from a text, or as a Unix time from a number that is no boolean.
  @inline(__always)
  mutating func readTime() throws(JSONFault) -> TimeField {
    switch try peek() {
    case UInt8(ascii: "\""):
      let text = try scanText()
      return text.isPlain
        ? Self.time(of: UnsafeRawBufferPointer(text.bytes))
        : text.withPlainSpelling { Self.time(of: UnsafeRawBufferPointer($0.bytes)) }
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return Self.time(of: try scanNumber())
    default: return .other(try skipValue())
    }
  }

  @inline(__always)
  private static func time(of text: UnsafeRawBufferPointer) -> TimeField {
    if let reading = Timestamp.Reading(text: text) { return .moment(reading) }
    return Timestamp.Reading.isBeyondRange(text) ? .beyond : .unreadable
  }

  private static func time(of number: JSONNumber) -> TimeField {
    let moment: Timestamp?
    switch number.kind {
    case .whole: moment = number.integer.flatMap { Timestamp(unixTime: $0) }
    case .fractional: moment = Timestamp(unixTime: number.double)
    case .notFinite: moment = nil
    }
    return moment.map { .moment(Timestamp.Reading(moment: $0, hasOffset: true)) } ?? .unreadable
  }

  /// Reads an array of texts, and remembers where it stands.
  @inline(__always)
  mutating func readPaths() throws(JSONFault) -> PathsField {
    guard isAt("[") else { return .other(try skipValue()) }
    let place = cursor
    guard try enterArray() else { return .list(place, count: 0) }
    var count = 0
    var intruder: JSONType?
    repeat {
      if isAt("\"") {
        _ = try scanText()
      } else {
        intruder = try skipValue()
      }
      count += 1
    } while try nextElement()
    return intruder.map { .mixed($0) } ?? .list(place, count: count)
  }

  /// Reads a whole number as Pydantic does: also from a boolean, from a float without a fraction, and from a text.
  mutating func readInteger() throws(JSONFault) -> IntegerField {
    switch try peek() {
    case UInt8(ascii: "\""):
      let text = try scanText()
      return text.isPlain ? IntegerField(text: text.bytes) : text.withPlainSpelling { IntegerField(text: $0.bytes) }
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let number = try scanNumber()
      if number.kind == .whole { return number.integer.map { .number($0) } ?? .tooLarge }
      return IntegerField(float: number.double)
    default:
      switch try skipValue() {
      case .true: return .number(1)
      case .false: return .number(0)
      case .number: return .unreadable
      case let other: return .other(other)
      }
    }
  }

  // An array that was read before was checked then: reading it again cannot throw, and an error would only end the
  // list.

  /// The first text of an array that was read before.
  @inline(__always)
  mutating func firstText(of place: UnsafePointer<UInt8>) -> JSONText? {
    self = rewound(to: place)
    guard (try? enterArray()) == true else { return nil }
    return try? scanText()
  }

  /// The text after the one that was read last.
  @inline(__always)
  mutating func nextText() -> JSONText? {
    guard (try? nextElement()) == true else { return nil }
    return try? scanText()
  }
}

/// A member that a model wants as a whole number.
enum IntegerField {
  case absent
  case number(Int64)
  /// A whole number that mad_prefect takes and 64 bits cannot hold.
  case tooLarge
  /// A text or a number that is no whole number.
  case unreadable
  /// Something else, `null` among it.
  case other(JSONType)
}

extension IntegerField {
  /// The whole number that Pydantic's lax mode makes of a float.
  init(float: Double) {
    guard float.isFinite, float.rounded(.towardZero) == float, float > -0x1p63, float < 0x1p63 else {
      self = .unreadable
      return
    }
    self = .number(Int64(float))
  }

  /// The whole number that Pydantic's lax mode reads from a text.
  ///
  /// White space around it, a plus sign, leading zeros, single underscores between digits and a fraction of zeros are
  /// allowed; more than 4300 digits are not. The source of the rules is `str_as_int` of pydantic-core, oddities
  /// included (`0__1` is 1, `0-1` is -1).
  init(text: UnsafeBufferPointer<UInt8>) {
    if let number = Self.strict(text[...]) {
      self = number
      return
    }
    var rest = Self.trimmed(text)
    if rest.first == UInt8(ascii: "+") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") {
        self = .unreadable
        return
      }
    }
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    guard let digits = Self.withoutLeadingZeros(rest) else {
      self = .unreadable
      return
    }
    rest = digits
    if let point = rest.firstIndex(of: UInt8(ascii: ".")) {
      let fraction = rest[(point + 1)...]
      if !fraction.isEmpty, fraction.allSatisfy({ $0 == UInt8(ascii: "0") }) { rest = rest[..<point] }
    }
    var cleaned = isNegative ? [UInt8(ascii: "-")] : []
    cleaned += Self.withoutUnderscores(rest)
    self = cleaned.withUnsafeBufferPointer { Self.strict($0[...]) } ?? .unreadable
  }

  /// The number that a JSON integer spells, if the text is nothing else.
  private static func strict(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> IntegerField? {
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    guard let first = digits.first, digits.allSatisfy(JSONNumber.isDigit),
      first != UInt8(ascii: "0") || digits.count == 1
    else { return nil }
    if digits.count > 4_300 { return .unreadable }
    return Int64(String(decoding: text, as: UTF8.self)).map { .number($0) } ?? .tooLarge
  }

  private static func withoutLeadingZeros(
    _ text: Slice<UnsafeBufferPointer<UInt8>>
  ) -> Slice<UnsafeBufferPointer<UInt8>>? {
    guard let first = text.first, JSONNumber.isDigit(first) || first == UInt8(ascii: "-") else { return nil }
    if first != UInt8(ascii: "0") { return text }
    for index in text.indices.dropFirst() {
      switch text[index] {
      case UInt8(ascii: "0"), UInt8(ascii: "_"): continue
      case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "-"): return text[index...]
      case UInt8(ascii: "."): return text[(index - 1)...]
      default: return nil
      }
    }
    return text.suffix(1)
  }

  private static func withoutUnderscores(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
    let underscore = UInt8(ascii: "_")
    let isSound =
      text.first != underscore && text.last != underscore
      && !zip(text, text.dropFirst()).contains { $0 == underscore && $1 == underscore }
    return isSound ? text.filter { $0 != underscore } : Array(text)
  }

  /// The text without the white space of Unicode at both ends.
  private static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
    var rest = text[...]
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    for scalar in scalars {
      guard scalar.properties.isWhitespace else { break }
      rest = rest.dropFirst(UTF8.width(scalar))
    }
    for scalar in scalars.reversed() {
      guard !rest.isEmpty, scalar.properties.isWhitespace else { break }
      rest = rest.dropLast(UTF8.width(scalar))
    }
    return rest
  }
}

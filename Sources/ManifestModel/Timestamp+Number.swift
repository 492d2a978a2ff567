extension Timestamp {
  /// The moment of a Unix time that was given as a whole number, as Pydantic 2 reads it.
  ///
  /// Numbers up to ±2e10 count seconds, beyond that milliseconds. `nil` outside the years 1 to 9999.
  init?(unixTime number: Int64) {
    let isMilliseconds = number.magnitude > Self.watershed
    let product = number.multipliedReportingOverflow(by: isMilliseconds ? 1_000 : 1_000_000)
    guard !product.overflow else { return nil }
    self.init(inRange: product.partialValue)
  }

  /// The moment of a Unix time that was given with a fraction, as Pydantic 2 reads it.
  ///
  /// The fraction is rounded to the nearest microsecond, halves away from zero. `nil` for what is not finite and
  /// outside the years 1 to 9999.
  init?(unixTime number: Double) {
    guard number.magnitude < 1e15 else { return nil }
    let whole = number.rounded(.down)
    let unit: Double = number.magnitude > Double(Self.watershed) ? 1_000 : 1_000_000
    let fraction = ((number - whole) * unit).rounded(.toNearestOrAwayFromZero)
    let product = Int64(whole).multipliedReportingOverflow(by: Int64(unit))
    guard !product.overflow else { return nil }
    self.init(inRange: product.partialValue + Int64(fraction))
  }

  /// The moment of a Unix time that was given as text: digits with an optional sign, and with an exponent only if there
  /// is a point as well.
  init?(unixTime text: UnsafeRawBufferPointer) {
    var position = 0
    if let sign = text.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { position = 1 }
    let isNegative = position == 1 && text[0] == UInt8(ascii: "-")
    let first = position
    var value: Int64 = 0
    var isTooLarge = false
    while position < text.count, let digit = Self.digit(text[position]) {
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(digit)
      isTooLarge = isTooLarge || overflowed || carried
      value = sum
      position += 1
    }
    if position == text.count {
      guard position > first, !isTooLarge else { return nil }
      self.init(unixTime: isNegative ? -value : value)
      return
    }
    guard text[position] == UInt8(ascii: "."), Self.isDecimal(text, digitsFrom: first) else { return nil }
    guard let number = Double(String(decoding: text, as: UTF8.self)) else { return nil }
    self.init(unixTime: number)
  }

  /// Beyond this magnitude a number counts milliseconds.
  private static let watershed: UInt64 = 20_000_000_000

  private static func digit(_ byte: UInt8) -> Int64? {
    let value = byte &- UInt8(ascii: "0")
    return value <= 9 ? Int64(value) : nil
  }

  /// Whether a text is `digits.digits`, with at least one digit, and perhaps an exponent.
  private static func isDecimal(_ text: UnsafeRawBufferPointer, digitsFrom start: Int) -> Bool {
    var position = start
    func skipDigits() -> Int {
      let first = position
      while position < text.count, digit(text[position]) != nil { position += 1 }
      return position - first
    }
    var count = skipDigits()
    if position < text.count, text[position] == UInt8(ascii: ".") {
      position += 1
      count += skipDigits()
    }
    guard count > 0 else { return false }
    if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") {
        position += 1
      }
      guard skipDigits() > 0 else { return false }
    }
    return position == text.count
  }
}

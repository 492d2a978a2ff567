extension Timestamp {
  /// The moment of a text, as Pydantic 2 reads a `datetime` from it; `nil` where Pydantic refuses the text.
  ///
  /// Read are `YYYY-MM-DD`, one of `T`, `t`, `_` and a space, `HH:MM`, optionally `:SS`, optionally a fraction after
  /// `.` or `,` (cut off after six digits), then `Z`, `z` or an offset `±HH:MM` or `±HHMM` below 24 hours; a date
  /// alone; and Unix times with or without a fraction, which count as milliseconds beyond ±2e10. The source of these
  /// rules is speedate 0.17, the parser inside Pydantic.
  ///
  /// - Parameter assumingUTC: Whether a text without an offset is read as UTC, as in run metadata, or refused, as in
  ///   manifests. A Unix time needs no offset.
  public init?(_ text: String, assumingUTC: Bool = false) {
    var text = text
    guard let reading = text.withUTF8({ Reading(text: UnsafeRawBufferPointer($0)) }),
      assumingUTC || reading.hasOffset
    else { return nil }
    self = reading.moment
  }

  /// A moment that was read, and whether the text said how far from UTC it was.
  struct Reading {
    let moment: Timestamp
    let hasOffset: Bool

    init(moment: Timestamp, hasOffset: Bool) {
      self.moment = moment
      self.hasOffset = hasOffset
    }

    /// Reads a text as Pydantic reads a `datetime`; `nil` where it refuses, or where the moment leaves the years 1 to
    /// 9999.
    init?(text: UnsafeRawBufferPointer) {
      var scanner = DateTimeScanner(text)
      switch scanner.scan() {
      case .complete(let microseconds, let hasOffset):
        guard let moment = Timestamp(inRange: microseconds) else { return nil }
        self.init(moment: moment, hasOffset: hasOffset)
      case .malformed:
        guard let moment = Timestamp(unixTime: text) else { return nil }
        self.init(moment: moment, hasOffset: true)
      }
    }

    /// Whether a text is a time that an offset carries out of the years 1 to 9999: Python keeps the offset, and takes
    /// it.
    static func isBeyondRange(_ text: UnsafeRawBufferPointer) -> Bool {
      var scanner = DateTimeScanner(text)
      guard case .complete(let microseconds, true) = scanner.scan() else { return false }
      return Timestamp(inRange: microseconds) == nil
    }
  }

  /// A moment in the years 1 to 9999, or `nil`.
  init?(inRange microseconds: Int64) {
    guard microseconds >= Self.earliest.microseconds, microseconds <= Self.latest.microseconds else { return nil }
    self.init(microseconds: microseconds)
  }
}

/// Reads the calendar forms of a `datetime`.
private struct DateTimeScanner {
  enum Outcome {
    /// The moment in microseconds since 1970, and whether an offset stood in the text.
    case complete(Int64, hasOffset: Bool)
    /// The text has no calendar form.
    case malformed
  }

  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  @inline(__always)
  private func digit(_ index: Int) -> Int {
    guard index < bytes.count else { return -1_000_000 }
    let value = bytes[index] &- UInt8(ascii: "0")
    return value <= 9 ? Int(value) : -1_000_000
  }

  /// The number that two digits make; negative if one of them is no digit.
  @inline(__always)
  private func pair(_ index: Int) -> Int { digit(index) * 10 + digit(index + 1) }

  mutating func scan() -> Outcome {
    guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return .malformed }
    let year = pair(0) * 100 + pair(2)
    let month = pair(5)
    let day = pair(8)
    guard year >= 1, month >= 1, month <= 12, day >= 1, day <= Calendar.days(inMonth: month, of: year) else {
      return .malformed
    }
    let midnight = Int64(Calendar.days(from: year, month, day)) * 86_400_000_000
    if bytes.count == 10 { return .complete(midnight, hasOffset: false) }
    switch bytes[10] {
    case UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " "), UInt8(ascii: "_"): break
    default: return .malformed
    }
    return scanTime(after: midnight)
  }

  private func scanTime(after midnight: Int64) -> Outcome {
    guard bytes.count >= 16, bytes[13] == UInt8(ascii: ":") else { return .malformed }
    let hour = pair(11)
    let minute = pair(14)
    guard hour >= 0, hour <= 23, minute >= 0, minute <= 59 else { return .malformed }
    var second = 0
    var fraction = 0
    var position = 16
    if position < bytes.count, bytes[position] == UInt8(ascii: ":") {
      second = pair(17)
      guard second >= 0, second <= 59 else { return .malformed }
      position = 19
      if position < bytes.count, bytes[position] == UInt8(ascii: ".") || bytes[position] == UInt8(ascii: ",") {
        position += 1
        let first = position
        var weight = 100_000
        while position < bytes.count, digit(position) >= 0 {
          fraction += digit(position) * weight
          weight /= 10
          position += 1
        }
        guard position > first else { return .malformed }
      }
    }
    let seconds = Int64(hour * 3_600 + minute * 60 + second)
    let local = midnight + seconds * 1_000_000 + Int64(fraction)
    guard position < bytes.count else { return .complete(local, hasOffset: false) }
    guard let offset = scanOffset(at: position) else { return .malformed }
    return .complete(local - Int64(offset) * 1_000_000, hasOffset: true)
  }

  /// The seconds east of Greenwich that the rest of the text says.
  private func scanOffset(at start: Int) -> Int? {
    var position = start + 1
    let sign: Int
    switch bytes[start] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"): return position == bytes.count ? 0 : nil
    case UInt8(ascii: "+"): sign = 1
    case UInt8(ascii: "-"): sign = -1
    case 0xE2:
      // U+2212, the minus sign of ISO 8601.
      guard bytes.count >= start + 3, bytes[start + 1] == 0x88, bytes[start + 2] == 0x92 else { return nil }
      sign = -1
      position += 2
    default: return nil
    }
    let hours = pair(position)
    position += 2
    if position < bytes.count, bytes[position] == UInt8(ascii: ":") { position += 1 }
    let minutes = pair(position)
    guard position + 2 == bytes.count, hours >= 0, hours <= 23, minutes >= 0, minutes <= 59 else { return nil }
    return sign * (hours * 3_600 + minutes * 60)
  }
}

import FreshnessRules
import ManifestModel

/// Times as people type them: a duration back from now, a date, an ISO-8601 time, or `now`.
enum TimeText {
  /// The moment of a text. A date is its midnight in UTC, and a time without an offset is taken as UTC.
  static func timestamp(_ text: String, now: Timestamp) throws(TextError) -> Timestamp {
    if text == "now" { return now }
    if beginsLikeDate(text) {
      guard let time = Timestamp(text, assumingUTC: true) else {
        throw TextError("\(quoted(text)) is not a time; write one such as 2026-01-31 or 2026-01-31T06:00:00Z")
      }
      return time
    }
    if let digits = bareNumber(text) { throw digits }
    let back: Int64
    do {
      back = try DurationText.microseconds(text)
    } catch {
      if text.utf8.first.map({ !(0x30...0x39).contains($0) }) ?? true {
        throw TextError(
          "\(quoted(text)) is not a time; write a duration back from now such as 24h, a date, or a time such as 2026-01-31T06:00:00Z"
        )
      }
      throw error
    }
    if back > longestSpan {
      let seconds = text.hasSuffix("s") ? String(text.dropLast()) : ""
      throw TextError(
        "\(quoted(text)) reaches back more than 40 years; \(unixTime(seconds) ?? "write the date, such as 2026-01-31")")
    }
    let (moment, overflow) = now.microseconds.subtractingReportingOverflow(back)
    guard !overflow, moment >= Timestamp.earliest.microseconds else {
      throw TextError("\(quoted(text)) reaches back before the year 1; write a shorter duration")
    }
    return Timestamp(microseconds: moment)
  }

  /// Nobody means a duration of more than 40 years, in microseconds; it is longer since 1970.
  private static let longestSpan: Int64 = 14_610 * 86_400_000_000

  /// What to write instead of a number without a unit; `nil` where the text is none.
  private static func bareNumber(_ text: String) -> TextError? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    if let advice = unixTime(text) { return TextError("\(quoted(text)) is not a time; \(advice)") }
    return TextError("\(quoted(text)) has no unit; write \(text)m, \(text)h or \(text)d, or a date such as 2026-01-31")
  }

  /// What to write for seconds, or finer units, since 1970.
  private static func unixTime(_ digits: String) -> String? {
    guard digits.utf8.count >= 9, var number = Int64(digits) else { return nil }
    // Seconds since 1970 have ten digits until the year 2286; what has more is in finer units.
    while number > 99_999_999_999 { number /= 1_000 }
    let time = Timestamp(microseconds: number * 1_000_000)
    return "seconds since 1970 are not taken, so write \(HumanText.time(time))"
  }

  /// Four digits and a hyphen: no duration begins so, and the Unix times that a manifest may hold are no texts to type.
  private static func beginsLikeDate(_ text: String) -> Bool {
    text.utf8.prefix(4).allSatisfy { (0x30...0x39).contains($0) } && text.utf8.dropFirst(4).first == UInt8(ascii: "-")
  }
}

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
    let (moment, overflow) = now.microseconds.subtractingReportingOverflow(back)
    guard !overflow, moment >= Timestamp.earliest.microseconds else {
      throw TextError("\(quoted(text)) reaches back before the year 1; write a shorter duration")
    }
    return Timestamp(microseconds: moment)
  }

  /// Four digits and a hyphen: no duration begins so, and the Unix times that a manifest may hold are no texts to type.
  private static func beginsLikeDate(_ text: String) -> Bool {
    text.utf8.prefix(4).allSatisfy { (0x30...0x39).contains($0) } && text.utf8.dropFirst(4).first == UInt8(ascii: "-")
  }
}

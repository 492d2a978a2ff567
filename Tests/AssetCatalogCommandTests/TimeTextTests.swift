import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("A time")
struct TimeTextTests {
  /// 2026-11-23T20:00:00Z
  private let now = Timestamp(microseconds: 1_795_464_000_000_000)

  @Test(
    "is a duration back from now, a date, an ISO-8601 time or 'now'",
    arguments: [
      ("now", "2026-11-23T20:00:00Z"), ("24h", "2026-11-22T20:00:00Z"), ("1d12h", "2026-11-22T08:00:00Z"),
      ("0s", "2026-11-23T20:00:00Z"), ("2026-11-23", "2026-11-23T00:00:00Z"),
      ("2026-11-23T06:00:00Z", "2026-11-23T06:00:00Z"), ("2026-11-23T06:00:00", "2026-11-23T06:00:00Z"),
      ("2026-11-23 06:00", "2026-11-23T06:00:00Z"), ("2026-11-23T06:00:00+10:00", "2026-11-22T20:00:00Z"),
      ("2026-11-23T06:00:00-0330", "2026-11-23T09:30:00Z"), ("2026-11-23T06:00:00.5Z", "2026-11-23T06:00:00.500000Z"),
      ("2026-11-23T06:00:00.123456789+00:00", "2026-11-23T06:00:00.123456Z"), ("2024-02-29", "2024-02-29T00:00:00Z"),
      ("0001-01-01", "0001-01-01T00:00:00Z"), ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
      ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"), ("2026-11-23t06:00:00z", "2026-11-23T06:00:00Z"),
    ])
  func reads(text: String, spelled: String) throws {
    #expect(Cell.time(try TimeText.timestamp(text, now: now)).machineText == spelled)
  }

  @Test(
    "that makes no sense is refused with a hint",
    arguments: [
      "", "yesterday", "2026-13-01", "2026-02-29", "2026-00-01", "2026-1-1", "2026-11-23T", "2026-11-23T24:00:00Z",
      "2026-11-23T06:60:00Z", "2026-11-23T06:00:60Z", "2026-11-23T06:00:00.Z", "2026-11-23T06:00:00+24:00",
      "2026-11-23T06:00:00 Z", "2026-11-23T06:00:00Zjunk", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
      "0000-01-01", "+1d", "-1d", "5", "tomorrow", "2026", "20261123", "1000000w", "2100w99999999d", "\u{1B}[2J",
    ])
  func refuses(text: String) {
    let error = #expect(throws: TextError.self) { try TimeText.timestamp(text, now: now) }
    #expect(error?.message.contains("write") == true, "\(error?.message ?? "no error")")
    #expect(error?.message.unicodeScalars.contains(where: isHazardous) == false)
  }

  @Test(
    "of any day comes back as it was",
    arguments: stride(from: Int64(-719_162), through: 2_932_896, by: 9973).map(\.self))
  func calendar(day: Int64) throws {
    let moment = Timestamp(microseconds: day * 86_400_000_000 + 45_296_000_007)
    let spelled = Cell.time(moment).machineText
    #expect(try TimeText.timestamp(spelled, now: now) == moment)
  }

  @Test("is shown to the second, downward")
  func human() {
    #expect(HumanText.time(Timestamp(microseconds: -1)) == "1969-12-31T23:59:59Z")
    #expect(HumanText.time(Timestamp(microseconds: 1_999_999)) == "1970-01-01T00:00:01Z")
  }
}

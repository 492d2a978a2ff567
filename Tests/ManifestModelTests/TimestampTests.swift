import ManifestModel
import Testing

@Suite struct TimestampTests {
  @Test(
    "Texts are read as Pydantic reads them",
    arguments: [
      ("2024-01-02T00:00:00Z", 1_704_153_600_000_000),
      ("2024-01-02T00:00:00+00:00", 1_704_153_600_000_000),
      ("2024-01-02t00:00z", 1_704_153_600_000_000),
      ("2024-01-02_05:30:00+0530", 1_704_153_600_000_000),
      ("2024-01-01 18:30:00-05:30", 1_704_153_600_000_000),
      ("2024-01-01 18:30:00\u{2212}05:30", 1_704_153_600_000_000),
      ("2024-01-02T00:00:00.5Z", 1_704_153_600_500_000),
      ("2024-01-02T00:00:00,123456789Z", 1_704_153_600_123_456),
      ("2024-01-02T00:00:00.9999999Z", 1_704_153_600_999_999),
      ("1969-12-31T23:59:59.999999Z", -1),
      ("2024-02-29T12:00:00Z", 1_709_208_000_000_000),
      ("2000-02-29T00:00:00Z", 951_782_400_000_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
      ("0001-01-02T00:00:00+23:59", -62_135_596_740_000_000),
      ("1704153600", 1_704_153_600_000_000),
      ("+1704153600", 1_704_153_600_000_000),
      ("-1", -1_000_000),
      ("-1.25", -1_250_000),
      (".5", 500_000),
      ("5.", 5_000_000),
      ("1.5e3", 1_500_000_000),
      ("20000000000", 20_000_000_000_000_000),
      ("20000000001", 20_000_000_001_000),
      ("-20000000001", -20_000_000_001_000),
      ("20000000001.0625", 20_000_000_001_063),
      ("1.0078125", 1_007_813),
      ("253402300799999", 253_402_300_799_999_000),
      ("18446744073709551616.1e-400", 0),
    ])
  func readsTexts(text: String, microseconds: Int64) {
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(
    "Texts that Pydantic refuses are refused",
    arguments: [
      "", "now", "null", "1e3", "1_000", ".", "-", "+", "++1", "1.5 ", " 1.5", "1..5", "1.5e", "99999999999999999999",
      "2024-01-02", "2024-01-02T00:00:00", "2024-1-2T00:00:00Z", "20240102T000000Z", "2024-01-02T00Z",
      "2024-01-02T24:00:00Z",
      "2024-01-02T00:60:00Z", "2024-01-02T00:00:60Z", "2024-01-02T00:00:00.Z", "2024-01-02T00:00:00 Z",
      "2024-01-02T00:00:00Z ",
      "2024-01-02T00:00.5Z", "2024-01-02T00:00:00+24:00", "2024-01-02T00:00:00+23:60", "2024-01-02T00:00:00+5:30",
      "2024-01-02T00:00:00+05", "2024-01-02T00:00:00UTC", "2024-01-02T00:00:00+05:300", "2024-13-01T00:00:00Z",
      "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z", "2023-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z",
      "2024-04-31T00:00:00Z", "2024-01-02X00:00:00Z", "٢٠٢٤-01-02T00:00:00Z", "2024-01-02T00:00:00\u{2212}",
      "0000-01-01T00:00:00Z",
      "0000-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "253402300800000",
      "-62135596800001",
    ])
  func refusesTexts(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("A text without an offset is UTC only where the caller says so")
  func readsNaiveTexts() {
    #expect(Timestamp("2024-01-02T00:00:00", assumingUTC: true)?.description == "2024-01-02T00:00:00Z")
    #expect(Timestamp("2024-01-02", assumingUTC: true)?.description == "2024-01-02T00:00:00Z")
    #expect(Timestamp("2024-01-02T01:00:00+01:00", assumingUTC: true)?.description == "2024-01-02T00:00:00Z")
  }

  @Test(
    "Moments are spelled as mad_prefect spells them",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (500_000, "1970-01-01T00:00:00.500000Z"), (1_709_251_199_000_000, "2024-02-29T23:59:59Z"),
      (Timestamp.earliest.microseconds, "0001-01-01T00:00:00Z"),
      (Timestamp.latest.microseconds, "9999-12-31T23:59:59.999999Z"),
      (Timestamp.latest.microseconds + 1, "+010000-01-01T00:00:00Z"),
      (Timestamp.earliest.microseconds - 1, "+000000-12-31T23:59:59.999999Z"),
      (Int64.min, "-290308-12-21T19:59:05.224192Z"), (Int64.max, "+294247-01-10T04:00:54.775807Z"),
    ])
  func spellsMoments(microseconds: Int64, text: String) {
    #expect(Timestamp(microseconds: microseconds).description == text)
  }

  @Test(
    "The days of a year follow one another when they are spelled, and are read back",
    arguments: [
      1...4, 99...101, 399...401, 1899...1905, 1969...1972, 1999...2001, 2023...2025, 2099...2101, 9996...9999,
    ].flatMap(Array.init))
  func everyDay(year: Int) throws {
    let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    func pad(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: width - "\(number)".count) + "\(number)"
    }
    var microseconds = try #require(Timestamp("\(pad(year, 4))-01-01T00:00:00Z")).microseconds
    for (month, length) in lengths.enumerated() {
      for day in 1...length {
        let text = "\(pad(year, 4))-\(pad(month + 1, 2))-\(pad(day, 2))T00:00:00Z"
        #expect(Timestamp(microseconds: microseconds).description == text)
        #expect(Timestamp(text)?.microseconds == microseconds)
        microseconds += 86_400_000_000
      }
    }
    #expect(Timestamp(microseconds: microseconds).description.hasSuffix("-01-01T00:00:00Z"))
  }

  @Test("A POSIX time loses what is below a microsecond, and is refused outside the years 1 to 9999")
  func posixTimes() {
    #expect(Timestamp(seconds: 1, nanoseconds: 999_999_999)?.microseconds == 1_999_999)
    #expect(Timestamp(seconds: -1, nanoseconds: 999)?.microseconds == -1_000_000)
    #expect(Timestamp(seconds: 253_402_300_799, nanoseconds: 999_999_999) == .latest)
    #expect(Timestamp(seconds: 253_402_300_800) == nil)
    #expect(Timestamp(seconds: -62_135_596_801) == nil)
    #expect(Timestamp(seconds: .max, nanoseconds: .max) == nil)
    #expect(Timestamp(seconds: 0, nanoseconds: 1_000_000_000) == nil)
    #expect(Timestamp(microseconds: 1_500_000).seconds == 1.5)
  }
}

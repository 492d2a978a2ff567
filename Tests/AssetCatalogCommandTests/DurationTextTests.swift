import FreshnessRules
import Testing

@testable import AssetCatalogCommand

@Suite("A duration")
struct DurationTextTests {
  @Test(
    "is read to the microsecond",
    arguments: [
      ("90s", 90_000_000), ("15m", 900_000_000), ("24h", 86_400_000_000), ("7d", 604_800_000_000),
      ("2w", 1_209_600_000_000), ("1d12h", 129_600_000_000), ("1w2d3h4m5s6ms", 788_645_006_000),
      ("1.5h", 5_400_000_000),
      ("0.000001s", 1), ("0s", 0), ("0.5ms", 500), ("1.10s", 1_100_000), ("9223372036854.775807s", Int64.max),
      ("007d", 604_800_000_000),
    ] as [(String, Int64)])
  func reads(text: String, microseconds: Int64) throws {
    #expect(try DurationText.microseconds(text) == microseconds)
  }

  @Test(
    "that makes no sense is refused with a hint",
    arguments: [
      ("", "missing"), ("5", "no unit"), ("h", "not a duration"), ("5x", "not a duration"), ("-5s", "not a duration"),
      ("5s ", "not a duration"), (" 5s", "not a duration"), ("5 s", "not a duration"), ("5S", "not a duration"),
      ("1h1d", "largest first"), ("1h1h", "largest first"), ("1.s", "not a duration"), (".5s", "not a duration"),
      ("1..5s", "not a duration"), ("1e3s", "not a duration"), ("0.0000001s", "microsecond"),
      ("0.0001ms", "microsecond"),
      ("9223372036855s", "longer"), ("99999999999999999999s", "longer"), ("15250285w", "longer"),
      ("9223372036854s1000ms", "longer"), ("٣h", "not a duration"), ("5s\u{1B}", #"'5s\u{1b}'"#),
      ("5µs", "not a duration"),
    ])
  func refuses(text: String, hint: String) {
    let error = #expect(throws: TextError.self) { try DurationText.microseconds(text) }
    #expect(error?.message.contains(hint) == true, "\(error?.message ?? "no error")")
  }

  @Test("never traps, whatever is typed", arguments: [UInt64(31), 32])
  func fuzz(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let pieces = ["9", "0", "1", "99999999999", ".", "w", "d", "h", "m", "s", "ms", "-", " ", "é"]
    for _ in 0..<20000 {
      let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &random)]
      }.joined()
      if let microseconds = try? DurationText.microseconds(text) { #expect(microseconds >= 0) }
    }
  }
}

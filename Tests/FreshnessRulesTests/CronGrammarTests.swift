import CatalogTestSupport
import FreshnessRules
import ManifestModel
import Testing

@Suite("A cron line")
struct CronGrammarTests {
  @Test("that means nothing here is refused with what to write instead", arguments: PolicyCases.all.invalid)
  func refused(example: PolicyCases.Refusal) {
    let fault = #expect(throws: CronFault.self) { try CronExpression(example.cron) }
    #expect(
      fault?.message.contains("write") == true || fault?.message.contains("change") == true, "\(fault?.message ?? "")")
  }

  @Test(
    "is corrected in the words of its writer",
    arguments: [
      ("0 0 7 * * 1-5", "neither seconds nor years: write 0 7 * * 1-5"),
      ("0 7 * * 1-5 2026", "neither seconds nor years: write 0 7 * * 1-5"),
      ("5/15 * * * *", "write 5-59/15"), ("* 22-6 * * *", "write 22,23,0-6"),
      ("* * * * FRI-MON", "write FRI,SAT,SUN,MON"), ("0 7 ? * 1", "is Quartz, not cron; write *"),
      ("0 7 15W * *", "write LW"), ("0 7 L-3 * *", "28-31"), ("H 7 * * *", "Jenkins"),
      ("@every 15m", "write an age instead, as in max_age: 15m"), ("@reboot", "is no time"),
      ("0 7 * * MONDAY", "write MON"), ("0 7 * JANUARY *", "write JAN"), ("0 7 * * L", "as in FRIL or 5L"),
      ("0 7 * * 1#6", "1 to 5"), ("0 0 30 2 *", "never comes"), ("0 007 * * *", "two digits"),
      ("*/0 * * * *", "between 1 and 59"), ("0 7 * * */8", "between 1 and 7"), ("60 * * * *", "60 is no minute"),
      ("0 7 * *", "4 fields instead of five"), ("", "is empty"), ("0 7 * * *\n0 8 * * *", "write several as a list"),
      ("0 7 * * 1,", "nothing on one side"), ("5-1 * * * *", "runs backwards; write 5-59,0,1"),
    ])
  func advice(line: String, hint: String) {
    let fault = #expect(throws: CronFault.self) { try CronExpression(line) }
    #expect(fault?.message.contains(hint) == true, "\(fault?.message ?? "")")
  }

  @Test(
    "means the same however it is spelled",
    arguments: [
      ("0 12 * * 7", "0 12 * * SUN"), ("0 12 * * 0", "0 12 * * sun"), ("0 0 * jan,Jul *", "0 0 * 1,7 *"),
      (" 0\t7  * * 1-5 ", "0 7 * * MON-FRI"), ("@DAILY", "0 0 * * *"), ("@hourly", "0 * * * *"),
      ("0 12 * * 5-7", "0 12 * * 5,6,0"), ("0 9 * * fril", "0 9 * * 5L"), ("0 9 lw * *", "0 9 LW * *"),
      ("00 07 * * *", "0 7 * * *"), ("0 7 * * *\n", "0 7 * * *"),
    ])
  func synonyms(left: String, right: String) throws {
    var second: Int64 = 1_764_000_000
    let (left, right) = (try CronExpression(left), try CronExpression(right))
    for _ in 0..<50 {
      let tick = try #require(left.next(after: second, in: .utc))
      #expect(right.next(after: second, in: .utc) == tick)
      second = tick
    }
  }

  @Test("is printed with single spaces")
  func description() throws {
    #expect(try CronExpression(" 0  7 * * MON-FRI\n").description == "0 7 * * MON-FRI")
    #expect(try CronExpression("@daily").description == "@daily")
  }

  @Test("never traps, whatever stands in it", arguments: [UInt64(1), 2])
  func fuzz(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let pieces = Array("0123456789*/-,#LW@? \tJANFRIMOhH\u{E9}\n").map(String.init)
    for _ in 0..<20_000 {
      var line = Bool.random(using: &random) ? "0 7 * * 1-5" : "*/5 22-23 L * MON#2"
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = line.index(line.startIndex, offsetBy: Int.random(in: 0..<line.count, using: &random))
        line.replaceSubrange(place...place, with: pieces.randomElement(using: &random) ?? "")
        if line.isEmpty { break }
      }
      guard let cron = try? CronExpression(line) else { continue }
      let next = cron.next(after: 1_764_000_000, in: .utc)
      #expect(next ?? 0 > 1_764_000_000, "\(line)")
    }
  }
}

import FreshnessRules
import ManifestModel
import Testing

@Suite("Ticks of cron")
struct CronCaseTests {
  @Test("are those that the brute-force reference found, forwards and backwards", arguments: PolicyCases.all.cases)
  func ticks(example: PolicyCases.Ticks) throws {
    let cron = try CronExpression(example.cron)
    let zone = try PolicyCases.zones.zone(example.timezone)
    let from = try #require(Timestamp(example.from)).microseconds / 1_000_000

    var second = from
    var next: [Timestamp] = []
    for _ in example.next {
      second = try #require(cron.next(after: second, in: zone))
      next.append(Timestamp(microseconds: second * 1_000_000))
    }
    #expect(next.map(\.description) == example.next)
    #expect(next.map(zone.text) == example.nextLocal)

    second = from
    var last: [Timestamp] = []
    for _ in example.last {
      let tick = try #require(cron.last(through: second, in: zone))
      last.append(Timestamp(microseconds: tick * 1_000_000))
      second = tick - 1
    }
    #expect(last.map(\.description) == example.last)
    #expect(last.map(zone.text) == example.lastLocal)
  }

  @Test("there are 437 examples and 43 expressions to refuse")
  func counts() {
    #expect(PolicyCases.all.cases.count == 437)
    #expect(PolicyCases.all.invalid.count == 43)
  }

  @Test("come after the moment asked about, also in each minute around each change of clocks", arguments: zoneNames)
  func strictlyAfter(name: String) throws {
    let zone = try PolicyCases.zones.zone(name)
    let lines = ["30 1 * * *", "0 * * * *", "*/15 * * * *", "0 0,2 L * *"]
    let crons = try lines.map { try CronExpression($0) }
    // From 1995 to 2045, far beyond the last change that the files name.
    let changes = zone.stretches.dropFirst().map(\.start).filter { (788_918_400..<2_366_841_600).contains($0) }
    for change in changes {
      for cron in crons {
        var second = change - 2 * 3_600
        while second < change + 2 * 3_600 {
          let next = try #require(cron.next(after: second, in: zone))
          let last = try #require(cron.last(through: second, in: zone))
          guard next > second, last <= second else {
            Issue.record("\(cron) at \(second): next \(next), last \(last)")
            return
          }
          // Both walks see the same ticks.
          guard cron.last(through: next - 1, in: zone) == last, cron.next(after: last, in: zone) == next else {
            Issue.record("\(cron) at \(second): the ticks \(last) and \(next) are not neighbours from both sides")
            return
          }
          second += 60
        }
      }
    }
  }

  static let zoneNames = Set(PolicyCases.all.cases.map(\.timezone)).sorted()

  @Test("are found at the ends of what can be counted")
  func ends() throws {
    let cron = try CronExpression("0 0 29 2 *")
    #expect(cron.next(after: .max, in: .utc) == nil)
    #expect(cron.last(through: .min, in: .utc) == nil)
    let latest = Timestamp.latest.microseconds / 1_000_000
    // 10000-02-29 and 9996-02-29.
    #expect(cron.next(after: latest, in: .utc) == latest + 1 + 59 * 86_400)
    #expect(
      cron.last(through: latest, in: .utc).map { Timestamp(microseconds: $0 * 1_000_000).description }
        == "9996-02-29T00:00:00Z")
    let earliest = Timestamp.earliest.microseconds / 1_000_000
    #expect(
      cron.next(after: earliest, in: .utc).map { Timestamp(microseconds: $0 * 1_000_000).description }
        == "0004-02-29T00:00:00Z")
  }
}

import CatalogTestSupport
import Foundation
import FreshnessRules
import ManifestModel
import Testing

/// Answers what `Scripts/cron_differential` asks: the ticks of years, forwards and backwards.
@Suite("Ticks against a reference in Python")
struct CronDifferentialTests {
  @Test(
    "are written down for the script that compares them",
    .enabled(if: ProcessInfo.processInfo.environment["CRON_CASES"] != nil, "Scripts/cron_differential runs it"))
  func answers() throws {
    let path = try #require(ProcessInfo.processInfo.environment["CRON_CASES"])
    var answers = ""
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: "\t").map(String.init)
      guard let cron = try? CronExpression(parts[1]) else {
        answers += "never\n"
        continue
      }
      let zone = try PolicyCases.zones.zone(parts[0])
      let begin = PolicyCases.time("\(parts[2])-01-01T00:00:00Z").microseconds / 1_000_000
      let end = PolicyCases.time("\((Int(parts[2]) ?? 0) + 1)-01-01T00:00:00Z").microseconds / 1_000_000
      var forwards: [Int64] = []
      var second = begin - 1
      while let tick = cron.next(after: second, in: zone), tick < end {
        forwards.append(tick)
        second = tick
      }
      var backwards: [Int64] = []
      second = end - 1
      while let tick = cron.last(through: second, in: zone), tick >= begin {
        backwards.append(tick)
        second = tick - 1
      }
      answers +=
        [forwards, backwards].map { $0.map(String.init).joined(separator: ",") }.joined(separator: "\t") + "\n"
    }
    try answers.write(toFile: path + ".answers", atomically: true, encoding: .utf8)
  }

  /// Matches by the calendar of Foundation, minute by minute, apart from the code under test.
  struct Reference {
    let minutes, hours, days, months, weekdays: Set<Int>
    let followsClock: Bool
    let needsBothDays: Bool

    func matches(wall: Int64) -> Bool {
      let date = Date(timeIntervalSince1970: Double(wall))
      var calendar = Foundation.Calendar(identifier: .gregorian)
      calendar.timeZone = Foundation.TimeZone(secondsFromGMT: 0) ?? .gmt
      let parts = calendar.dateComponents([.minute, .hour, .day, .month, .weekday], from: date)
      guard minutes.contains(parts.minute ?? -1), hours.contains(parts.hour ?? -1), months.contains(parts.month ?? -1)
      else { return false }
      let (day, weekday) = (days.contains(parts.day ?? -1), weekdays.contains((parts.weekday ?? 0) - 1))
      return needsBothDays ? day && weekday : day || weekday
    }

    /// All ticks in a range of seconds: by real minutes, or by wall minutes of which each ticks once.
    func ticks(_ range: Range<Int64>, _ zone: TimeZoneFile) -> [Int64] {
      var found: Set<Int64> = []
      var wallsSeen: Set<Int64> = []
      // From far enough before, so that the first time that a fold shows is seen.
      var second = range.lowerBound - 86_400
      var offset = zone.offset(at: second)
      while second < range.upperBound {
        let now = zone.offset(at: second)
        if !followsClock, now > offset, now - offset < 3 * 3_600 {
          // The minutes that the gap left out tick here.
          for skipped in stride(from: second + offset, to: second + now, by: 60) where matches(wall: skipped) {
            found.insert(second)
          }
        }
        offset = now
        let wall = second + offset
        if matches(wall: wall), followsClock || wallsSeen.insert(wall).inserted { found.insert(second) }
        second += 60
      }
      return found.filter { range.contains($0) }.sorted()
    }
  }

  @Test("are those that a look at each minute around each change of clocks finds", arguments: [UInt64(11), 12])
  func minuteByMinute(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func field(_ low: Int, _ high: Int) -> (text: String, values: Set<Int>) {
      let all = Set(low...high)
      switch Int.random(in: 0...5, using: &random) {
      case 0: return ("*", all)
      case 1:
        let step = Int.random(in: 2...5, using: &random)
        return ("*/\(step)", Set(stride(from: low, through: high, by: step)))
      case 2:
        let first = Int.random(in: low..<high, using: &random)
        return ("\(first)-\(high)/2", Set(stride(from: first, through: high, by: 2)))
      default:
        let values = Set((0..<3).map { _ in Int.random(in: low...high, using: &random) })
        return (values.sorted().map(String.init).joined(separator: ","), values)
      }
    }
    var compared = 0
    let unchanging: Set = ["Asia/Kathmandu", "Asia/Kolkata", "UTC"]
    let names = CronCaseTests.zoneNames.filter { !unchanging.contains($0) }
    for name in names {
      let zone = try PolicyCases.zones.zone(name)
      let changes = zone.stretches.map(\.start).filter { (946_684_800..<2_145_916_800).contains($0) }
      let change = try #require(changes.randomElement(using: &random), "\(name)")
      for _ in 0..<2 {
        let (minute, hour, day, month, weekday) = (field(0, 59), field(0, 4), field(1, 31), field(1, 12), field(0, 6))
        let hourText = hour.text == "*" ? "0-4" : hour.text.replacingOccurrences(of: "*/", with: "0-4/")
        let line = "\(minute.text) \(hourText) \(day.text) \(month.text) \(weekday.text)"
        // None of these seeds draws a day that never comes.
        let cron = try CronExpression(line)
        compared += 1
        let reference = Reference(
          minutes: minute.values, hours: hour.values, days: day.values, months: month.values, weekdays: weekday.values,
          followsClock: minute.text.hasPrefix("*"),
          needsBothDays: day.text.hasPrefix("*") || weekday.text.hasPrefix("*"))
        let range = change - 86_400..<change + 86_400
        var ticks: [Int64] = []
        var second = range.lowerBound - 1
        while let tick = cron.next(after: second, in: zone), tick < range.upperBound {
          ticks.append(tick)
          second = tick
        }
        #expect(ticks == reference.ticks(range, zone), "\(line) in \(name) around \(change)")
      }
    }
    #expect(compared == 30)
  }
}

import CatalogTestSupport
import FreshnessRules
import ManifestModel
import Testing

@Suite("A demand on random histories")
struct DemandPropertyTests {
  static let minute: Int64 = 60_000_000
  static let lines = [
    "0 7 * * 1-5", "0 2 * * *", "*/30 * * * *", "30 1 * * *", "0 */6 * * *", "0 9 L * *", "15 3 * * MON#1", "0 0 1 * *",
    "0,30 1-3 * * *", "45 23 * * 0,6",
  ]
  static let names = [
    "Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC", "Africa/Casablanca", "America/Sao_Paulo",
    "Pacific/Chatham", "Africa/Cairo",
  ]

  /// A deadline, an age, or both.
  static func demand(_ random: inout SplitMix64) throws -> Demand {
    var demand = Demand()
    if random.chance(1, in: 3) {
      demand.maxAge = Int64.random(in: 0...4_000, using: &random) * minute
      if random.chance(1, in: 2) { demand.warnAfter = (demand.maxAge ?? 0) / 2 }
    }
    guard demand.maxAge == nil || random.chance(1, in: 2) else { return demand }
    let lines = (0..<Int.random(in: 1...2, using: &random)).map { _ in self.lines.randomElement(using: &random) ?? "" }
    let zone = try PolicyCases.zones.zone(names.randomElement(using: &random) ?? "UTC")
    var exceptions: Set<Int64> = []
    if random.chance(1, in: 3) {
      for _ in 0..<10 { exceptions.insert(Int64.random(in: 20_470...20_610, using: &random)) }
    }
    demand.deadline = Demand.Deadline(
      schedule: CronSchedule(try lines.map { try CronExpression($0) }, zone: zone, exceptions: exceptions),
      window: (([0, 1, 5, 24, 30] as [Int64]).randomElement(using: &random) ?? 0) * 60 * minute,
      grace: (([0, 15, 90] as [Int64]).randomElement(using: &random) ?? 0) * minute)
    return demand
  }

  /// 2026-01-17, so that the times below meet the changes of clocks in spring.
  static let origin: Int64 = 1_768_608_000_000_000

  @Test(
    "says stale exactly where the newest deadline passed has no materialization in its interval",
    arguments: [UInt64(3), 4])
  func longDefinition(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var stale = 0
    for _ in 0..<300 {
      let demand = try Self.demand(&random)
      let materialized = Timestamp(
        microseconds: Self.origin + Int64.random(in: 0...150_000, using: &random) * Self.minute)
      let now = Timestamp(
        microseconds: materialized.microseconds + Int64.random(in: 0...6_000, using: &random) * Self.minute)
      var missed: [Timestamp] = []
      if let deadline = demand.deadline {
        // All ticks whose deadline has passed, found by walking back from now.
        var moment = now
        var ticks: [Timestamp] = []
        while let tick = deadline.schedule.last(through: moment),
          tick.microseconds > materialized.microseconds - 45 * 86_400_000_000
        {
          if tick.microseconds + deadline.grace <= now.microseconds { ticks.append(tick) }
          moment = Timestamp(microseconds: tick.microseconds - 1)
        }
        let open = ticks.filter { materialized.microseconds < $0.microseconds - deadline.window }
        // The newest deadline passed has nothing in its interval: then neither has any that begins later than the run.
        let newestIsMissed = ticks.first.map { materialized.microseconds < $0.microseconds - deadline.window } ?? false
        #expect(newestIsMissed == !open.isEmpty)
        if newestIsMissed, let first = open.last {
          missed.append(Timestamp(microseconds: first.microseconds + deadline.grace))
        }
      }
      if let maxAge = demand.maxAge, now.microseconds - materialized.microseconds >= maxAge {
        missed.append(Timestamp(microseconds: materialized.microseconds + maxAge))
      }
      let standing = demand.standing(lastMaterialized: materialized, now: now)
      #expect((standing.state == .stale) == !missed.isEmpty)
      #expect(standing.staleSince == missed.min())
      stale += missed.isEmpty ? 0 : 1
    }
    // Both answers occur.
    #expect((50...250).contains(stale))
  }

  @Test("has the service level that a sum over each minute has", arguments: [UInt64(5), 6, 7])
  func minuteByMinute(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<40 {
      var demand = try Self.demand(&random)
      demand.never = Demand.Never.allCases.randomElement(using: &random) ?? .fail
      let from = Timestamp(microseconds: Self.origin + Int64.random(in: 0...100_000, using: &random) * Self.minute)
      let end = Timestamp(microseconds: from.microseconds + Int64.random(in: 1...6_000, using: &random) * Self.minute)
      let firstSeen = Timestamp(
        microseconds: from.microseconds + Int64.random(in: -3_000...2_000, using: &random) * Self.minute)
      let times = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        Timestamp(microseconds: from.microseconds + Int64.random(in: -2_000...7_000, using: &random) * Self.minute)
      }
      let level = demand.serviceLevel(materialized: times, firstSeen: firstSeen, from: from, to: end)

      let known = times.filter { $0 < end }.sorted()
      let begin = min(end, max(from, min(firstSeen, known.first ?? firstSeen)))
      var (bad, incidents, longest, length) = (Int64(0), 0, Int64(0), Int64(0))
      var minute = begin
      while minute < end {
        let state = demand.standing(
          lastMaterialized: known.last { $0 <= minute }, firstSeen: firstSeen, now: minute)
        if state.level == .error {
          bad += Self.minute
          if length == 0 { incidents += 1 }
          length += Self.minute
          longest = max(longest, length)
        } else {
          length = 0
        }
        minute = Timestamp(microseconds: minute.microseconds + Self.minute)
      }
      #expect(level.bad == bad)
      #expect(level.measured == end.microseconds - begin.microseconds)
      #expect(level.incidents == incidents)
      #expect(level.longestBad == longest)

      guard let deadline = demand.deadline else { continue }
      var (all, met) = (0, 0)
      minute = Timestamp(microseconds: begin.microseconds - deadline.grace)
      while minute < end {
        let isTick = deadline.schedule.last(through: minute) == minute
        let due = minute.microseconds + deadline.grace
        if isTick, due > begin.microseconds, due < end.microseconds {
          all += 1
          met += known.contains { (minute.microseconds - deadline.window...due).contains($0.microseconds) } ? 1 : 0
        }
        minute = Timestamp(microseconds: minute.microseconds + Self.minute)
      }
      #expect(level.deadlines == all)
      #expect(level.deadlinesMet == met)
    }
  }

  @Test("has the same terms with a memo as without, whatever the order", arguments: [UInt64(8)])
  func memo(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<50 {
      let demand = try Self.demand(&random)
      var memo = demand.deadline.map { TickMemo($0.schedule) }
      for _ in 0..<200 {
        let moment = Timestamp(microseconds: Self.origin + Int64.random(in: 0...20_000, using: &random) * Self.minute)
        #expect(demand.terms(of: moment, &memo) == demand.terms(of: moment))
      }
    }
  }

  @Test("looks for one tick for all that wait for it")
  func lookups() throws {
    let schedule = CronSchedule([try CronExpression("0 7 * * 1-5")], zone: .utc)
    var memo = TickMemo(schedule)
    // A Monday from 08:00 on: all wait for Tuesday.
    for minute in 0..<1_000 {
      _ = memo.next(after: Timestamp(microseconds: 1_764_576_000_000_000 + Int64(minute) * Self.minute))
    }
    #expect(memo.lookups == 1)
  }

  @Test("never traps at the ends of time")
  func ends() throws {
    var random = SplitMix64(seed: 9)
    for _ in 0..<20 {
      let demand = try Self.demand(&random)
      for moment in [Timestamp.earliest, .latest, Timestamp(microseconds: .min), Timestamp(microseconds: .max)] {
        _ = demand.standing(lastMaterialized: moment, now: .latest)
        _ = demand.due(DueFacts(lastMaterialized: moment, failures: [moment]), now: .latest)
      }
    }
  }
}

import CatalogTestSupport
import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalog

@Suite("How demands were kept")
struct ServiceLevelTests {
  @Test("is what the worked examples say, on a real tree", arguments: WorkedCase.all("slo"))
  func examples(_ example: WorkedCase) throws {
    let (from, end) = (try #require(try example.time("from")), try #require(try example.time("to")))
    let scratch = try PolicyTree(now: end)
    let firstSeen = try #require(try example.time("first_seen"))
    let times = try example.times("materialized")
    var reports = times.enumerated().map { PolicyTree.success("r\($0)", at: $1) }
    if firstSeen < times.min() ?? .latest { reports.insert(PolicyTree.failure("seen", at: firstSeen), at: 0) }
    try scratch.record(reports)
    let rows = try scratch.catalog.serviceLevels(
      try example.policy(), over: .microseconds(end.microseconds - from.microseconds)
    ).pages().all()
    let row = try #require(rows.first)
    #expect(Double(row.figures.measuredMicroseconds) / 1e6 == example.number("measured_seconds"))
    #expect(Double(row.figures.badMicroseconds) / 1e6 == example.number("bad_seconds"))
    if let compliance = example.number("compliance") {
      #expect(abs(try #require(row.figures.compliance) - compliance) < 1.5e-9)
    } else {
      #expect(row.figures.compliance == nil)
    }
    #expect(row.figures.deadlines.map(Double.init) == example.number("deadlines"))
    #expect(row.figures.deadlinesMet.map(Double.init) == example.number("deadlines_met"))
    #expect(row.historyFrom == min(firstSeen, times.min() ?? firstSeen))
  }

  @Test("agrees with a count of bad minutes, on random trees and policies", arguments: 0..<20 as Range<UInt64>)
  func minutes(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let now = try PolicyTree.time("2026-11-02T00:00:00Z")
    let start = now.advanced(byMilliseconds: -14 * 86_400_000)
    let scratch = try PolicyTree(now: now)
    // Materializations at whole minutes, so that what is bad is whole minutes, too; some before the time that is
    // measured.
    var facts: [String: (times: [Timestamp], seen: Timestamp)] = [:]
    var reports: [RunReport] = []
    for name in ["a", "b", "c", "d"] {
      let asset = AssetIdentifier(name: name, id: "1")
      var times: [Timestamp] = []
      for index in 0..<Int.random(in: 0...12, using: &random) {
        let minutes = Int64.random(in: -7 * 1440..<14 * 1440, using: &random)
        times.append(start.advanced(byMilliseconds: minutes * 60_000))
        reports.append(PolicyTree.success("r\(index)", of: asset, at: times[index]))
      }
      let first = start.advanced(byMilliseconds: Int64.random(in: -7 * 1440..<14 * 1440, using: &random) * 60_000)
      reports.append(PolicyTree.failure("f", of: asset, at: first))
      facts[name] = (times.sorted(), min(first, times.min() ?? first))
    }
    try scratch.record(reports.shuffled(using: &random))
    let demands = [
      "max_age: \(Int.random(in: 1...60, using: &random))h",
      "cron: \"30 1 * * *\"\ntimezone: Europe/London\nwindow: 3h\ngrace: \(Int.random(in: 1...300, using: &random))m",
      "cron: \"0 */6 * * 1-5\"\ntimezone: Europe/London\ngrace: 2h\nmax_age: 90h",
    ]
    for text in demands {
      let policy = try PolicyTree.policy(text)
      for never in [Demand.Never.fail, .wait, .ignore] {
        var changed = policy.policy
        changed.top.demand?.never = never
        let demand = try #require(changed.top.demand)
        let rows = try scratch.catalog.serviceLevels(FreshnessPolicy(changed), over: .seconds(14 * 86_400)).pages()
          .all()
        #expect(rows.count == 4)
        for row in rows {
          let (times, seen) = try #require(facts[row.asset.name])
          var (measured, bad, incidents, longest, run) = (Int64(0), Int64(0), 0, Int64(0), Int64(0))
          for minute in 0..<Int64(14 * 1440) {
            let moment = start.advanced(byMilliseconds: minute * 60_000)
            guard moment >= seen else { continue }
            measured += 1
            let last = times.last { $0 <= moment }
            var memo = demand.deadline.map { TickMemo($0.schedule) }
            let standing = demand.standing(
              lastMaterialized: last, firstSeen: seen, isSuperseded: false, now: moment, &memo)
            guard standing.level == .error else {
              run = 0
              continue
            }
            bad += 1
            if run == 0 { incidents += 1 }
            run += 1
            longest = max(longest, run)
          }
          #expect(row.figures.measuredMicroseconds == measured * 60_000_000, "\(text) \(never) \(row.asset.name)")
          #expect(row.figures.badMicroseconds == bad * 60_000_000, "\(text) \(never) \(row.asset.name)")
          var (deadlines, met) = (0, 0)
          if let deadline = demand.deadline {
            var moment = start.advanced(byMilliseconds: -10 * 86_400_000)
            while let tick = deadline.schedule.next(after: moment), tick < now {
              moment = tick
              let end = Timestamp(microseconds: tick.microseconds + deadline.grace)
              guard end > max(start, seen), end < now else { continue }
              deadlines += 1
              let opens = Timestamp(microseconds: tick.microseconds - deadline.window)
              if times.contains(where: { $0 >= opens && $0 <= end }) { met += 1 }
            }
            #expect(row.figures.deadlines == deadlines)
            #expect(row.figures.deadlinesMet == met, "\(text) \(row.asset.name)")
          }
          #expect(row.figures.incidents == incidents, "\(text) \(never) \(row.asset.name)")
          #expect(row.figures.longestBadMicroseconds == longest * 60_000_000)
        }
      }
    }
  }

  private static let now = Timestamp("2026-11-25T00:00:00Z")!

  /// Good for 24 hours each: `a` was bad for a second of 100 days, `b` for half of 4 days.
  private func mixed() throws -> (PolicyTree, FreshnessPolicy) {
    let scratch = try PolicyTree(now: Self.now)
    let day: Int64 = 86_400_000
    var reports: [RunReport] = []
    for index in 0..<100 as Range<Int64> {
      let late: Int64 = index == 99 ? 1000 : 0
      reports.append(
        PolicyTree.success(
          "r\(index)", of: AssetIdentifier(name: "a", id: "1"),
          at: Self.now.advanced(byMilliseconds: (index - 100) * day + late), milliseconds: 60_000))
    }
    for days in [4, 2] as [Int64] {
      let asset = AssetIdentifier(name: "b", id: "1")
      reports.append(PolicyTree.success("r\(days)", of: asset, at: Self.now.advanced(byMilliseconds: -days * day)))
    }
    reports.append(
      PolicyTree.failure(
        "f", of: AssetIdentifier(name: "b", id: "1"), at: Self.now.advanced(byMilliseconds: -day)))
    try scratch.record(reports)
    let policy = try PolicyTree.policy(
      """
      target: 99.9%
      owner: anna
      rules:
        - name: c
          ignore: true
      """)
    try scratch.record([PolicyTree.success("r", of: AssetIdentifier(name: "c", id: "1"), at: Self.now)])
    return (scratch, policy)
  }

  @Test("is cut and not rounded, has a budget, and leaves out what is ignored")
  func figures() throws {
    let (scratch, policy) = try mixed()
    let rows = try scratch.catalog.serviceLevels(policy, over: .seconds(30 * 86_400)).pages().all()
    #expect(rows.map(\.asset.name) == ["a", "b"])
    // One second of 2,592,000: 0.99999961419…
    #expect(rows[0].figures.compliance == 0.999999614)
    #expect(rows[0].figures.budgetLeftMicroseconds == 2_591_000_000)
    #expect(!rows[0].figures.missesTarget)
    #expect(rows[0].figures.runs == 30)
    #expect(rows[0].figures.successRate == 1)
    #expect(rows[0].medianDurationMilliseconds == 60_000)
    #expect(rows[1].figures.measuredMicroseconds == 4 * 86_400_000_000)
    #expect(rows[1].figures.compliance == 0.5)
    #expect(rows[1].figures.budgetLeftMicroseconds == 345_600_000 - 172_800_000_000)
    #expect(rows[1].figures.missesTarget)
    #expect(rows[1].figures.incidents == 2)
    #expect(rows[1].figures.runs == 3)
    #expect(rows[1].figures.successRate == 0.666666666)
    #expect(rows[1].historyFrom == Self.now.advanced(byMilliseconds: -4 * 86_400_000))
    let low = try scratch.catalog.serviceLevels(
      policy, over: .seconds(30 * 86_400), below: 1
    ).pages().all()
    #expect(low.map(\.asset.name) == ["a", "b"])
    let lower = try scratch.catalog.serviceLevels(
      policy, over: .seconds(30 * 86_400), below: 0.9999
    ).pages().all()
    #expect(lower.map(\.asset.name) == ["b"])
  }

  @Test("is added up by seconds for an owner, a severity or a rule")
  func groups() throws {
    let (scratch, policy) = try mixed()
    let rows = try scratch.catalog.serviceLevels(policy, by: .owner, over: .seconds(30 * 86_400)).rows
    #expect(rows.map(\.group) == ["anna"])
    #expect(rows[0].assetCount == 2)
    #expect(rows[0].figures.measuredMicroseconds == 34 * 86_400_000_000)
    #expect(rows[0].figures.badMicroseconds == 2 * 86_400_000_000 + 1_000_000)
    // Shares would have made 75 % of it.
    #expect(rows[0].figures.compliance == 0.941176130)
    #expect(rows[0].figures.target == 0.999)
    #expect(rows[0].figures.missesTarget)
    let rules = try scratch.catalog.serviceLevels(policy, by: .rule, over: .seconds(30 * 86_400)).rows
    #expect(rules.map(\.group) == [nil])
    #expect(try scratch.catalog.serviceLevels(FreshnessPolicy(maxAge: .seconds(86_400)), by: .severity).rows.count == 1)
  }

  @Test("is measured without asking again and again for more ticks than can be held")
  func manyTicks() throws {
    let policy = try PolicyTree.policy("{\"cron\": \"* * * * *\", \"grace\": \"30s\"}")
    let from = Timestamp("2025-01-01T00:00:00Z")!
    let judge = PolicyJudge(policy)
    var matcher = PolicyMatcher(policy.policy)
    let index = matcher.index(of: PolicyTree.asset)
    let demand = matcher.policies[index]
    func time() -> Duration {
      ContinuousClock().measure { _ = judge.serviceMemo(of: demand, from: from, to: Self.now) }
    }
    let first = time()
    let later = (0..<5).map { _ in time() }.min() ?? first
    #expect(later * 10 < first)
  }

  @Test("is refused where the question makes no sense")
  func refusals() throws {
    let scratch = try PolicyTree(now: Self.now)
    let policy = FreshnessPolicy(maxAge: .seconds(1))
    for question in [
      { try scratch.catalog.serviceLevels(policy, over: .zero).answer() },
      { try scratch.catalog.serviceLevels(policy, below: 2).answer() },
      { try scratch.catalog.serviceLevels(policy, below: .nan).answer() },
      { try scratch.catalog.serviceLevels(policy).answer(limit: -1) },
    ] as [() throws -> Answer<ServiceLevelRow>] {
      let error = #expect(throws: CatalogError.self) { try question() }
      #expect(error?.code == .invalidArgument)
    }
  }
}

extension AnswerPages {
  /// All rows that are left.
  func all() throws -> [Row] {
    var (copy, rows) = (self, [Row]())
    try copy.forEach { rows.append($0) }
    return rows
  }
}

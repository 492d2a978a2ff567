import FreshnessRules
import ManifestModel
import Testing

@Suite("A policy that can be read")
struct PolicyReviewTests {
  static let now = PolicyCases.time("2026-11-25T08:00:00Z")

  private func warnings(_ text: String, _ assets: [String]?) throws -> [String] {
    let policy = try PolicyReaderTests.read(text)
    var census: PolicyCensus?
    if let assets {
      var counts = PolicyCensus(policy)
      var matcher = PolicyMatcher(policy)
      for name in assets {
        let index = matcher.index(of: AssetIdentifier(name: name, id: "a"))
        counts.count(matcher.policies[index], policy)
      }
      census = counts
    }
    return PolicyReview.warnings(policy, census, PolicyCases.zones, now: Self.now).map {
      "\($0.place.line):\($0.place.column): \($0.message)"
    }
  }

  @Test(
    "is looked at for what is hardly meant",
    arguments: [
      (
        "rules:\n  - name: a\n    max_age: 1h\n    paused_until: 2026-11-25",
        "4:5: the pause is over since 2026-11-25T00:00:00Z"
      ),
      (
        "calendars:\n  bank: [2026-01-01]\n  new: [2027-02-01]",
        "2:3: the calendar 'bank' has no date in the next 90 days"
      ),
      (
        "rules:\n  - name: a\n    cron: \"0 */2 * * *\"\n    window: 90m\n    grace: 31m",
        "3:5: 'window' and 'grace' are 2h1m together, but from 2026-11-25T10:00:00Z to 2026-11-25T12:00:00Z are only 2h"
      ),
      // 07:00 on Friday and Saturday are 24 hours apart, and once a year 23.
      (
        "rules:\n  - name: a\n    cron: \"0 7 * * *\"\n    timezone: Europe/London\n    grace: 23h30m",
        "3:5: 'window' and 'grace' are 23h30m together, but from 2027-03-27T07:00:00Z to 2027-03-28T06:00:00Z are only 23h"
      ),
      ("rules:\n  - name: zzz\n    max_age: 1h", "2:5: the rule 'zzz' matches no asset"),
      (
        "rules:\n  - name: \"*\"\n    max_age: 1h\n  - name: a\n    max_age: 2h",
        "4:5: the rule 'a' is never reached: '*' in line 2 decides before it"
      ),
    ])
  func warns(text: String, warning: String) throws {
    let found = try warnings(text, ["a", "b"])
    #expect(found.contains { $0.hasPrefix(warning) }, "\(found)")
  }

  @Test("has no warnings where all is meant")
  func silent() throws {
    let text = """
      calendars: {bank: [2026-12-25]}
      rules:
        - name: a
          owner: ann
        - name: "*"
          cron: "0 7 * * *"
          grace: 1h
          paused_until: 2026-12-01
          except: bank
      """
    #expect(try warnings(text, ["a", "b"]) == [])
    #expect(try warnings(text, nil) == [])
  }

  @Test("says in words what it demands")
  func words() throws {
    let policy = try PolicyReaderTests.read(
      """
      max_age: 26h
      rules:
        - {name: a, cron: ["0 7 * * 1-5", "@daily"], timezone: Europe/London, window: 5h, grace: 15m, warn_before: 1h30m}
        - {name: b, max_age: 6h, warn_after: 4h, never: wait, ids: newest}
        - {name: c, ignore: true}
      """)
    #expect(policy.resolved([]).demand.words == "at most 1d2h old")
    #expect(
      policy.resolved([0]).demand.words
        == "at each 0 7 * * 1-5 and @daily (Europe/London), counting from 5h before, at the latest 15m after, warning 1h30m before that"
    )
    #expect(
      policy.resolved([1]).demand.words
        == "at most 6h old, warning from 4h on; of the newest id; a first one is waited for")
    #expect(policy.resolved([2]).demand.words == "nothing")
  }

  @Test(
    "has durations that read back as they were",
    arguments: [0, 1, 1_500_000, 60_000_000, 90_061_000_001, 604_800_000_000] as [Int64])
  func durations(microseconds: Int64) throws {
    #expect(try DurationText.microseconds(DurationText.text(microseconds)) == microseconds)
  }

  @Test("may be empty of rules, and then demands 24 hours of all")
  func empty() throws {
    #expect(try PolicyReaderTests.read("rules: []").resolved([]).demand.maxAge == 86_400_000_000)
  }

  @Test("orders what is due: what cannot be in time by severity, then the least slack")
  func order() throws {
    let demand = Demand(maxAge: 10 * 3_600_000_000)
    func rank(
      _ name: String, hours: Int64?, typical: Int64 = 0, _ severity: FreshnessSeverity = .normal
    ) -> (String, DueRank) {
      let last = hours.map { Timestamp(microseconds: Self.now.microseconds - $0 * 3_600_000_000) }
      let decision = demand.due(
        DueFacts(lastMaterialized: last, typicalDuration: typical * 3_600_000_000), now: Self.now)
      return (name, DueRank(decision, AssetIdentifier(name: name, id: "a"), severity, now: Self.now))
    }
    let ranks = [
      rank("late-low", hours: 30, .low), rank("slack-1h", hours: 9), rank("late", hours: 11), rank("late-b", hours: 11),
      rank("never", hours: nil), rank("critical", hours: 12, .critical), rank("slack-0h", hours: 9, typical: 1),
      rank("slack-4h", hours: 6, .critical), rank("slack-2h", hours: 6, typical: 2, .low),
    ]
    #expect(
      ranks.sorted { $0.1 < $1.1 }.map(\.0)
        == ["critical", "never", "late", "late-b", "slack-0h", "late-low", "slack-1h", "slack-2h", "slack-4h"])
  }

  @Test("lets a run keep others away for its timeout, and not an instant longer")
  func runTimeout() {
    func whyNot(begunBefore span: Int64) -> DueDecision.WhyNot? {
      let began = Timestamp(microseconds: Self.now.microseconds - span)
      return Demand(maxAge: 1).due(
        DueFacts(lastMaterialized: nil, runningSince: began, runTimeout: 1_000), now: Self.now
      ).whyNot
    }
    #expect(whyNot(begunBefore: 999) == .running)
    #expect(whyNot(begunBefore: 1_000) == nil)
  }

  @Test("tells how many deadlines were missed, but counts no further than anybody reads")
  func missed() throws {
    let demand = try PolicyReaderTests.read("rules: [{name: a, cron: \"0 7 * * *\", grace: 1h}]").resolved([0]).demand
    func missed(_ now: String) -> Int {
      demand.due(DueFacts(lastMaterialized: PolicyCases.time("2026-11-20T07:30:00Z")), now: PolicyCases.time(now))
        .missed
    }
    #expect(missed("2026-11-21T07:59:59Z") == 0)
    #expect(missed("2026-11-21T08:00:00Z") == 1)
    #expect(missed("2026-11-25T08:00:00Z") == 5)
    #expect(missed("2036-11-25T08:00:00Z") == DueDecision.mostMissed)
  }

  @Test("says of an asset that another id has superseded that it is ignored, if it wants the newest only")
  func superseded() throws {
    let policy = try PolicyReaderTests.read("rules: [{name: a, max_age: 1h, ids: newest}, {name: b, max_age: 1h}]")
    let newest = policy.resolved([0]).demand.standing(lastMaterialized: .earliest, isSuperseded: true, now: Self.now)
    #expect(newest.state == .ignored)
    #expect(newest.ignoredBecause == .superseded)
    let each = policy.resolved([1]).demand.standing(lastMaterialized: .earliest, isSuperseded: true, now: Self.now)
    #expect(each.state == .stale)
    let decision = policy.resolved([0]).demand.due(
      DueFacts(lastMaterialized: .earliest, isSuperseded: true), now: Self.now)
    #expect(decision.whyNot == .ignored)
  }

  @Test("says what to think of an asset that was never materialized")
  func never() throws {
    let policy = try PolicyReaderTests.read(
      "rules: [{name: a, max_age: 1h}, {name: b, max_age: 1h, never: wait}, {name: c, max_age: 1h, never: ignore}]")
    let firstSeen = PolicyCases.time("2026-11-25T07:00:00Z")
    func level(_ rule: Int, _ now: String) -> Standing.Level {
      policy.resolved([rule]).demand.standing(lastMaterialized: nil, firstSeen: firstSeen, now: PolicyCases.time(now))
        .level
    }
    #expect(level(0, "2026-11-25T07:00:00Z") == .error)
    #expect(level(1, "2026-11-25T07:59:59Z") == .ok)
    #expect(level(1, "2026-11-25T08:00:00Z") == .error)
    #expect(level(2, "2026-11-25T08:00:00Z") == .ok)
  }
}

import CatalogTestSupport
import FreshnessRules
import ManifestModel
import Testing

@Suite("A demand")
struct DemandTests {
  @Test("gives the state of each worked example", arguments: PolicyCases.all.states)
  func states(example: PolicyCases.State) throws {
    let standing = try example.rule.policy().demand.standing(
      lastMaterialized: example.lastMaterialized.map(PolicyCases.time), now: PolicyCases.time(example.now))
    #expect(standing.state.rawValue == example.state)
    #expect(standing.staleSince?.description == example.staleSince)
    #expect(standing.freshUntil?.description == example.freshUntil)
    #expect(standing.kind?.rawValue == example.demand)
  }

  @Test("gives the service level of each worked example", arguments: PolicyCases.all.slo)
  func levels(example: PolicyCases.Level) throws {
    let level = try example.rule.policy().demand.serviceLevel(
      materialized: example.materialized.map(PolicyCases.time), firstSeen: PolicyCases.time(example.firstSeen),
      from: PolicyCases.time(example.from), to: PolicyCases.time(example.to))
    #expect(Double(level.measured) / 1e6 == example.measuredSeconds)
    #expect(Double(level.bad) / 1e6 == example.badSeconds)
    let compliance = Percentage.share(level.measured - level.bad, of: level.measured)
    #expect((compliance == nil) == (example.compliance == nil))
    // It is cut to billionths.
    #expect(abs((compliance ?? 0) - (example.compliance ?? 0)) < 2e-9)
    #expect(level.deadlines == example.deadlines)
    #expect(level.deadlinesMet == example.deadlinesMet)
  }

  @Test("says in each worked example whether a run is due", arguments: PolicyCases.all.due)
  func due(example: PolicyCases.Due) throws {
    let policy = try example.rule.policy()
    let facts = DueFacts(
      lastMaterialized: example.lastMaterialized.map(PolicyCases.time),
      failures: example.failedAt.map(PolicyCases.time),
      runningSince: example.runningSince.map(PolicyCases.time),
      runTimeout: try DurationText.microseconds(example.runTimeout))
    let decision = policy.demand.due(facts, policy.retry, now: PolicyCases.time(example.now))
    #expect(decision.isDue == example.due)
    #expect(decision.dueSince?.description == example.dueAt)
    #expect(decision.deadline?.description == example.deadline)
    #expect(decision.notBefore?.description == example.notBefore)
    #expect(decision.whyNot?.rawValue == example.whyNot?.replacing(" ", with: "_"))
  }

  @Test("has 113 worked examples")
  func counts() {
    let all = PolicyCases.all
    #expect(all.states.count + all.slo.count + all.slow.count + all.due.count == 113)
  }
}

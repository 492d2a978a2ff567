import CatalogTestSupport
import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalog

@Suite("A run that has not ended after the run_timeout of its policy")
struct RunTimeoutTests {
  private static let now = Timestamp("2026-11-25T08:00:00Z")!
  private static let hour: Int64 = 3_600_000

  private static func ago(_ hours: Int64) -> Timestamp { now.advanced(byMilliseconds: -hours * hour) }

  /// Eight successes, the last of them 30 hours ago, and a run that began 5 hours ago and says that it lives.
  private static func running() throws -> PolicyTree {
    let scratch = try PolicyTree(now: now)
    try scratch.record((0..<8).map { PolicyTree.success("p\($0)", at: ago(100 - 10 * $0), milliseconds: 60_000) })
    var alive = PolicyTree.start("alive", at: ago(5))
    alive.heartbeatSeconds = 60
    try scratch.record([alive])
    return scratch
  }

  @Test("is lost in every answer, though its heartbeats go on")
  func lost() throws {
    let scratch = try Self.running()
    let policy = try PolicyTree.policy("{\"max_age\": \"24h\", \"run_timeout\": \"1h\"}")
    let fresh = try #require(try scratch.catalog.freshness(policy).rows.first)
    #expect(fresh.reason == .lost)
    #expect(fresh.runningSince == nil)
    #expect(fresh.consecutiveFailures == 1)
    #expect(fresh.lastFailure?.failedAt == Self.ago(4))
    #expect(try scratch.catalog.slowRuns(policy, since: Self.ago(24)).rows.map(\.runID) == [])
    let level = try #require(try scratch.catalog.serviceLevels(policy).answer().rows.first)
    #expect(level.figures.runs == 9)
    let due = try #require(try scratch.catalog.due(policy, all: true).rows.first)
    #expect(due.isDue)
    #expect(due.consecutiveFailures == 1)
    guard case .started = try scratch.catalog.claim(due, runID: "next") else {
      Issue.record("a run that is lost kept another from beginning")
      return
    }
  }

  @Test("is under way in every answer up to that time", arguments: ["6h", nil])
  func alive(timeout: String?) throws {
    let scratch = try Self.running()
    let policy = try PolicyTree.policy(
      "{\"max_age\": \"24h\"\(timeout.map { ", \"run_timeout\": \"\($0)\"" } ?? "")}")
    let fresh = try #require(try scratch.catalog.freshness(policy).rows.first)
    #expect(fresh.reason == .running)
    #expect(fresh.runningSince == Self.ago(5))
    #expect(try scratch.catalog.slowRuns(policy, since: Self.ago(24)).rows.map(\.runID) == ["alive"])
    let level = try #require(try scratch.catalog.serviceLevels(policy).answer().rows.first)
    #expect(level.figures.runs == 8)
    let due = try #require(try scratch.catalog.due(policy, all: true).rows.first)
    #expect(due.whyNot == .running)
    guard case .taken(by: "alive") = try scratch.catalog.claim(due) else {
      Issue.record("the run did not keep another from beginning")
      return
    }
  }

  @Test("is lost where a reading of all files says so, whatever clocks say", arguments: UInt64(1)...8)
  func oracle(seed: UInt64) throws {
    var story = try ClockStory(try ScratchTree(), seed: seed)
    var scan = LinearScan(story.tree)
    let policy = try PolicyTree.policy("{\"max_age\": \"24h\", \"run_timeout\": \"3h\"}")
    for _ in 0..<30 {
      scan.scan()
      let catalog = try CatalogUnderTest(story.tree, now: story.now).catalog
      let rows = try catalog.due(policy, all: true).rows.sorted { $0.asset < $1.asset }
      let clock = LinearScan.Clock(now: story.now, timeout: 3 * Self.hour * 1000)
      try #require(
        rows.map { LinearScan.line($0.asset, $0.whyNot == .running, $0.consecutiveFailures) } == scan.attempts(clock))
      try story.tree.awaitTick()
      _ = try story.goOn()
    }
  }
}

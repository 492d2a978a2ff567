import CatalogTestSupport
import FreshnessRules
import Glibc
import ManifestModel
import Testing

@testable import AssetCatalog

@Suite("What is due")
struct DueTests {
  @Test(
    "is what the worked examples say, on a real tree, from the index and for a claim", arguments: WorkedCase.all("due"))
  func examples(_ example: WorkedCase) throws {
    let now = try #require(try example.time("now"))
    let scratch = try PolicyTree(now: now)
    if let time = try example.time("last_materialized") { try scratch.record([PolicyTree.success("r1", at: time)]) }
    for (index, time) in try example.times("failed_at").enumerated() {
      try scratch.record([PolicyTree.failure("f\(index)", at: time)])
    }
    if let time = try example.time("running_since") { try scratch.record([PolicyTree.start("s1", at: time)]) }
    if example.fields["last_materialized"] is String == false, try example.times("failed_at").isEmpty,
      try example.time("running_since") == nil
    {
      // An asset that is known, and of which nothing is.
      try scratch.record([PolicyTree.failure("old", at: try PolicyTree.time("2020-01-01T00:00:00Z"))])
    }
    let policy = try example.policy(adding: ["run_timeout": example.text("run_timeout") ?? "24h"])
    let row = try #require(try scratch.catalog.due(policy, all: true).rows.first)
    #expect(row.isDue == (example.fields["due"] as? Bool))
    #expect(row.dueSince == (try example.time("due_at")))
    #expect(row.deadline == (try example.time("deadline")))
    #expect(row.whyNot?.rawValue == example.text("why_not")?.replacing(" ", with: "_"))
    if try example.time("last_materialized") != nil { #expect(row.notBefore == (try example.time("not_before"))) }

    switch try scratch.catalog.claim(row, runID: "mine") {
    case .started(let run):
      #expect(row.isDue)
      #expect(run.runID == "mine")
      #expect(try scratch.catalog.due(policy, all: true).rows.first?.whyNot == .running)
    case .taken(let other):
      #expect(row.whyNot == .running)
      #expect(other == "s1")
    case .notDue(let reason): #expect(row.whyNot == reason)
    }
  }

  private static let ages = "{\"max_age\": \"24h\", \"warn_after\": \"20h\"}"
  private static let now = Timestamp("2026-11-25T08:00:00Z")!

  private static func ago(_ hours: Int64) -> Timestamp { now.advanced(byMilliseconds: -hours * 3_600_000) }

  @Test("comes in the order of urgency: what is late by severity, then by the latest start, what is not due at the end")
  func order() throws {
    let scratch = try PolicyTree(now: Self.now)
    func record(_ name: String, _ hours: Int64, minutes: Int64) throws {
      let asset = AssetIdentifier(name: name, id: "1")
      try scratch.record([PolicyTree.success("r", of: asset, at: Self.ago(hours), milliseconds: minutes * 60_000)])
    }
    try record("late.low", 40, minutes: 1)
    try record("late.critical", 25, minutes: 1)
    try record("late.normal", 30, minutes: 1)
    try record("soon.short", 22, minutes: 10)
    try record("soon.long", 21, minutes: 120)
    try record("no.hurry", 20, minutes: 1)
    try record("fresh", 19, minutes: 1)
    try scratch.record([
      PolicyTree.failure("r", of: AssetIdentifier(name: "never", id: "1"), at: Self.ago(50))
    ])
    let policy = try PolicyTree.policy(
      """
      max_age: 24h
      warn_after: 20h
      rules:
        - name: "*.critical"
          severity: critical
          owner: anna
        - name: ["*.low", "*.critical"]
          severity: low
          owner: bert
      """)
    let answer = try scratch.catalog.due(policy, all: true)
    #expect(
      answer.rows.map(\.asset.name) == [
        "late.critical", "never", "late.normal", "late.low", "soon.long", "soon.short", "no.hurry", "fresh",
      ])
    #expect(answer.rows.map(\.isDue) == [true, true, true, true, true, true, true, false])
    #expect(answer.rows[4].latestStart == Self.ago(-1))
    #expect(answer.rows[4].typicalDurationMilliseconds == 7_200_000)
    #expect(try scratch.catalog.due(policy).rows.map(\.asset.name) == answer.rows.dropLast().map(\.asset.name))
    #expect(try scratch.catalog.due(policy, within: .seconds(3599)).rows.count == 7)
    #expect(try scratch.catalog.due(policy, within: .seconds(3600)).rows.count == 8)
    #expect(try scratch.catalog.due(policy, all: true, limit: 3).rows.map(\.asset) == answer.rows[..<3].map(\.asset))
    #expect(try scratch.catalog.due(policy, names: ["late.*"], owners: ["bert"]).rows.map(\.asset.name) == ["late.low"])
    #expect(try scratch.catalog.due(policy, severities: [.critical]).rows.map(\.asset.name) == ["late.critical"])
    // The same question has the same answer.
    #expect(
      try scratch.catalog.due(policy, all: true).rows.map { "\($0)" } == answer.rows.map { "\($0)" })
  }

  @Test("is an asset of which it cannot be told when it was materialized, as if it never was")
  func unknown() throws {
    let scratch = try PolicyTree(now: Self.now)
    try scratch.tree.write("{", to: "_asset_metadata/asset_name=torn/asset_id=1/manifest.json")
    try scratch.tree.write("nonsense", to: "_asset_metadata/asset_name=torn/asset_id=1/asset_run_id=r/metadata.json")
    let past = timeval(tv_sec: 1_600_000_000, tv_usec: 0)
    for file in ["manifest.json", "asset_run_id=r/metadata.json"] {
      utimes(scratch.tree.root + "/_asset_metadata/asset_name=torn/asset_id=1/" + file, [past, past])
    }
    // Ahead of the clock, so that it proves nothing.
    try scratch.record([
      PolicyTree.success("r", of: AssetIdentifier(name: "ahead", id: "1"), at: Self.ago(-48))
    ])
    let rows = try scratch.catalog.due(try PolicyTree.policy(Self.ages)).rows
    #expect(rows.map(\.asset.name) == ["ahead", "torn"])
    #expect(rows.allSatisfy { $0.dueSince == nil && $0.deadline == nil })
  }

  @Test("is only the id of a name that materialized last, where the policy says so")
  func superseded() throws {
    let scratch = try PolicyTree(now: Self.now)
    for (id, hours) in [("a", 30), ("b", 26), ("c", 28)] as [(String, Int64)] {
      try scratch.record([PolicyTree.success("r", of: AssetIdentifier(name: "day", id: id), at: Self.ago(hours))])
    }
    let policy = try PolicyTree.policy("{\"max_age\": \"24h\", \"ids\": \"newest\"}")
    let rows = try scratch.catalog.due(policy, all: true).rows
    #expect(rows.map { "\($0.asset.id) \($0.whyNot?.rawValue ?? "due")" } == ["b due", "a ignored", "c ignored"])
    guard case .notDue(.ignored) = try scratch.catalog.claim(rows[1]) else {
      Issue.record("a superseded id was claimed")
      return
    }
  }

  @Test("is not what a run is at whose heartbeats go on; a run that is lost counts for the limit alone")
  func heartbeats() throws {
    let scratch = try PolicyTree(now: Self.now)
    let policy = try PolicyTree.policy("{\"max_age\": \"24h\", \"run_timeout\": \"6h\", \"retry\": {\"limit\": 2}}")
    var alive = PolicyTree.start("alive", at: Self.ago(5))
    alive.heartbeatSeconds = 60
    try scratch.record([alive])
    // Reports of beginnings say that the run is alive now, by the clock of the catalog.
    let running = try #require(try scratch.catalog.due(policy, all: true).rows.first)
    #expect(running.whyNot == .running)
    guard case .taken(by: "alive") = try scratch.catalog.claim(running) else {
      Issue.record("the run did not keep another from beginning")
      return
    }
    let later = try PolicyTree(now: Self.now.advanced(byMilliseconds: 180_000), tree: scratch.tree)
    let lost = try #require(try later.catalog.due(policy, all: true).rows.first)
    #expect(lost.isDue)
    #expect(lost.consecutiveFailures == 1)
    #expect(lost.notBefore == nil)
    guard case .started = try later.catalog.claim(lost, runID: "second", heartbeatEvery: .seconds(60)) else {
      Issue.record("a run that is lost kept another from beginning")
      return
    }
    let last = try PolicyTree(now: Self.now.advanced(byMilliseconds: 400_000), tree: scratch.tree)
    #expect(try last.catalog.due(policy, all: true).rows.first?.whyNot == .retriesUsedUp)
  }

  @Test("is refused where the question makes no sense")
  func refusals() throws {
    let scratch = try PolicyTree(now: Self.now)
    for question in [
      { try scratch.catalog.due(FreshnessPolicy(maxAge: .seconds(-1))) },
      { try scratch.catalog.due(FreshnessPolicy(maxAge: .seconds(1)), within: .seconds(-1)) },
      { try scratch.catalog.due(FreshnessPolicy(maxAge: .seconds(1)), limit: -1) },
    ] as [() throws -> Answer<DueRow>] {
      let error = #expect(throws: CatalogError.self) { try question() }
      #expect(error?.code == .invalidArgument)
    }
  }
}

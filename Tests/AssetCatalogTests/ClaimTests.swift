import CatalogTestSupport
import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalog

@Suite("A claim")
struct ClaimTests {
  @Test("decides from the files as the index does, on random trees", arguments: UInt64(1)...12)
  func agreement(seed: UInt64) throws {
    var model = TreeModel(try ScratchTree(), seed: seed)
    try model.populate(12)
    let subject = try CatalogUnderTest(model.tree, now: model.now)
    let policy = FreshnessPolicy(maxAge: .seconds(86_400), warnAfter: .seconds(43_200))
    let rows = try subject.catalog.due(policy, all: true).rows
    try #require(!rows.isEmpty)
    #expect(rows.count == (try subject.catalog.assets().rows.count))
    for row in rows {
      let runs = try subject.catalog.runs(of: row.asset).rows
      let ended = runs.filter { $0.outcome != .running && $0.outcome != .overrun }
      #expect(row.consecutiveFailures == ended.prefix { $0.outcome != .succeeded }.count)
      let isRunning = runs.contains { $0.outcome == .running || $0.outcome == .overrun }
      #expect((row.whyNot == .running) == isRunning)
      switch try subject.catalog.claim(row) {
      case .started: #expect(row.isDue, "\(row)")
      case .taken: #expect(row.whyNot == .running, "\(row)")
      case .notDue(let reason): #expect(row.whyNot == reason, "\(row)")
      }
    }
  }

  @Test("of what another worker has materialized or failed meanwhile starts nothing, and leaves no trace")
  func stale() throws {
    let now = Timestamp("2026-11-25T08:00:00Z")!
    let scratch = try PolicyTree(now: now)
    let policy = FreshnessPolicy(maxAge: .seconds(86_400))
    let assets = ["done", "failed", "free"].map { AssetIdentifier(name: $0, id: "1") }
    let old = now.advanced(byMilliseconds: -2 * 86_400_000)
    try scratch.record(assets.map { PolicyTree.success("r", of: $0, at: old) })
    let rows = try scratch.catalog.due(policy).rows
    #expect(rows.map(\.asset) == assets)
    try scratch.record([
      PolicyTree.success("r2", of: assets[0], at: now), PolicyTree.failure("r2", of: assets[1], at: now),
    ])
    // The index need not be there.
    try scratch.tree.remove("_asset_metadata/.index")
    guard case .notDue(.fresh) = try scratch.catalog.claim(rows[0]),
      case .notDue(.backingOff) = try scratch.catalog.claim(rows[1]),
      case .started(let run) = try scratch.catalog.claim(rows[2], runID: "r", heartbeatEvery: .seconds(30))
    else {
      Issue.record("something else was decided")
      return
    }
    // The id was used before.
    #expect(run.runID == "r.2")
    #expect(run.metadata.heartbeatSeconds == 30)
    for asset in assets[..<2] {
      #expect(
        ScratchTree.entries(scratch.tree.absolute("_asset_metadata/asset_name=\(asset.name)/asset_id=1")).count == 3)
    }
    try scratch.catalog.run(rows[2].asset, runID: run.runID) { _ in }
    guard case .notDue(.fresh) = try scratch.catalog.claim(rows[2]) else {
      Issue.record("the claimed run did not end")
      return
    }
  }

  @Test("waits for a file that is being written, and says so")
  func torn() throws {
    let now = Timestamp("2026-11-25T08:00:00Z")!
    let scratch = try PolicyTree(now: now)
    try scratch.record([PolicyTree.failure("r", at: now.advanced(byMilliseconds: -86_400_000))])
    let row = try #require(try scratch.catalog.due(FreshnessPolicy(maxAge: .seconds(86_400))).rows.first)
    try scratch.tree.write("{\"dat", to: "_asset_metadata/asset_name=gold.kpi/asset_id=1/asset_run_id=s/metadata.json")
    let error = #expect(throws: CatalogError.self) { try scratch.catalog.claim(row) }
    #expect(error?.code == .busy)
    #expect(error?.message.contains("asset_run_id=s/metadata.json is being written: try again.") == true)
  }
}

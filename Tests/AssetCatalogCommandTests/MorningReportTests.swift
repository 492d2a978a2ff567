import ArgumentParser
import AssetCatalog
import CatalogTestSupport
import Foundation
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("A morning report")
struct MorningReportTests {
  /// A tree in which one asset is well, one is late after two failures, one never succeeded, and one is ignored.
  private func tree() throws -> ScratchTree {
    let tree = try ScratchTree()
    try tree.makeFolder("_asset_metadata")
    try tree.write(
      """
      timezone: Europe/London
      max_age: 26h
      rules:
        - name: "tmp.*"
          ignore: true
        - name: gold.revenue
          cron: "0 7 * * *"
          window: 5h
          grace: 15m
          severity: critical
          owner: finance
          runbook: https://wiki.example/gold
          note: The board reads it at nine.
        - name: "bronze.*"
          max_age: 6h
          owner: ingest

      """, to: "freshness.yaml")
    var options = Catalog.Options()
    options.now = { MorningSamples.now }
    let catalog = try Catalog(root: tree.root, options: options)
    func record(_ name: String, _ run: String, _ hours: Double, minutes: Double = 5, error: String? = nil) throws {
      let start = MorningSamples.hours(hours)
      let end = Timestamp(microseconds: start.microseconds + Int64(minutes * 60_000_000))
      let event: RunReport.Event = error.map { .failed(RunError(type: nil, message: $0)) } ?? .succeeded
      try catalog.recordRun(
        RunReport(
          event, of: AssetIdentifier(name: name, id: "c1"), runID: run, startedAt: start, endedAt: end,
          durationMilliseconds: Int64(minutes * 60_000)))
    }
    for run in 0..<12 { try record("bronze.orders", "r\(run)", -20 + Double(run) * 1.5, minutes: run == 11 ? 40 : 5) }
    try record("gold.revenue", "r1", -27)
    try record("gold.revenue", "r2", -3, error: "OperationalError: no route to 10.2.0.14")
    try record("gold.revenue", "r3", -2, error: "OperationalError: no route to 10.2.0.15")
    try record("gold.new", "r1", -2, error: "ValueError")
    try record("tmp.x", "r1", -900)
    return tree
  }

  private func report(_ tree: ScratchTree, assetLimit: Int = 10_000) throws -> MorningReport {
    let globals = try GlobalOptions.parse(["--root", tree.root, "--now", MorningSamples.now.description, "--quiet"])
    let session = try Session(globals, reconciling: .always)
    return try MorningReport(session, try session.policy(try PolicyOptions.parse([])), assetLimit: assetLimit)
  }

  private func words(_ phrase: [MorningReport.Phrase]) -> String {
    phrase.map {
      switch $0 {
      case .text(let text): text
      case .time(let time): time.description
      }
    }.joined()
  }

  @Test("tells of each asset what its policy says, how it stands, and why")
  func assets() throws {
    let tree = try tree()
    let report = try report(tree)
    #expect(report.zone == "Europe/London")
    #expect(report.policy == "the policy freshness.yaml (3 rules)")
    let assets = report.assets
    #expect(assets.indices.map { assets.asset($0).name } == ["bronze.orders", "gold.new", "gold.revenue", "tmp.x"])
    #expect(assets.indices.map(assets.state) == [.fresh, .never, .stale, .ignored])
    let cards = report.overview.cards.elements
    #expect(cards.map(\.place) == [2, 1])
    let revenue = cards[0].asset
    #expect(words(revenue.why) == "the last 2 runs failed · was due 2026-11-26T07:15:00Z")
    #expect(revenue.staleSince == MorningSamples.time("2026-11-26T07:15:00Z"))
    #expect(revenue.ruleLine == 6 && revenue.owner == "finance" && revenue.severity == .critical)
    #expect(revenue.demand?.hasPrefix("at each 0 7 * * * (Europe/London), counting from 5h before") == true)
    #expect(revenue.note == "The board reads it at nine." && revenue.runbook == "https://wiki.example/gold")
    #expect(
      revenue.failurePath == "_asset_metadata/asset_name=gold.revenue/asset_id=c1/asset_run_id=r3/metadata.json")
    #expect(revenue.runs.map(\.outcome) == [.succeeded, .failed, .failed])
    #expect(cards[1].asset.demand == "at most 1d2h old" && cards[1].asset.owner == nil)
  }

  @Test("tells that a run was slow, whatever the policy checks, and that the asset is well all the same")
  func slow() throws {
    let tree = try tree()
    let report = try report(tree)
    let found = report.overview.oddities.flatMap(\.1.elements)
    #expect(found.map(\.finding.kind) == [.slow] && found.map(\.place) == [0])
    #expect(found.first?.finding.text == "took 40m, usually 5m")
    let row = report.assets.rows[0]
    #expect(row.findings?.kinds.map(\.kind) == [.slow])
    #expect(report.assets.state(0) == .fresh && report.assets.runs(of: row).count == 12)
  }

  @Test("finds no run slow of an asset of which the policy says that none is")
  func notSlow() throws {
    let tree = try tree()
    let policy = try String(contentsOfFile: tree.root + "/freshness.yaml", encoding: .utf8)
    try tree.write(policy.replacing("max_age: 6h", with: "max_age: 6h\n    slow: null"), to: "freshness.yaml")
    #expect(try report(tree).overview.oddities.allSatisfy { $0.1.count == 0 })
  }

  @Test("tells of each demand in its own words, though many rules stand in one line")
  func rulesOfOneLine() throws {
    let tree = try tree()
    try FileManager.default.removeItem(atPath: tree.root + "/freshness.yaml")
    try tree.write(
      #"{"rules": [{"name": "bronze.*", "max_age": "1h"}, {"name": "gold.*", "max_age": "2h"}]}"#, to: "freshness.json")
    let cards = try report(tree).overview.cards.elements.map(\.asset)
    let demands = cards.map { "\($0.asset.name): \($0.demand ?? "none")" }
    #expect(
      demands.sorted() == [
        "bronze.orders: at most 1h old", "gold.new: at most 2h old", "gold.revenue: at most 2h old",
        "tmp.x: at most 1d old",
      ])
  }

  @Test("shows in the strip what its words say of a run that the policy has given up")
  func lost() throws {
    let tree = try ScratchTree()
    try tree.makeFolder("_asset_metadata")
    try tree.write("max_age: 26h\nrun_timeout: 1h\n", to: "freshness.yaml")
    var options = Catalog.Options()
    options.now = { MorningSamples.hours(-3) }
    let asset = AssetIdentifier(name: "gold.new", id: "c1")
    try Catalog(root: tree.root, options: options)
      .recordRun(RunReport(.started, of: asset, runID: "r1", startedAt: MorningSamples.hours(-3)))
    let card = try #require(try report(tree).overview.cards.elements.first)
    #expect(words(card.asset.why) == "the last run never came back")
    #expect(card.asset.runs.map(\.outcome) == [.interrupted])
  }

  @Test("tells in which share of the time a demand was kept, of those that have one")
  func shares() throws {
    let tree = try tree()
    let shares = try report(tree).assets.rows.map(\.share)
    // Fresh from 04:55 UTC yesterday until the deadline of 07:15 today, in the time since the run began at 04:58.
    let kept = 26.2 / 27
    #expect(abs((try #require(shares[2])) - kept) < 0.01)
    #expect(shares[1] == 0)
    #expect(shares[3] == nil)
  }

  @Test("has no row of an asset that is well where there are too many, and knows it by its name all the same")
  func cut() throws {
    let tree = try tree()
    let report = try report(tree, assetLimit: 2)
    let assets = report.assets
    #expect(assets.rows.map(\.place) == [1, 2])
    #expect(assets.rows.map { assets.runs(of: $0).count } == [1, 3])
    #expect(assets.count == 4 && assets.place(of: AssetIdentifier(name: "tmp.x", id: "c1")) == 3)
    #expect(assets.place(of: AssetIdentifier(name: "tmp.x", id: "c2")) == nil)
  }

  @Test("has the failures of the last day, those that differ in numbers as one")
  func failures() throws {
    let tree = try tree()
    let report = try report(tree)
    #expect(report.failures.count == 3)
    #expect(report.failures.groups.map(\.count) == [2, 1])
    #expect(report.failures.groups.map { $0.assets.elements.map(\.name) } == [["gold.revenue"], ["gold.new"]])
    #expect(report.failuresByHour.reduce(0, +) == 3)
  }

  @Test("becomes a page with a card for each that needs somebody")
  func page() throws {
    let tree = try tree()
    var sink = ByteSink(descriptor: nil)
    try PageForm.write(try report(tree), to: &sink)
    let text = String(decoding: sink.bytes, as: UTF8.self)
    #expect(text.contains("2 assets need somebody</h1>"))
    #expect(text.contains("id=\"asset=gold.revenue/c1\""))
    #expect(text.contains("<b>1 critical</b>"))
  }
}

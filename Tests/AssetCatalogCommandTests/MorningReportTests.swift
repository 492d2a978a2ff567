import ArgumentParser
import AssetCatalog
import CatalogTestSupport
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
    var options = AssetCatalog.Options()
    options.now = { MorningSamples.now }
    let catalog = try AssetCatalog(root: tree.root, options: options)
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
    #expect(report.assets.map(\.asset.name) == ["bronze.orders", "gold.new", "gold.revenue", "tmp.x"])
    #expect(report.assets.map(\.state) == [.fresh, .never, .stale, .ignored])
    let revenue = report.assets[2]
    #expect(words(revenue.why) == "the last 2 runs failed · was due 2026-11-26T07:15:00Z")
    #expect(revenue.staleSince == MorningSamples.time("2026-11-26T07:15:00Z"))
    #expect(revenue.ruleLine == 6 && revenue.owner == "finance" && revenue.severity == .critical)
    #expect(revenue.demand?.hasPrefix("at each 0 7 * * * (Europe/London), counting from 5h before") == true)
    #expect(revenue.note == "The board reads it at nine." && revenue.runbook == "https://wiki.example/gold")
    #expect(
      revenue.failurePath == "_asset_metadata/asset_name=gold.revenue/asset_id=c1/asset_run_id=r3/metadata.json")
    #expect(revenue.runs.map(\.outcome) == [.succeeded, .failed, .failed])
    #expect(report.assets[1].demand == "at most 1d2h old" && report.assets[1].owner == nil)
  }

  @Test("tells that a run was slow, whatever the policy checks, and that the asset is well all the same")
  func slow() throws {
    let tree = try tree()
    let orders = try report(tree).assets[0]
    #expect(orders.findings.map(\.kind) == [.slow])
    #expect(orders.findings.first?.text == "took 40m, usually 5m")
    #expect(orders.level == .ok && orders.runs.count == 12)
  }

  @Test("tells in which share of the time a demand was kept, of those that have one")
  func shares() throws {
    let tree = try tree()
    let assets = try report(tree).assets
    // Fresh from 04:55 UTC yesterday until the deadline of 07:15 today, in the time since the run began at 04:58.
    let kept = 26.2 / 27
    #expect(abs((try #require(assets[2].share)) - kept) < 0.01)
    #expect(assets[1].share == 0)
    #expect(assets[3].share == nil)
  }

  @Test("reads no runs of assets that get no row")
  func cut() throws {
    let tree = try tree()
    let report = try report(tree, assetLimit: 2)
    #expect(report.assets.map(\.runs.count) == [0, 1, 3, 0])
  }

  @Test("has the failures of the last day, those that differ in numbers as one")
  func failures() throws {
    let tree = try tree()
    let report = try report(tree)
    #expect(report.failures.map(\.asset.name) == ["gold.new", "gold.revenue", "gold.revenue"])
    #expect(ErrorGroups(report.failures).groups.map(\.count) == [2, 1])
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

import CatalogTestSupport
import Foundation
import Testing

@Suite("Explaining and suggesting a policy")
struct PolicyExplainTests {
  static let hour: Int64 = 3_600_000_000
  /// Wednesday, 2026-11-25.
  static let day: Int64 = 1_795_564_800_000_000

  let scratch: CommandScratch
  let tree: ScratchTree

  init() throws {
    scratch = try CommandScratch()
    tree = try ScratchTree()
  }

  private func ask(_ arguments: String...) throws -> CommandRun {
    try scratch.run(
      arguments + ["--root", tree.root, "--now", "2026-11-25T12:00:00Z"],
      environment: ["ASSET_CATALOG_INDEX": scratch.folder.path + "/explain.sqlite"])
  }

  private func asset(_ name: String, materialized: [Int64]) throws {
    var manifest = ManifestText(name: name, id: "a", updatedAt: Self.day)
    manifest.lastMaterialized = materialized.max()
    try tree.write(manifest.text, to: .manifest(name, "a"))
    for (index, time) in materialized.enumerated() {
      var run = RunText(id: "r\(index)", name: name, assetID: "a", startedAt: time - 1_000_000)
      run.materialized = time
      run.durationMilliseconds = 1_000
      try tree.write(run.text, to: .run(name, "a", run.id))
    }
  }

  @Test("tells each key with its line, the rules that lost, and which ticks were met")
  func explain() throws {
    try tree.write(
      """
      owner: data
      rules:
        - name: gold.kpi
          owner: finance
        - name: "gold.*"
          cron: "0 7 * * *"
          window: 5h
          grace: 15m
        - name: "*"
          max_age: 6h
          owner: nobody
      """, to: "freshness.yaml")
    try asset("gold.kpi", materialized: [Self.day - 20 * Self.hour, Self.day + 3 * Self.hour])
    let run = try ask("policy", "explain", "gold.kpi", "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    let row = try #require(try run.rows().first)
    #expect(row["state"] as? String == "fresh")
    let keys = try #require(row["keys"] as? [[String: Any]])
    let lines = Dictionary(uniqueKeysWithValues: keys.map { ($0["key"] as? String ?? "", $0["line"] as? Int) })
    #expect(lines["owner"] == 4)
    #expect(lines["cron"] == 6)
    #expect(lines["severity"] == .some(nil))
    #expect(lines["max_age"] == nil)
    let rules = try #require(row["rules"] as? [[String: Any]])
    #expect(rules.map { $0["rule"] as? String } == ["gold.kpi", "gold.*", "*"])
    #expect(rules.map { $0["decides"] as? Bool } == [nil, true, false])
    #expect(rules.map { $0["gives"] as? [String] } == [["owner"], ["cron", "window", "grace"], []])
    let ticks = try #require(row["ticks"] as? [[String: Any]])
    #expect(
      ticks.map { $0["tick"] as? String } == (23...28).map { "2026-11-\($0)T07:00:00Z" })
    #expect(ticks.map { $0["met"] as? Bool } == [false, true, true, nil, nil, nil])
    let text = try ask("policy", "explain", "gold.kpi", "a").output
    #expect(text.contains("finance  \(tree.root)/freshness.yaml:4"))
    #expect(text.contains("nothing: a rule before it makes the demand"))
    #expect(try ask("policy", "explain", "gold.kpj").status == 1)
  }

  @Test("suggests a file that the program reads, with a rule for each group and for what is unlike it")
  func suggest() throws {
    for name in ["bronze.a", "bronze.b", "bronze.c"] {
      try asset(name, materialized: (0..<10).map { Self.day - Int64($0) * Self.hour })
    }
    try asset("bronze.daily", materialized: (0..<10).map { Self.day - Int64($0) * 24 * Self.hour })
    try asset("gold.new", materialized: [Self.day])
    try asset("we[ek]ly", materialized: (0..<10).map { Self.day - Int64($0) * 168 * Self.hour })
    let run = try ask("policy", "suggest")
    #expect(run.status == 0, "\(run.errors)")
    let rules = run.output.split(separator: "\n").filter { !$0.contains("#") }.map(String.init)
    #expect(
      rules == [
        "version: 1", "max_age: 24h", "rules:", "  - name: \"bronze.daily\"", "    id: \"a\"", "    max_age: 2d2h",
        "  - name: \"bronze.*\"", "    max_age: 1h30m", "  - name: \"we[[]ek]ly\"", "    max_age: 32d",
      ])
    try tree.write(run.output, to: "freshness.yaml")
    #expect(try ask("policy", "check").status == 0)
    #expect(try ask("policy", "suggest", "--name", "gold.*").output.contains("No asset has 8 intervals"))
  }
}

import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalog

/// What the checks of a policy find, with the right values worked out by hand.
@Suite("Findings")
struct FindingTests {
  private static let now = Timestamp("2026-11-25T08:00:00Z")!

  private let scratch: PolicyTree

  init() throws {
    scratch = try PolicyTree(now: Self.now)
  }

  /// Records one run an hour, the last one an hour ago; each has one artifact or several.
  private func record(_ artifacts: [[ArtifactFacts]]) throws {
    try scratch.record(
      artifacts.enumerated().map { index, facts in
        let hours = Int64(artifacts.count - index)
        var report = PolicyTree.success("r\(index)", at: Self.now.advanced(byMilliseconds: -hours * 3_600_000))
        report.artifacts = facts
        return report
      })
  }

  private func row(_ policy: String) throws -> FreshnessRow {
    let rows = try scratch.catalog.freshness(try PolicyTree.policy("max_age: 48h\n" + policy)).rows
    try #require(rows.count == 1)
    return rows[0]
  }

  /// Kind, level, value and limit of each finding.
  private func findings(_ policy: String) throws -> [String] {
    try row(policy).findings.map { finding in
      "\(finding.kind.rawValue) \(finding.level) \(finding.value ?? .nan) \(finding.limit ?? .nan)"
    }
  }

  private func counts(_ values: [Int64?]) -> [[ArtifactFacts]] {
    values.map { [ArtifactFacts(path: "kpi.csv", bytes: $0.map { $0 * 10 }, rowCount: $0)] }
  }

  // MARK: Counts

  @Test(
    "of rows and bytes name the first bound that the newest run passes",
    arguments: [
      ("rows: {min: 5}", 4, ["rows warn 4.0 5.0"]), ("rows: {min: 5}", 5, []),
      ("rows: {max: 5}", 6, ["rows warn 6.0 5.0"]), ("rows: {max: 5}", 5, []),
      ("rows: {min: 5, level: error}", 4, ["rows error 4.0 5.0"]),
      ("bytes: {min: 50}", 4, ["bytes warn 40.0 50.0"]), ("bytes: {max: 50}", 6, ["bytes warn 60.0 50.0"]),
      // The median of 100, 100 and 200 by nearest rank is 100.
      ("rows: {max_drop: 50%}", 49, ["rows warn 49.0 50.0"]), ("rows: {max_drop: 50%}", 50, []),
      ("rows: {max_rise: 50%}", 151, ["rows warn 151.0 150.0"]), ("rows: {max_rise: 50%}", 150, []),
      ("rows: {min: 60, max_drop: 50%}", 10, ["rows warn 10.0 60.0"]),
      ("rows: {min: 1}\nbytes: {min: 1}", 0, ["rows warn 0.0 1.0", "bytes warn 0.0 1.0"]),
    ] as [(String, Int64, [String])])
  func counts(policy: String, newest: Int64, expected: [String]) throws {
    try record(counts([100, 200, 100, newest]))
    #expect(try findings(policy) == expected)
    #expect(try row(policy).level == (expected.isEmpty ? .ok : expected[0].contains("error") ? .error : .warn))
  }

  @Test("are none against a median of fewer than three runs, nor where the newest run counted nothing")
  func tooFew() throws {
    try record(counts([100, 100, 1]))
    #expect(try findings("rows: {max_drop: 50%}") == [])
    try scratch.record([
      {
        var report = PolicyTree.success("r9", at: Self.now)
        report.artifacts = [ArtifactFacts(path: "kpi.csv")]
        return report
      }()
    ])
    #expect(try findings("rows: {min: 5}") == [])
  }

  @Test("look at the ten runs before the newest, and at no failed one")
  func tenRuns() throws {
    // Of the runs before the newest, those of 1000 rows are the eleventh and older.
    try record(counts(Array(repeating: 1_000, count: 11) + Array(repeating: 100, count: 10) + [60]))
    #expect(try findings("rows: {max_drop: 50%}") == [])
    try scratch.record([PolicyTree.failure("bad", at: Self.now)])
    #expect(try findings("rows: {max_drop: 30%}") == ["rows warn 60.0 70.0"])
  }

  @Test("match artifacts by path, and one that was moved by its place")
  func matching() throws {
    func run(_ first: String, _ counts: (Int64, Int64)) -> [ArtifactFacts] {
      [ArtifactFacts(path: first, rowCount: counts.0), ArtifactFacts(path: "b.csv", rowCount: counts.1)]
    }
    try record([
      run("a1.csv", (10, 1_000)), run("a2.csv", (10, 1_000)), run("a3.csv", (10, 1_000)), run("a4.csv", (4, 1_000)),
    ])
    #expect(try findings("rows: {max_drop: 50%}") == ["rows warn 4.0 5.0"])
    #expect(try row("rows: {max_drop: 50%}").findings[0].text == "a4.csv has 4 rows, where 10 are usual.")
  }

  // MARK: Columns

  @Test("of columns tell that the newest run changed them, and no run before it")
  func schema() throws {
    func run(_ hash: String?) -> [ArtifactFacts] { [ArtifactFacts(path: "kpi.csv", schemaHash: hash)] }
    try record([run("v1:a"), run("v1:b"), run("v1:b")])
    #expect(try findings("schema: true") == [])
    try scratch.record([
      {
        var report = PolicyTree.success("r9", at: Self.now)
        report.artifacts = run("v1:c")
        return report
      }()
    ])
    #expect(try findings("schema: true") == ["schema warn nan nan"])
    #expect(try findings("schema: null") == [])
    #expect(try findings("schema: {level: error}") == ["schema error nan nan"])
  }

  // MARK: Success rate

  @Test(
    "of the share of successes count the last ended runs, five at least",
    arguments: [
      // One letter a run, oldest first: what succeeded, what failed, and what is under way.
      ("ssssf", "{min: 80%, runs: 20}", []), ("ssssf", "{min: 81%, runs: 20}", ["success_rate warn 0.8 0.81"]),
      ("sssf", "{min: 100%, runs: 20}", []), ("sssfr", "{min: 100%, runs: 20}", []),
      ("fffffsssss", "{min: 95%, runs: 5}", []),
      ("fffffsssss", "{min: 95%, runs: 6}", ["success_rate warn 0.8333 0.95"]),
      ("sssssfr", "{min: 90%, runs: 6}", ["success_rate warn 0.8333 0.9"]),
    ] as [(String, String, [String])])
  func successRate(history: String, check: String, expected: [String]) throws {
    try scratch.record(
      history.enumerated().map { index, letter in
        let time = Self.now.advanced(byMilliseconds: Int64(index - history.count) * 3_600_000)
        return switch letter {
        case "s": PolicyTree.success("r\(index)", at: time)
        case "f": PolicyTree.failure("r\(index)", at: time)
        default: PolicyTree.start("r\(index)", at: time)
        }
      })
    let found = try row("success_rate: \(check)").findings.map { finding in
      let value = finding.value.map { ($0 * 10_000).rounded(.down) / 10_000 } ?? .nan
      return "\(finding.kind.rawValue) \(finding.level) \(value) \(finding.limit ?? .nan)"
    }
    #expect(found == expected)
  }

  @Test("say a share that is missed by little without rounding it up to the limit")
  func words() throws {
    try scratch.record(
      (0..<20).map { index in
        let time = Self.now.advanced(byMilliseconds: Int64(index - 20) * 3_600_000)
        return index == 3 ? PolicyTree.failure("r\(index)", at: time) : PolicyTree.success("r\(index)", at: time)
      })
    #expect(
      try row("success_rate: {min: 95.5%, runs: 20}").findings.map(\.text)
        == ["19 of the last 20 runs succeeded, fewer than 95.5 %."])
    #expect(try findings("success_rate: {min: 95%, runs: 20}") == [])
  }
}

import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalog

@Suite("Slow runs")
struct SlowRunTests {
  private static let now = Timestamp("2026-11-25T08:00:00Z")!

  @Test(
    "are those that the worked examples say, be they over or under way, on a real tree",
    arguments: WorkedCase.all("slow"), [true, false])
  func examples(_ example: WorkedCase, isOver: Bool) throws {
    let scratch = try PolicyTree(now: Self.now)
    let past = try #require(example.fields["past_ms"] as? [Int])
    let duration = Int64(try #require(example.number("duration_ms")))
    var reports = past.enumerated().map { index, milliseconds in
      PolicyTree.success(
        "p\(index)", at: Self.now.advanced(byMilliseconds: Int64(index - past.count - 2) * 86_400_000),
        milliseconds: Int64(milliseconds))
    }
    let began = Self.now.advanced(byMilliseconds: -duration)
    reports.append(
      isOver ? PolicyTree.success("r", at: Self.now, milliseconds: duration) : PolicyTree.start("r", at: began))
    try scratch.record(reports)
    var slow: [String] = []
    if let deviations = example.number("deviations") { slow.append("deviations: \(Int(deviations))") }
    if let milliseconds = example.number("at_least_ms") { slow.append("at_least: \(Int(milliseconds / 1000))s") }
    let policy = try PolicyTree.policy(slow.isEmpty ? "max_age: 24h" : "slow: {\(slow.joined(separator: ", "))}")
    let rows = try scratch.catalog.slowRuns(policy, since: Self.now).rows
    #expect(rows.count == (example.fields["slow"] as? Bool == true ? 1 : 0))
    guard let row = rows.first else { return }
    #expect(row.runID == "r")
    #expect(row.outcome == (isOver ? .succeeded : .overrun))
    #expect(row.durationMilliseconds == duration)
    #expect(Double(row.typicalDurationMilliseconds) == example.number("median_ms"))
    #expect(abs(row.score - (try #require(example.number("score")))) < 0.0001)
  }

  @Test("under way come first, then the newest; a failed one is none, nor one before the time asked for")
  func order() throws {
    let scratch = try PolicyTree(now: Self.now)
    var reports: [RunReport] = []
    for name in ["a", "b"] {
      let asset = AssetIdentifier(name: name, id: "1")
      for index in 0..<8 as Range<Int64> {
        reports.append(
          PolicyTree.success(
            "p\(index)", of: asset, at: Self.now.advanced(byMilliseconds: (index - 20) * 3_600_000),
            milliseconds: 60_000))
      }
      for hours in [3, 2] as [Int64] {
        reports.append(
          PolicyTree.success(
            "slow\(hours)", of: asset, at: Self.now.advanced(byMilliseconds: -hours * 3_600_000),
            milliseconds: 600_000))
      }
    }
    let asset = AssetIdentifier(name: "b", id: "1")
    var failed = PolicyTree.failure("failed", of: asset, at: Self.now.advanced(byMilliseconds: -1))
    failed.durationMilliseconds = 3_600_000
    reports += [failed, PolicyTree.start("now", of: asset, at: Self.now.advanced(byMilliseconds: -1_800_000))]
    try scratch.record(reports)
    func ask(_ hours: Int64, limit: Int? = nil) throws -> [String] {
      try scratch.catalog.slowRuns(
        FreshnessPolicy(maxAge: .seconds(1)), since: Self.now.advanced(byMilliseconds: -hours * 3_600_000), limit: limit
      ).rows.map { "\($0.asset.name) \($0.runID) \($0.outcome)" }
    }
    #expect(
      try ask(24) == [
        "b now overrun", "a slow2 succeeded", "b slow2 succeeded", "a slow3 succeeded", "b slow3 succeeded",
      ])
    #expect(try ask(2) == ["b now overrun", "a slow2 succeeded", "b slow2 succeeded"])
    #expect(try ask(24, limit: 2) == ["b now overrun", "a slow2 succeeded"])
    let silent = try PolicyTree.policy("rules:\n  - name: b\n    slow: null\n")
    #expect(
      try scratch.catalog.slowRuns(silent, since: Self.now.advanced(byMilliseconds: -24 * 3_600_000)).rows
        .map(\.runID) == ["slow2", "slow3"])
    let silenced = try PolicyTree.policy("slow: null\nrules:\n  - name: b\n    slow: {deviations: 5}\n")
    #expect(
      try scratch.catalog.slowRuns(silenced, since: Self.now.advanced(byMilliseconds: -24 * 3_600_000)).rows
        .map(\.asset.name) == ["b", "b", "b"])
  }
}

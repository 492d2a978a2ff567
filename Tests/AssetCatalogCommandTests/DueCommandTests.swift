import Foundation
import Testing

@testable import AssetCatalogCommand

@Suite("What is due, from the command line")
struct DueCommandTests {
  /// Good for a day: `late` since the day before yesterday, `fresh` since an hour ago.
  private func scratch() throws -> RecordingScratch {
    let scratch = try RecordingScratch()
    for (name, time) in [("late", "2026-11-22T08:00:00Z"), ("fresh", "2026-11-25T07:00:00Z")] {
      try scratch.run([
        "record", "success", "-q", "--name", name, "--id", "1", "--run", "r", "--materialized", time, "--duration",
        "90s",
        "--now", "2026-11-25T08:00:00Z",
      ])
    }
    try """
    owner: anna
    severity: critical
    target: 99%
    rules:
      - name: "l*"
        max_age: 1d
    """.write(toFile: scratch.root + "/freshness.yaml", atomically: true, encoding: .utf8)
    return scratch
  }

  private func ask(_ scratch: RecordingScratch, _ words: String..., status: Int32) throws -> String {
    try scratch.run(words + ["--now", "2026-11-25T08:00:00Z"], status: status).output
  }

  private func rows(_ json: String) throws -> [[String: Any]] {
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    return try #require(object?["rows"] as? [[String: Any]])
  }

  @Test("is told with the keys that programs rely on, and ends with 1")
  func due() throws {
    let scratch = try scratch()
    let json = try ask(scratch, "due", "--all", "--format", "json", status: 1)
    let rows = try self.rows(json)
    #expect(rows.map { $0["asset_name"] as? String } == ["late", "fresh"])
    #expect(
      Set(rows[0].keys) == [
        "asset_name", "asset_id", "due", "due_since", "deadline", "latest_start", "missed", "consecutive_failures",
        "not_before", "why_not", "severity", "owner", "rule", "typical_duration_ms",
      ])
    #expect(rows[0]["due"] as? Bool == true)
    #expect(rows[0]["due_since"] as? String == "2026-11-23T08:00:00Z")
    #expect(rows[0]["deadline"] as? String == "2026-11-23T08:00:00Z")
    #expect(rows[0]["latest_start"] as? String == "2026-11-23T07:58:30Z")
    #expect(rows[0]["why_not"] is NSNull)
    #expect(rows[0]["rule"] as? String == "l*")
    #expect(rows[0]["owner"] as? String == "anna")
    #expect(rows[0]["severity"] as? String == "critical")
    #expect(rows[0]["typical_duration_ms"] as? Int == 90_000)
    #expect(rows[1]["why_not"] as? String == "fresh")
    // The same clock, the same bytes.
    #expect(
      try ask(scratch, "due", "--all", "--format", "csv", status: 1)
        == ask(scratch, "due", "--all", "--format", "csv", status: 1))
    #expect(try ask(scratch, "due", "--name", "f*", status: 0).hasPrefix("Nothing is due."))
    #expect(try ask(scratch, "due", "--owner", "bert", status: 0).hasPrefix("Nothing is due."))
    #expect(try ask(scratch, "due", "--severity", "low,normal", status: 0).hasPrefix("Nothing is due."))
    #expect(try ask(scratch, "due", "--no-policy", "--within", "23h", status: 1).contains("fresh"))
    #expect(try ask(scratch, "due", "--within", "23h", "--name", "f*", status: 0).contains("2026-11-26T07:00:00Z"))
  }

  @Test("is claimed once by 'record start --if-due'")
  func claim() throws {
    let scratch = try scratch()
    let words = ["record", "start", "--if-due", "--id", "1", "--now", "2026-11-25T08:00:00Z", "--name"]
    #expect(try scratch.run(words + ["late"]).output.contains("\"event\":\"start\""))
    let taken = try scratch.run(words + ["late"], status: 75)
    #expect(taken.errors.contains("of 'late' has not ended"))
    let fresh = try scratch.run(words + ["fresh"], status: 1)
    #expect(fresh.errors == "asset-catalog: 'fresh' is not due: what there is, is good for now.\n")
    // One that nobody has heard of was never materialized.
    #expect(try scratch.run(words + ["new", "--run", "r1", "--heartbeat", "60s"]).output.contains("\"run_id\":\"r1\""))
    _ = try ask(scratch, "due", status: 0)
  }

  @Test("is how well it was kept, too: shares are cut, rows that miss their target end with 1")
  func serviceLevels() throws {
    let scratch = try scratch()
    let rows = try self.rows(try ask(scratch, "slo", "--over", "7d", "--format", "json", status: 1))
    #expect(rows.map { $0["asset_name"] as? String } == ["fresh", "late"])
    #expect(
      Set(rows[1].keys) == [
        "asset_name", "asset_id", "compliance", "target", "budget_left_seconds", "deadlines", "deadlines_met",
        "incidents", "longest_bad_seconds", "bad_seconds", "measured_seconds", "runs", "success_rate", "history_from",
        "median_duration_ms", "p95_duration_ms", "severity", "owner", "rule",
      ])
    // Measured from its start, 90 seconds before it was there.
    #expect(rows[1]["measured_seconds"] as? Int == 3 * 86_400 + 90)
    #expect(rows[1]["bad_seconds"] as? Int == 2 * 86_400 + 90)
    #expect(rows[1]["compliance"] as? Double == 0.333217632)
    #expect(rows[1]["history_from"] as? String == "2026-11-22T07:58:30Z")
    #expect(try ask(scratch, "slo", "--over", "7d", status: 1).contains("33.32 %"))
    #expect(try ask(scratch, "slo", "--over", "50m", "--name", "fresh", status: 0).contains("100 %"))
    #expect(try ask(scratch, "slo", "--over", "50m", "--name", "fresh", "--below", "100%", status: 0).hasPrefix("No"))
    let groups = try self.rows(try ask(scratch, "slo", "--by", "rule", "--format", "json", status: 1))
    #expect(groups.map { $0["rule"] as? String } == ["l*", nil])
    #expect(groups.map { $0["assets"] as? Int } == [1, 1])
  }

  @Test("is no run of two that is slow")
  func slow() throws {
    #expect(try ask(try scratch(), "slow", status: 0).hasPrefix("No run since 2026-11-24T08:00:00Z was slow."))
  }

  @Test(
    "is refused where the question makes no sense",
    arguments: [
      (["due", "--within", "soon"], 65), (["due", "--severity", "urgent"], 64), (["due", "--limit", "0"], 64),
      (["due", "--policy", "missing.yaml"], 65), (["due", "--policy", "a", "--no-policy"], 64),
      (["slo", "--over", "0s"], 65), (["slo", "--over", "month"], 65), (["slo", "--below", "0.99"], 65),
      (["slo", "--below", "101%"], 65), (["slo", "--by", "name"], 64), (["slow", "--since", "yesterday"], 65),
      (["record", "start", "--name", "a", "--id", "1", "--no-policy"], 64),
      (["record", "start", "--name", "a", "--id", "1", "--if-due", "--started", "1h"], 64),
    ] as [([String], Int32)])
  func refusals(words: [String], status: Int32) throws {
    let scratch = try scratch()
    let run = try scratch.run(words, status: status)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("asset-catalog: "))
  }

  @Test("is refused with every fault of the policy file")
  func faults() throws {
    let scratch = try scratch()
    try "max_agee: 1d\nrules: 7\n".write(toFile: scratch.root + "/freshness.yaml", atomically: true, encoding: .utf8)
    for command in ["due", "slo", "slow"] {
      let run = try scratch.run([command], status: 65)
      #expect(run.errors.contains("freshness.yaml:1:1: "))
      #expect(run.errors.contains("freshness.yaml:2:8: "))
    }
  }
}

import Foundation
import Testing

@Suite("Artifact facts, from the command line")
struct SchemaChangesTests {
  private let scratch: CommandScratch

  init() throws {
    scratch = try CommandScratch(.copy)
    try write("history.full", run: "r8", day: 8, hash: "v1:old")
    try write("history.full", run: "r9", day: 9, hash: "v1:new")
  }

  private func write(_ name: String, run: String, day: Int, hash: String) throws {
    let artifact = """
      {"path": "full/=\(run)\\u001b.parquet", "bytes": 12, "modified": "2026-01-0\(day)T00:00:05Z", "format": "parquet", \
      "schema_hash": "\(hash)", "row_count": 3}
      """
    let text = """
      {"id": "\(run)", "runtime": "2026-01-0\(day)T00:00:00Z", "materialized": "2026-01-0\(day)T00:01:00Z", \
      "asset_name": "\(name)", "asset_id": "a1", "artifacts": [\(artifact)]}
      """
    let folder = scratch.metadata.appending(path: "asset_name=\(name)/asset_id=a1/asset_run_id=\(run)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: folder.appending(path: "metadata.json"))
  }

  @Test("a schema that changed is found in every form, and ends with 1")
  func changes() throws {
    let json = try scratch.run("schema-changes", "--format", "json")
    #expect(json.status == 1 && json.errors.isEmpty)
    let row = try #require(try json.rows().first)
    #expect(try json.rows().count == 1)
    #expect(
      row as? [String: String] == [
        "asset_name": "history.full", "asset_id": "a1", "run_id": "r9", "previous_run_id": "r8",
        "path": "full/=r9\u{1B}.parquet", "schema_hash": "v1:new", "previous_schema_hash": "v1:old",
        "changed_at": "2026-01-09T00:01:00Z",
      ])
    let lines = try scratch.run("schema-changes", "--format", "ndjson", "--no-reconcile")
    #expect(lines.status == 1 && json.output.contains("\n" + lines.output))
    let csv = try scratch.run("schema-changes", "--format", "csv", "--no-reconcile")
    #expect(csv.status == 1)
    let rows = csv.output.split(separator: "\r\n").map { $0.split(separator: ",").map(String.init) }
    #expect(rows.map(\.count) == [8, 8] && Set(rows[0]) == Set(row.keys) && rows[1].contains("v1:old"))
    let table = try scratch.run("schema-changes", "--no-reconcile")
    #expect(table.status == 1)
    #expect(table.output.contains("\n\n1 schema changed. As of "))
    #expect(!table.output.unicodeScalars.contains { isHazardous($0) && $0 != "\n" })
  }

  @Test("where no schema changed, the answer is empty and ends with 0", arguments: ["gold.*", "history.failed*"])
  func none(pattern: String) throws {
    let run = try scratch.run("schema-changes", "--name", pattern, "--format", "json")
    #expect(run.status == 0)
    #expect(try run.rows().isEmpty)
    let table = try scratch.run("schema-changes", "--name", pattern)
    #expect(table.status == 0 && table.output.hasPrefix("No latest run changed a schema."))
  }

  @Test("show has what the newest run recorded of its artifacts, where there is such a run")
  func show() throws {
    let row = try #require(try scratch.run("show", "history.full", "--format", "json").rows().first)
    let facts = try #require(row["artifact_facts"] as? [[String: Any]])
    #expect(facts.count == 1)
    #expect(facts.first?["run_id"] as? String == "r9")
    #expect(facts.first?["bytes"] as? Int == 12 && facts.first?["row_count"] as? Int == 3)
    #expect(facts.first?["sampled_rows"] is NSNull && facts.first?["schema_hash"] as? String == "v1:new")
    let card = try scratch.run("show", "history.full")
    #expect(card.output.contains("\nAs run r9 recorded them\n"))
    #expect(card.output.contains("2026-01-09T00:00:05Z"))
    let other = try scratch.run("show", "history.failed_last")
    #expect(other.status == 0 && !other.output.contains("recorded them"))
  }
}

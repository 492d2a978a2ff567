import Foundation
import Testing

@Suite("Every question, from the command line")
struct QuestionTests {
  /// A question, how it ends on the fixture, and the keys that programs rely on in its rows.
  struct Question: CustomTestStringConvertible, Sendable {
    let arguments: [String]
    let status: Int32
    let keys: Set<String>

    init(_ arguments: [String], _ status: Int32, _ keys: Set<String>, ofAssets: Bool = true) {
      self.arguments = arguments
      self.status = status
      self.keys = ofAssets ? keys.union(["asset_name", "asset_id"]) : keys
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let freshnessKeys: Set<String> = [
    "state", "last_materialized", "age_seconds", "max_age_seconds", "last_status", "last_run_id", "source",
  ]
  static let runKeys: Set<String> = ["run_id", "outcome", "started_at", "materialized", "duration_ms", "error"]
  static let listKeys: Set<String> = [
    "last_materialized", "last_status", "last_run_id", "last_error", "asset_signature", "updated_at",
  ]

  static let questions: [Question] = [
    Question(["status"], 0, ["assets", "assets_by_state", "runs", "problems"], ofAssets: false),
    Question(["freshness"], 1, freshnessKeys),
    Question(["freshness", "--name", "bronze.orders_*", "--warn-after", "1h"], 0, freshnessKeys),
    Question(["freshness", "--state", "never,warn"], 1, freshnessKeys),
    Question(["stale", "--max-age", "24h"], 1, freshnessKeys),
    Question(["stale", "--max-age", "1s", "--name", "time.*", "--limit", "1"], 1, freshnessKeys),
    Question(
      ["failures", "--since", "24h"], 1, ["run_id", "outcome", "started_at", "failed_at", "error", "metadata_path"]),
    Question(["list"], 0, listKeys),
    Question(["show", "history.full"], 0, listKeys.union(["artifacts", "runs", "problems", "summary"])),
    Question(["show", "drift.variants"], 0, listKeys),
    Question(["runs", "history.full"], 0, runKeys),
    Question(["runs", "history.full", "a1", "--limit", "2"], 0, runKeys),
    Question(["artifacts"], 0, ["path", "exists"]),
    Question(["artifacts", "gold/kpi.json"], 0, ["path", "exists"]),
    Question(["artifacts", "--missing"], 1, ["path", "exists"]),
    Question(["drift"], 1, ["asset_signature", "expected_signature"]),
    Question(
      ["drift", "--expect", "drift.signature/a1=sig-old", "--name", "drift.signature"], 1, ["expected_signature"]),
    Question(["problems"], 1, ["path", "kind", "message", "seen_at"]),
    Question(["query", "SELECT asset_name, asset_id, run_count FROM assets ORDER BY 1, 2"], 0, ["run_count"]),
  ]

  @Test("ends the same in every form, and every form has the same rows", arguments: questions)
  func forms(question: Question) throws {
    let scratch = try CommandScratch()
    func run(_ form: String, _ extra: String...) throws -> CommandRun {
      try scratch.run(
        question.arguments + ["--format", form, "--root", scratch.root.path, "--now", CommandScratch.now] + extra)
    }
    let json = try run("json")
    #expect(json.status == question.status, "\(json.errors)")
    // What a manifest that cannot be read names may be missing, whatever the form.
    #expect(json.errors.isEmpty == (question.arguments != ["artifacts", "--missing"]), "\(json.errors)")
    let object = try json.object()
    #expect(Set(object.keys).isSuperset(of: ["generated_at", "as_of", "root", "count", "rows"]))
    #expect(json.output.hasPrefix("{\"generated_at\":\"\(CommandScratch.now)\",\"as_of\":\""))
    #expect(object["root"] as? String == scratch.root.path)
    let rows = try json.rows()
    #expect(object["count"] as? Int == rows.count)
    #expect(!rows.isEmpty)
    for row in rows { #expect(question.keys.subtracting(row.keys).isEmpty) }

    let lines = try run("ndjson", "--no-reconcile")
    #expect(lines.status == question.status)
    let listed = lines.output.split(separator: "\n").map(String.init)
    #expect(listed.count == rows.count)
    for line in listed { #expect(json.output.contains("\n" + line)) }

    let csv = try run("csv", "--no-reconcile")
    #expect(csv.status == question.status)
    let heading = try #require(csv.output.split(separator: "\r\n").first).split(separator: ",").map(String.init)
    #expect(Set(heading) == Set(rows[0].keys))
    #expect(csv.output.split(separator: "\r\n").count == rows.count + 1)

    let table = try run("table", "--no-reconcile")
    #expect(table.status == question.status)
    #expect(!table.output.unicodeScalars.contains { isHazardous($0) && $0 != "\n" })
    #expect(!table.output.contains("…"))
  }

  @Test("freshness is the rule, applied to what mad_prefect loads")
  func freshness() throws {
    let scratch = try CommandScratch()
    let rows = try scratch.run("freshness", "--format", "json").rows()
    let states = Dictionary(
      uniqueKeysWithValues: rows.map { ("\($0["asset_name"]!)/\($0["asset_id"]!)", $0["state"] as? String) })
    let never = [
      "bronze.broken", "hand.extra_fields", "hand.minimal", "hand.misplaced", "never.no_manifest", "never.unknown",
    ]
    let unknown = rows.prefix { $0["state"] as? String == "unknown" }.compactMap { $0["asset_name"] as? String }
    #expect(
      unknown == [
        "hand.array", "hand.bad_status", "hand.empty", "hand.naive_time", "hand.not_utf8", "hand.space_time",
        "hand.truncated", "hand.version2", "time.future",
      ])
    #expect(rows.dropFirst(9).prefix(6).compactMap { $0["asset_name"] as? String } == never.sorted())
    #expect(rows.count == 31)
    #expect(states.values.count { $0 == "never" } == 6)
    #expect(states.values.count { $0 == "fresh" } == 5)
    #expect(states["legacy.runs_only/a1"] == "stale")
    let legacy = try #require(rows.first { $0["asset_name"] as? String == "legacy.runs_only" })
    #expect(legacy["source"] as? String == "runs")
    #expect(legacy["last_materialized"] as? String == "2024-01-02T01:00:00Z")
    let orders = try #require(rows.first { $0["asset_name"] as? String == "bronze.orders_eu" })
    #expect(orders["age_seconds"] as? Double == 20924.294097)
    #expect(orders["max_age_seconds"] as? Double == 86400)
  }

  @Test("failures are what failed and what never came back, newest first")
  func failures() throws {
    let scratch = try CommandScratch()
    func failures(_ now: String, _ extra: String...) throws -> [String] {
      try scratch.run(["failures", "--format", "json", "--root", scratch.root.path, "--now", now] + extra).rows().map {
        "\($0["asset_name"]!) \($0["outcome"]!) \($0["failed_at"]!)"
      }
    }
    #expect(
      try failures("2026-11-24T20:00:00Z") == [
        "bronze.broken interrupted 2026-11-24T14:11:15.742296Z",
        "bronze.broken interrupted 2026-11-24T14:11:15.741321Z",
      ])
    #expect(try failures("2026-11-23T20:00:00Z") == ["history.failed_last failed 2026-11-23T14:11:15.751071Z"])
    let rows = try scratch.run("failures", "--format", "json").rows()
    #expect(rows[0]["error"] as? String == "TimeoutError: 30 s")
    let table = try scratch.run("failures", "--name", "history.*")
    #expect(table.status == 1)
    #expect(
      table.output.contains(
        "TimeoutError: 30 s\n\n1 failure since 2026-11-22T20:00:00Z. 2 runs have not ended; the oldest began 5h 48m ago."
      ))
  }

  @Test("a policy's first matching rule counts, and flags replace its default")
  func policy() throws {
    let scratch = try CommandScratch()
    let path = try scratch.file(
      "policy.json",
      #"{"max_age": "1s", "rules": [{"name": "bronze.orders_eu", "max_age": "1d", "warn_after": "1h"}, {"name": "bronze.*", "max_age": "7d"}]}"#
    )
    func states(_ extra: String...) throws -> [String] {
      let arguments = [
        "freshness", "--policy", path, "--format", "json", "--root", scratch.root.path, "--now", CommandScratch.now,
      ]
      return try scratch.run(arguments + extra).rows().filter { ($0["state"] as? String) != "never" }
        .map { "\($0["asset_name"]!)=\($0["state"]!)" }
    }
    #expect(try Set(states()).isSuperset(of: ["bronze.orders_eu=warn", "bronze.orders_us=fresh", "gold.kpi=stale"]))
    #expect(try Set(states("--max-age", "2d")).isSuperset(of: ["bronze.orders_eu=warn", "gold.kpi=fresh"]))
  }

  @Test("runs have a summary, for each id where a name has several")
  func summaries() throws {
    let scratch = try CommandScratch()
    let one = try scratch.run("runs", "history.full", "--format", "json").object()
    let summary = try #require(one["summary"] as? [String: Any])
    #expect(summary["count"] as? Int == 4)
    #expect(summary["succeeded"] as? Int == 2)
    #expect(summary["median_duration_ms"] as? Int == 2000)
    #expect(summary["p95_duration_ms"] as? Int == 61000)
    let several = try scratch.run("runs", "drift.variants", "--format", "json").object()
    #expect(
      (several["summaries"] as? [[String: Any]])?.compactMap { $0["asset_id"] as? String } == ["cfg0", "cfg1", "cfg2"])
    #expect(several["summary"] == nil)
  }

  @Test("an asset that does not exist is a sentence and status 1", arguments: [["show"], ["runs"]])
  func noSuchAsset(command: [String]) throws {
    let scratch = try CommandScratch()
    for arguments in [["nope"], ["drift.variants", "nope"], ["drift.*"]] {
      let run = try scratch.run(command + arguments + ["--root", scratch.root.path])
      #expect(run.status == 1)
      #expect(run.output.isEmpty)
      #expect(
        run.errors.hasPrefix("asset-catalog: There is no asset 'd")
          || run.errors.hasPrefix("asset-catalog: There is no asset 'n"))
    }
  }

  @Test("an asset of which no file can be read is said to have problems", arguments: ["show", "runs"])
  func unreadableAsset(command: String) throws {
    let run = try CommandScratch().run(command, "hand.truncated", "a1")
    #expect(run.status == 0)
    #expect(run.output.contains(command == "show" ? "invalid_json" : "No runs are recorded."))
  }

  @Test("quiet leaves the rows and nothing else")
  func quiet() throws {
    let scratch = try CommandScratch()
    let list = try scratch.run("list", "--name", "gold.*", "--quiet")
    #expect(list.output.split(separator: "\n").count == 2)
    #expect(list.errors.isEmpty)
    for arguments in [["stale", "--max-age", "9999w", "--name", "gold.*"], ["reconcile"], ["reconcile", "--dry-run"]] {
      let run = try scratch.run(arguments + ["--quiet", "--root", scratch.root.path])
      #expect(run.status == 0)
      #expect(run.output.isEmpty && run.errors.isEmpty)
    }
  }

  @Test("a tree without assets is no error")
  func emptyTree() throws {
    let scratch = try CommandScratch()
    let root = scratch.folder.appending(path: "empty")
    try FileManager.default.createDirectory(
      at: root.appending(path: "_asset_metadata"), withIntermediateDirectories: true)
    for (arguments, sentence) in [
      (["list"], "There are no assets."), (["freshness"], "There are no assets."),
      (["stale"], "No asset is stale."), (["problems"], "No problems."),
      (["check"], "Tree and index agree."), (["artifacts"], "No artifacts are recorded."),
    ] {
      let run = try scratch.run(arguments + ["--root", root.path])
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.hasPrefix(sentence + "\n"))
    }
  }

  @Test("nothing found is status 0, with an empty list")
  func nothing() throws {
    let scratch = try CommandScratch()
    for arguments in [
      ["stale", "--max-age", "9999w", "--name", "gold.*"], ["failures", "--since", "1m"],
      ["drift", "--name", "gold.*"],
      ["artifacts", "nope"], ["artifacts", "--missing", "gold/kpi.json"],
    ] {
      let run = try scratch.run(
        arguments + ["--format", "json", "--root", scratch.root.path, "--now", CommandScratch.now])
      #expect(run.status == 0, "\(arguments)")
      #expect(try run.rows().isEmpty)
    }
  }
}

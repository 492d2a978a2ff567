import CatalogTestSupport
import Foundation
import ManifestModel
import Testing

/// Freshness under a policy file, asked through the program on trees.
@Suite("Freshness under a policy file")
struct FreshnessPolicyTests {
  static let minute: Int64 = 60_000_000
  /// Wednesday, 2026-11-25.
  static let day: Int64 = 1_795_564_800_000_000

  let scratch: CommandScratch
  let tree: ScratchTree

  init() throws {
    scratch = try CommandScratch()
    tree = try ScratchTree()
  }

  private func asset(_ name: String, _ last: Int64?, id: String = "a", artifacts: [String] = []) throws {
    var manifest = ManifestText(name: name, id: id, updatedAt: last ?? Self.day - 86_400_000_000)
    manifest.lastMaterialized = last
    manifest.lastArtifacts = artifacts
    try tree.write(manifest.text, to: .manifest(name, id))
  }

  private func run(_ name: String, _ run: String, at: Int64, _ status: String?, minutes: Int64 = 1) throws {
    var text = RunText(id: run, name: name, assetID: "a", startedAt: at)
    text.status = status
    text.durationMilliseconds = status == nil ? nil : minutes * 60_000
    if status == "success" { text.materialized = at + minutes * Self.minute }
    if status == "failed" { text.error = ("OperationalError", "could not connect") }
    try tree.write(text.text, to: .run(name, "a", run))
  }

  private func policy(_ text: String) throws { try tree.write(text, to: "freshness.yaml") }

  private func ask(_ arguments: [String], now: String, environment: [String: String] = [:]) throws -> CommandRun {
    let zones = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/policy/zoneinfo").standardizedFileURL.path
    return try scratch.run(
      arguments + ["--root", tree.root, "--now", now],
      environment: ["TZDIR": zones, "ASSET_CATALOG_INDEX": scratch.folder.path + "/policy.sqlite"]
        .merging(environment) { $1 })
  }

  private func row(_ name: String, now: String, _ extra: String...) throws -> [String: Any] {
    let run = try ask(["freshness", "--name", name, "--format", "json"] + extra, now: now)
    return try #require(try run.rows().first, "\(run.errors)")
  }

  @Test(
    "keeps deadlines as the worked examples have them",
    arguments: [
      ("2026-11-25T01:59:59.999999Z", "2026-11-25T07:15:00Z", "stale", "2026-11-25T07:15:00Z"),
      ("2026-11-25T02:00:00Z", "2026-11-25T09:00:00Z", "fresh", "2026-11-26T07:15:00Z"),
      ("2026-11-25T09:30:00Z", "2026-11-26T07:15:00Z", "stale", "2026-11-26T07:15:00Z"),
      ("2026-11-20T02:30:00Z", "2026-11-23T08:00:00Z", "stale", "2026-11-23T07:15:00Z"),
      ("2026-11-02T03:00:00Z", "2026-11-25T00:00:00Z", "stale", "2026-11-03T07:15:00Z"),
      ("2026-06-10T00:30:00Z", "2026-06-10T06:14:59Z", "warn", "2026-06-10T06:15:00Z"),
      ("2026-11-25T02:00:00Z", "2026-11-26T06:30:00Z", "warn", "2026-11-26T07:15:00Z"),
    ])
  func deadlines(last: String, now: String, state: String, end: String) throws {
    try policy(
      """
      timezone: Europe/London
      rules:
        - name: "gold.*"
          cron: "0 7 * * 1-5"
          window: 5h
          grace: 15m
          warn_before: 45m
      """)
    try asset("gold.revenue", try Timestamp.reading(last).microseconds)
    let row = try row("gold.*", now: now)
    #expect(row["state"] as? String == state)
    #expect(row["level"] as? String == ["stale": "error", "warn": "warn", "fresh": "ok"][state])
    #expect(row["demand"] as? String == "deadline")
    #expect(row[state == "stale" ? "stale_since" : "fresh_until"] as? String == end)
    #expect(row[state == "stale" ? "fresh_until" : "stale_since"] is NSNull)
    #expect(row["rule"] as? String == "gold.*")
    #expect(row["rule_line"] as? Int == 3)
    // How long this materialization is good for, so that age and maximum age still decide.
    let age = try #require(row["age_seconds"] as? Double)
    let maxAge = try #require(row["max_age_seconds"] as? Double)
    #expect((age >= maxAge) == (state == "stale"))
  }

  @Test("tells labels, what is ignored and why, and lets --by name take the newest id")
  func labels() throws {
    try policy(
      """
      owner: data
      rules:
        - {name: "tmp.*", ignore: true}
        - {name: "closed", max_age: 1h, paused_until: 2026-12-01, note: Closed in November.}
        - {name: "part.*", ids: newest, max_age: 1h}
        - {name: "gold", owner: finance, severity: critical, runbook: "https://wiki.example/gold"}
        - {name: "new", max_age: 1h, never: wait}
        - {name: "some", max_age: 1h, never: ignore}
        - {artifact: "out/*", max_age: 10m}
      """)
    let now = "2026-11-25T12:00:00Z"
    let noon = Self.day + 720 * Self.minute
    for name in ["tmp.a", "closed", "gold"] { try asset(name, noon - 120 * Self.minute) }
    try asset("part.x", noon - 30 * Self.minute, id: "1")
    try asset("part.x", noon - 120 * Self.minute, id: "2")
    try asset("file", noon - 20 * Self.minute, artifacts: ["out/file.csv"])
    try asset("new", nil)
    try run("new", "r1", at: noon - 30 * Self.minute, "failed")
    try asset("some", nil)
    func states(_ extra: String...) throws -> [String] {
      try ask(["freshness", "--format", "json"] + extra, now: now).rows().map {
        "\($0["asset_name"]!)/\($0["asset_id"]!) \($0["state"]!) \($0["level"]!) \($0["ignored_because"] as? String ?? "-")"
      }
    }
    #expect(
      try states() == [
        "new/a never ok -", "some/a never ok -", "closed/a ignored ok paused", "gold/a fresh ok -",
        "part.x/2 ignored ok superseded", "tmp.a/a ignored ok rule", "part.x/1 fresh ok -", "file/a stale error -",
      ])
    #expect(try states("--level", "error") == ["file/a stale error -"])
    #expect(try states("--owner", "finance", "--severity", "critical,low") == ["gold/a fresh ok -"])
    #expect(try states("--by", "name", "--name", "part.*") == ["part.x/1 fresh ok -"])
    #expect(try states("--state", "never,stale") == ["new/a never ok -", "some/a never ok -", "file/a stale error -"])
    let gold = try row("gold", now: now)
    #expect(gold["owner"] as? String == "finance")
    #expect(gold["severity"] as? String == "critical")
    #expect(gold["runbook"] as? String == "https://wiki.example/gold")
    #expect(gold["max_age_seconds"] as? Int == 86400)
    // What makes no demand of its own gives no rule.
    #expect(gold["rule"] is NSNull)
    #expect(try row("closed", now: now)["note"] as? String == "Closed in November.")
    // The time to wait is over.
    #expect(try row("new", now: "2026-11-25T12:30:00Z")["level"] as? String == "error")
    let status = try ask(["status", "--format", "json"], now: now).rows()[0]["assets_by_state"] as? [String: Int]
    #expect(status == ["fresh": 2, "warn": 0, "stale": 1, "never": 2, "unknown": 0, "ignored": 3])
  }

  @Test("tells why: runs that failed, that run, that never came back, or that nobody began")
  func reasons() throws {
    try policy("max_age: 1h\nmax_failures: {value: 2, level: error}\n")
    let noon = Self.day + 720 * Self.minute
    for name in ["failing", "running", "lost", "late"] {
      try asset(name, noon - 300 * Self.minute)
      try run(name, "r0", at: noon - 301 * Self.minute, "success")
    }
    for index in 1...3 { try run("failing", "r\(index)", at: noon - Int64(100 - index) * Self.minute, "failed") }
    try run("running", "r1", at: noon - 12 * Self.minute, nil)
    try run("lost", "r1", at: noon - 280 * Self.minute, nil)
    let now = "2026-11-25T12:00:00Z"
    let failing = try row("failing", now: now)
    #expect(failing["reason"] as? String == "failing")
    #expect(failing["consecutive_failures"] as? Int == 3)
    let failure = try #require(failing["last_failure"] as? [String: Any])
    #expect(failure["run_id"] as? String == "r3")
    #expect(failure["outcome"] as? String == "failed")
    #expect(failure["error"] as? String == "OperationalError: could not connect")
    #expect(failing["typical_duration_ms"] as? Int == 60_000)
    #expect(try row("running", now: now)["reason"] as? String == "running")
    #expect(try row("running", now: now)["running_since"] as? String == "2026-11-25T11:48:00Z")
    #expect(try row("late", now: now)["reason"] as? String == "not_started")
    #expect(try row("lost", now: now, "--running-window", "1h")["reason"] as? String == "lost")
    let table = try ask(["freshness", "--name", "failing"], now: now)
    #expect(table.output.contains("4h late, the last 3 runs failed: OperationalError: could not connect"))
  }

  @Test("checks what it names, and lets findings decide the level and the status")
  func findings() throws {
    let noon = Self.day + 720 * Self.minute
    try asset("a", noon - 10 * Self.minute)
    for index in 0..<9 { try run("a", "r\(index)", at: noon - Int64(600 - index) * Self.minute, "success") }
    try run("a", "s", at: noon - 60 * Self.minute, "success", minutes: 50)
    for (text, kind, level, status) in [
      ("slow: {deviations: 5, at_least: 1m}", "slow", "warn", 0 as Int32),
      ("max_duration: {value: 30m, level: error}", "overrun", "error", 1), ("max_duration: 1h", nil, "ok", 0),
    ] as [(String, String?, String, Int32)] {
      try policy(text + "\n")
      let run = try ask(["freshness", "--format", "json"], now: "2026-11-25T12:00:00Z")
      let row = try #require(try run.rows().first, "\(run.errors)")
      #expect(row["state"] as? String == "fresh")
      #expect(row["level"] as? String == level, "\(text)")
      #expect((row["findings"] as? [[String: Any]])?.first?["kind"] as? String == kind)
      #expect(run.status == status)
      #expect(
        try ask(["freshness", "--fail-on", "warn"], now: "2026-11-25T12:00:00Z").status == (level == "ok" ? 0 : 1))
      #expect(try ask(["freshness", "--fail-on", "none"], now: "2026-11-25T12:00:00Z").status == 0)
    }
  }

  @Test("is found where it is named, in the environment, or in the root, and can be left aside")
  func places() throws {
    try asset("a", Self.day)
    let now = "2026-11-25T12:00:00Z"
    func state(_ arguments: [String] = [], _ environment: [String: String] = [:]) throws -> String {
      let run = try ask(["freshness", "--format", "json"] + arguments, now: now, environment: environment)
      return run.status > 1 ? "\(run.status)" : try run.rows()[0]["state"] as? String ?? ""
    }
    #expect(try state() == "fresh")
    try policy("max_age: 1h\n")
    #expect(try state() == "stale")
    #expect(try state(["--no-policy"]) == "fresh")
    #expect(try state(["--max-age", "13h"]) == "fresh")
    let other = try scratch.file("other.yaml", "max_age: 20h\nwarn_after: 1h\n")
    #expect(try state([], ["ASSET_CATALOG_POLICY": other]) == "warn")
    #expect(try state(["--policy", other], ["ASSET_CATALOG_POLICY": "/nowhere"]) == "warn")
    #expect(try state(["--policy", other, "--no-policy"]) == "64")
    #expect(try ask(["stale"], now: now).status == 1)
    // The age alone is asked about, whatever the file says.
    #expect(try ask(["stale", "--max-age", "13h"], now: now).status == 0)
    try tree.write("{}", to: "freshness.json")
    #expect(try state() == "65")
    #expect(try state(["--no-policy"]) == "fresh")
  }

  @Test("with faults tells each of them with its place, on standard error")
  func faults() throws {
    try asset("a", Self.day)
    try policy("max_agee: 1h\nrules:\n  - {name: b, max_age: soon}\n")
    let run = try ask(["stale"], now: "2026-11-25T12:00:00Z")
    #expect(run.status == 65)
    #expect(run.output.isEmpty)
    let path = tree.root + "/freshness.yaml"
    #expect(run.errors.contains("\(path):1:1: 'max_agee'"))
    #expect(run.errors.contains("\(path):3:24: "), "\(run.errors)")
  }

  @Test("gives the same bytes whenever it is asked for one time", arguments: ["json", "csv", "table"])
  func sameBytes(format: String) throws {
    try policy("max_age: 1h\nmax_failures: 1\n")
    try asset("a", Self.day)
    try run("a", "r1", at: Self.day + 10 * Self.minute, "failed")
    let arguments = ["freshness", "--no-reconcile", "--format", format]
    _ = try ask(["reconcile"], now: "2026-11-25T12:00:00Z")
    let first = try ask(arguments, now: "2026-11-25T12:00:00Z").output
    #expect(try ask(arguments, now: "2026-11-25T12:00:00Z").output == first)
    #expect(first.contains("could not connect"))
  }
}

extension Timestamp {
  /// The time of an example.
  fileprivate static func reading(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }
}

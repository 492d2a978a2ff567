import Foundation
import Testing

@Suite("Policies, from the command line")
struct PolicyCommandTests {
  /// The zone files that the tests carry with them.
  static let zones = [
    "TZDIR": URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/policy/zoneinfo").standardizedFileURL.path
  ]

  private func run(_ scratch: CommandScratch, _ arguments: String...) throws -> CommandRun {
    try scratch.run(
      arguments + ["--root", scratch.root.path, "--now", "2026-11-25T08:00:00Z"], environment: Self.zones)
  }

  @Test("ticks of a line are shown in UTC and on the wall, with what a change of clocks did to them")
  func ticks() throws {
    let scratch = try CommandScratch()
    let spring = try run(
      scratch, "policy", "ticks", "30 1 * * *", "--timezone", "Europe/London", "--from", "2026-03-28", "--count", "3",
      "--format", "json")
    #expect(spring.status == 0)
    let rows = try spring.rows()
    #expect(
      rows.map { $0["tick"] as? String } == ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])
    #expect(
      rows.map { $0["local"] as? String }
        == ["2026-03-28T01:30:00+00:00", "2026-03-29T02:00:00+01:00", "2026-03-30T01:30:00+01:00"])
    #expect(rows.map { $0["note"] as? String } == [nil, "moved", nil])
    #expect(rows.map { $0["gap_seconds"] as? Int } == [nil, 84_600, 84_600])

    let autumn = try run(
      scratch, "policy", "ticks", "0 * * * *", "--timezone", "Europe/London", "--from", "2026-10-24T23:30:00Z",
      "--count", "3",
      "--format", "json")
    #expect(try autumn.rows().map { $0["note"] as? String } == ["first", "again", nil])
    // A line that does not follow the clock ticks at the first of both only.
    let once = try run(
      scratch, "policy", "ticks", "30 1 * * *", "--timezone", "Europe/London", "--from", "2026-10-24T23:30:00Z",
      "--count", "2",
      "--format", "json")
    #expect(try once.rows().map { $0["tick"] as? String } == ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])
    #expect(try once.rows().map { $0["note"] as? String } == ["first", nil])
  }

  @Test("ten ticks after now are shown in UTC where nobody says otherwise")
  func defaults() throws {
    let rows = try run(try CommandScratch(), "policy", "ticks", "0 7 * * 1-5", "--format", "json").rows()
    #expect(rows.count == 10)
    #expect(rows.first?["tick"] as? String == "2026-11-26T07:00:00Z")
    #expect(rows.first?["local"] as? String == "2026-11-26T07:00:00+00:00")
  }

  @Test(
    "a line or a zone that does not exist is refused with what to write",
    arguments: [
      (["5/15 * * * *"], 65, "write 5-59/15"),
      (["0 7 * * *", "--timezone", "Europe/Londn"], 65, "did you mean 'Europe/London'?"),
      (["0 7 * * *", "--count", "0"], 64, "from 1 to 100000"), (["0 7 * * *", "--from", "soon"], 65, "--from"),
    ] as [([String], Int32, String)])
  func refused(arguments: [String], status: Int32, hint: String) throws {
    let scratch = try CommandScratch()
    let run = try scratch.run(
      ["policy", "ticks"] + arguments + ["--root", scratch.root.path], environment: Self.zones)
    #expect(run.status == status)
    #expect(run.errors.contains(hint), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test("a file is checked: what each rule matches and decides, and its next tick")
  func check() throws {
    let scratch = try CommandScratch(.copy)
    let path = try scratch.file(
      "storage/freshness.yaml",
      """
      rules:
        - name: "gold.*"
          cron: "0 7 * * 1-5"
          timezone: Europe/London
          grace: 15m
        - artifact: "gold/*"
          owner: finance
      """)
    let run = try run(scratch, "policy", "check", "--format", "json")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(try run.object()["policy"] as? String == path)
    let rows = try run.rows()
    #expect(rows.map { $0["rule"] as? String } == ["gold.*", "gold/*", "all others"])
    #expect(rows.map { $0["line"] as? Int } == [2, 6, nil])
    #expect(rows[0]["next_tick_local"] as? String == "2026-11-26T07:00:00+00:00")
    #expect(rows[0]["decided"] as? Int == rows[0]["matched"] as? Int)
    #expect(rows[1]["decided"] is NSNull)
    #expect(try #require(rows[1]["matched"] as? Int) > 0)
    let all = try scratch.run(["list", "--format", "json", "--root", scratch.root.path]).rows().count
    #expect((rows[0]["decided"] as? Int ?? 0) + (rows[2]["decided"] as? Int ?? 0) == all)
  }

  @Test("warnings are printed after the rules, and end with 1")
  func warnings() throws {
    let scratch = try CommandScratch()
    let path = try scratch.file("p.yaml", "rules:\n  - name: \"nothing.*\"\n    max_age: 1h\n")
    let run = try run(scratch, "policy", "check", "--policy", path)
    #expect(run.status == 1)
    #expect(
      run.output.hasSuffix("\(path):2:5: the rule 'nothing.*' matches no asset; correct its pattern, or remove it\n"))
  }

  @Test("faults are printed on standard output, all of them, and end with 65")
  func faults() throws {
    let scratch = try CommandScratch()
    let path = try scratch.file("p.yaml", "max_agee: 1h\nrules:\n  - name: a\n    max_age: 1\n")
    let run = try run(scratch, "policy", "check", "--policy", path)
    #expect(run.status == 65)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("\(path):1:1: 'max_agee' means nothing in the policy; did you mean 'max_age'? "))
    #expect(lines[1] == "\(path):4:14: in 'max_age', '1' has no unit; write 1s, 1m, 1h or 1d")
    #expect(run.errors.isEmpty)
  }

  @Test(
    "the file is the one that is named, else that of the environment, else that of the root; two there are one too many"
  )
  func places() throws {
    let scratch = try CommandScratch(.copy)
    func check(_ extra: [String] = [], _ environment: [String: String] = [:]) throws -> CommandRun {
      try scratch.run(
        ["policy", "check", "--format", "json", "--root", scratch.root.path] + extra,
        environment: Self.zones.merging(environment) { $1 })
    }
    let none = try check()
    #expect(none.status == 65)
    #expect(none.errors.contains("write freshness.yaml there"))
    let json = try scratch.file("storage/freshness.json", "{\"max_age\": \"1h\"}")
    #expect(try check().object()["policy"] as? String == json)
    let other = try scratch.file("other.yaml", "max_age: 2h")
    #expect(try check([], ["ASSET_CATALOG_POLICY": other]).object()["policy"] as? String == other)
    let named = try scratch.file("named.yaml", "max_age: 3h")
    #expect(try check(["--policy", named], ["ASSET_CATALOG_POLICY": other]).object()["policy"] as? String == named)
    _ = try scratch.file("storage/freshness.yaml", "max_age: 1h")
    let both = try check()
    #expect(both.status == 65)
    #expect(both.errors.contains("remove one"))
  }

  @Test("a file can be checked where there is no tree")
  func withoutTree() throws {
    let scratch = try CommandScratch()
    let path = try scratch.file("p.yaml", "max_age: 1h")
    let run = try scratch.run(
      ["policy", "check", "--policy", path, "--root", scratch.folder.path + "/none", "--format", "json"],
      environment: Self.zones)
    #expect(run.status == 0)
    #expect(try run.rows().first?["matched"] is NSNull)
  }

  @Test(
    "what a file holds does nothing to the terminal that is told of its faults",
    arguments: [
      #"cron: "\e[31m0 0 7 * * *""#, "cron: \"\u{202E}0 0 7 * * *\"", "name: &\u{85}a\u{202E}b", "\u{2066}: 1",
      "max_age: \u{202E}1h", #"cron: "@every \e]0;x\a""#, #"timezone: "\x9b31m""#,
    ])
  func hostile(line: String) throws {
    let scratch = try CommandScratch()
    let path = try scratch.file("p.yaml", "rules:\n  - \(line)\n")
    let run = try run(scratch, "policy", "check", "--policy", path)
    #expect(run.status == 65)
    #expect(run.output.contains("p.yaml:"))
    #expect(!run.output.unicodeScalars.contains { isHazardous($0) && $0 != "\n" })
    let question = try self.run(scratch, "freshness", "--policy", path)
    #expect(question.status == 65)
    #expect(!question.errors.unicodeScalars.contains { isHazardous($0) && $0 != "\n" })
  }
}

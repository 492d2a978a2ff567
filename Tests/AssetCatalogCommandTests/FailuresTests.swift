import CatalogTestSupport
import Foundation
import ManifestModel
import Testing

/// What `failures` tells whoever polls it.
@Suite struct FailuresTests {
  private let tree: ScratchTree
  private let scratch: CommandScratch
  private static let hour: Int64 = 3_600_000_000

  init() throws {
    tree = try ScratchTree()
    scratch = try CommandScratch()
    try tree.makeFolder(.metadata)
  }

  private func write(_ run: String, started: Int64, failed: Bool = false, materialized: Int64? = nil) throws {
    var text = RunText(id: run, name: "n", assetID: "a", startedAt: TreeModel.noon + started)
    if failed {
      text.status = "failed"
      text.error = ("ValueError", "bad \(run)")
      text.durationMilliseconds = 1000
    }
    text.materialized = materialized.map { TreeModel.noon + $0 }
    if materialized != nil { text.durationMilliseconds = 1000 }
    try tree.write(text.text, to: .run("n", "a", run))
  }

  private func failures(at time: Int64 = 0, _ arguments: String...) throws -> CommandRun {
    let now = Timestamp(microseconds: TreeModel.noon + time).description
    return try scratch.run(["failures", "--root", tree.root, "--now", now] + arguments)
  }

  private func runs(_ run: CommandRun) throws -> [String] {
    try run.rows().map { "\($0["run_id"]!) \($0["outcome"]!)" }
  }

  @Test("every answer says how many runs have not ended and when the oldest of them began")
  func unfinished() throws {
    try write("r1", started: -2 * Self.hour)
    try write("r2", started: -5_000_000)
    let table = try failures()
    #expect(table.status == 0)
    #expect(
      table.output.hasPrefix(
        "No run failed since 2026-11-22T12:00:00Z. 2 runs have not ended; the oldest began 2h ago.\n"))
    let object = try failures(at: 0, "--format", "json").object()
    #expect(object["unfinished_runs"] as? Int == 2)
    #expect(object["oldest_unfinished_started_at"] as? String == "2026-11-23T10:00:00Z")
    // Rows alone have no room for it.
    for format in ["csv", "ndjson"] {
      let run = try failures(at: 0, "--format", format)
      #expect(run.errors.contains("2 runs have not ended; the oldest began 2h ago."))
    }
    // They are listed when they are asked for, and are no failures.
    let listed = try failures(at: 0, "--unfinished", "--format", "json")
    #expect(listed.status == 0)
    #expect(try runs(listed) == ["r2 running", "r1 running"])
    #expect(try listed.rows().allSatisfy { $0["failed_at"] is NSNull })
  }

  @Test("a run that never came back is told of by the first answer after it was given up")
  func givenUp() throws {
    try write("r1", started: 0)
    #expect(try failures(at: 24 * Self.hour - 1, "--since", "1h").status == 0)
    let run = try failures(at: 24 * Self.hour, "--since", "1h", "--format", "json")
    #expect(try runs(run) == ["r1 interrupted"])
    #expect(try run.rows()[0]["failed_at"] as? String == "2026-11-24T12:00:00Z")
    #expect(try run.rows()[0]["started_at"] as? String == "2026-11-23T12:00:00Z")
    // With a window of its own it is given up earlier.
    let early = try failures(at: 2 * Self.hour, "--since", "1h", "--running-window", "90m", "--format", "json")
    #expect(try runs(early) == ["r1 interrupted"])
  }

  @Test("unresolved are the failures after which their asset has not succeeded")
  func unresolved() throws {
    try write("r1", started: -3 * Self.hour, failed: true)
    #expect(try runs(failures(at: 0, "--unresolved", "--format", "json")) == ["r1 failed"])
    try write("r2", started: -2 * Self.hour, materialized: -2 * Self.hour + 1_000_000)
    let resolved = try failures(at: 0, "--unresolved")
    #expect(resolved.status == 0)
    #expect(try failures().status == 1)
    try write("r3", started: -Self.hour, failed: true)
    #expect(try runs(failures(at: 0, "--unresolved", "--format", "json")) == ["r3 failed"])
  }

  @Test("with a cursor file each failure comes once, however late its file came")
  func cursor() throws {
    let cursor = scratch.folder.appending(path: "cursor").path
    try write("old", started: -100 * Self.hour, failed: true)
    try write("r1", started: -2 * Self.hour, failed: true)
    #expect(try runs(failures(at: 0, "--cursor-file", cursor, "--format", "json")) == ["r1 failed"])
    let again = try failures(at: 0, "--cursor-file", cursor)
    #expect(again.status == 0)
    #expect(again.output.hasPrefix("No run failed since the last answer. "))
    // Recorded now, but long over: any window would miss it.
    try write("late", started: -90 * Self.hour, failed: true)
    try write("r2", started: -Self.hour, failed: true)
    // What the limit leaves out comes next time.
    let first = try failures(at: 0, "--cursor-file", cursor, "--limit", "1", "--format", "ndjson")
    #expect(first.output.contains("\"r2\"") && !first.output.contains("\"late\""))
    #expect(try runs(failures(at: 0, "--cursor-file", cursor, "--format", "json")) == ["late failed"])
    #expect(try failures(at: 0, "--cursor-file", cursor).status == 0)
    // One that begins again under its id can fail again.
    try write("r2", started: -Self.hour / 2, failed: true)
    #expect(try runs(failures(at: 0, "--cursor-file", cursor, "--format", "json")) == ["r2 failed"])
  }

  @Test("a cursor file is replaced after the answer was written, and no other file is")
  func cursorFiles() throws {
    try write("r1", started: -Self.hour, failed: true)
    let cursor = scratch.folder.appending(path: "cursor").path
    // Nobody reads the answer: the next one has it once more.
    let full = try scratch.run(
      ["failures", "--root", tree.root, "--now", "2026-11-23T12:00:00Z", "--cursor-file", cursor],
      outputPath: "/dev/full")
    #expect(full.status == 74)
    #expect(!FileManager.default.fileExists(atPath: cursor))
    #expect(try failures(at: 0, "--cursor-file", cursor).status == 1)

    let foreign = try scratch.file("notes.txt", "mine\n")
    let refused = try failures(at: 0, "--cursor-file", foreign)
    #expect(refused.status == 65)
    #expect(refused.errors.contains("is no cursor file"))
    #expect(try String(contentsOfFile: foreign, encoding: .utf8) == "mine\n")
    let damaged = try scratch.file("damaged", "asset-catalog failures cursor 1\nzz\n")
    #expect(try failures(at: 0, "--cursor-file", damaged).status == 65)
    let link = scratch.folder.appending(path: "link").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: cursor)
    #expect(try failures(at: 0, "--cursor-file", link).status == 73)
    #expect(try failures(at: 0, "--cursor-file", "/nowhere/cursor").status == 73)
  }

  @Test("a run that takes longer than its asset's own past allows is listed at once, without configuration")
  func overrun() throws {
    for number in 1...8 {
      try write("p\(number)", started: -Int64(number) * Self.hour, materialized: -Int64(number) * Self.hour + 1_000_000)
    }
    try write("slow", started: -121_000_000)
    // All took a second: more than a minute above that is too long.
    let run = try failures(at: 0, "--since", "5m", "--format", "json")
    #expect(run.status == 1)
    #expect(try runs(run) == ["slow overrun"])
    #expect(try run.rows()[0]["failed_at"] as? String == "2026-11-23T11:59:00Z")
    #expect(try failures(at: -61_000_000, "--since", "5m").status == 0)
    try write("slow", started: -121_000_000, materialized: -1)
    #expect(try failures(at: 0, "--since", "5m").status == 0)
  }

  @Test("a run that cannot be read may have failed, and is no reason to say that none did")
  func unreadable() throws {
    try write("r1", started: -Self.hour, materialized: -1)
    try tree.makeFolder(.runFolder("n", "a", "r2"))
    try tree.makePipe(.run("n", "a", "r2"))
    let cursor = scratch.folder.appending(path: "cursor").path
    for arguments in [[], ["--cursor-file", cursor]] {
      let run = try scratch.run(["failures", "--root", tree.root, "--since", "1h"] + arguments)
      #expect(run.status == 1)
      #expect(run.errors.contains("1 run cannot be read and may have failed"))
    }
    let again = try scratch.run(["failures", "--root", tree.root, "--cursor-file", cursor, "--format", "json"])
    #expect(again.status == 0)
    #expect(try again.object()["unreadable_runs"] as? Int == 1)
  }

  @Test("a run that failed and begins again is running, can fail again, and is told of again")
  func again() throws {
    let cursor = scratch.folder.appending(path: "cursor").path
    func run(_ arguments: String...) throws -> CommandRun { try scratch.run(arguments + ["--root", tree.root]) }
    let asset = ["--name", "n", "--id", "a", "--run", "r1", "--root", tree.root]
    #expect(try scratch.run(["record", "failure", "--error", "one"] + asset).status == 0)
    #expect(try run("failures", "--cursor-file", cursor).output.contains("one"))
    #expect(try scratch.run(["record", "start", "--heartbeat", "60s"] + asset).status == 0)
    #expect(try runs(run("runs", "n", "--format", "json")) == ["r1 running"])
    #expect(try run("runs", "n", "--format", "json").rows()[0]["error"] is NSNull)
    let quiet = try run("failures", "--cursor-file", cursor, "--format", "json")
    #expect(quiet.status == 0)
    #expect(try quiet.object()["unfinished_runs"] as? Int == 1)
    let exec = ["exec", "--name", "n", "--id", "a", "--if-running", "fail", "--root", tree.root, "--", "true"]
    #expect(try scratch.run(exec).status == 75)
    #expect(try scratch.run(["record", "failure", "--error", "two"] + asset).status == 0)
    #expect(try run("failures", "--cursor-file", cursor).output.contains("two"))
  }
}

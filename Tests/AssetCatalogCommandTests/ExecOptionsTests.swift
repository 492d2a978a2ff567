import Foundation
import Glibc
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("The options of exec")
struct ExecOptionsTests {
  private let scratch: CommandScratch

  init() throws {
    scratch = try CommandScratch(.copy)
  }

  private func exec(_ script: String, _ options: String..., run: String = "r1") throws -> CommandRun {
    try scratch.run(words(script, options, run: run))
  }

  private func words(_ script: String, _ options: [String], run: String) -> [String] {
    ["exec", "--root", scratch.root.path, "--name", "job", "--id", "1", "--run", run] + options
      + ["--", "sh", "-c", script]
  }

  private func recorded(_ run: String = "r1") throws -> RunMetadata {
    let url = scratch.metadata.appending(path: "asset_name=job/asset_id=1/asset_run_id=\(run)/metadata.json")
    return try ManifestCodec.decodeRunMetadata([UInt8](Data(contentsOf: url)))
  }

  private func isThere(_ run: String) -> Bool { (try? recorded(run)) != nil }

  // MARK: Time

  @Test("asks a command to end in time, whatever its status is then, and records that")
  func timeout() throws {
    let run = try exec("trap 'echo bye >&2; exit 0' TERM; while :; do sleep 0.05; done", "--timeout", "2s")
    #expect(run.status == 124)
    #expect(run.errors == "bye\nasset-catalog: The command had not ended after 2s and was stopped.\n")
    #expect(try recorded().error?.type == "Timeout")
    #expect(try recorded().error?.message == "no end after 2s: bye")
    #expect(try recorded().materialized == nil)
  }

  @Test("kills a command that does not end when it is asked to")
  func killed() throws {
    let run = try exec("trap '' TERM; while :; do sleep 0.05; done", "--timeout", "2s", "--kill-after", "100ms")
    #expect(run.status == 137)
    #expect(try recorded().error?.message == "no end after 2s, killed")
  }

  @Test("lets a command that ends in time be, and takes 0 for no limit", arguments: ["1h", "0s"])
  func inTime(limit: String) throws {
    #expect(try exec("sleep 0.1; exit 7", "--timeout", limit).status == 7)
    #expect(try recorded().error?.type == "ExitStatus")
  }

  @Test(
    "refuses options that make no sense",
    arguments: [
      (["--kill-after", "1s"], 64), (["--timeout", "soon"], 65), (["--heartbeat", "0.5s"], 65),
      (["--heartbeat", "often"], 65), (["--if-running", "perhaps"], 64), (["--require-artifacts"], 64),
    ] as [([String], Int32)])
  func refused(options: [String], status: Int32) throws {
    let run = try scratch.run(words("echo ran", options, run: "r1"))
    #expect(run.status == status)
    #expect(run.output == "")
  }

  // MARK: Heartbeats

  @Test("says from the beginning on that the run is alive, and again and again, until it ends")
  func heartbeats() throws {
    let file = scratch.metadata.appending(path: "asset_name=job/asset_id=1/asset_run_id=r1/metadata.json").path
    // The command ends once its run has been heard of a second time.
    let run = try exec(
      """
      beat() { grep -o 'heartbeat_at.*' '\(file)'; }
      first=$(beat); grep -o 'heartbeat_seconds.*' '\(file)'
      n=0; while [ "$(beat)" = "$first" ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done; [ $n -lt 600 ]
      """, "--heartbeat", "1s")
    #expect(run.status == 0)
    #expect(run.output == "heartbeat_seconds\": 1\n")
    #expect(try recorded().heartbeatAt == nil)
    #expect(try exec("grep -c heartbeat '\(file)2'", "--heartbeat", "none").output == "")
  }

  // MARK: Runs at once

  @Test("skips or fails while another run is under way, and runs when it has ended")
  func ifRunning() throws {
    #expect(try scratch.run("record", "start", "--name", "job", "--id", "1", "--run", "other").status == 0)
    let now = ["--now", "2026-11-23T21:00:00Z"]
    let skipped = try scratch.run(words("echo ran", ["--if-running", "skip"] + now, run: "r1"))
    #expect(skipped.status == 0)
    #expect(skipped.output == "")
    #expect(skipped.errors.contains("The command was not run"))
    #expect(skipped.errors.contains("the run other"))
    let failed = try scratch.run(words("echo ran", ["--if-running", "fail"] + now, run: "r1"))
    #expect(failed.status == 75)
    #expect(failed.output == "")
    #expect(!isThere("r1"))
    // Beside it.
    #expect(try scratch.run(words("echo ran", now, run: "r0")).output == "ran\n")
    // A run that began later has ended, and the other one sends no heartbeats.
    #expect(try scratch.run(words("echo ran", ["--if-running", "fail"] + now, run: "r1")).output == "ran\n")
  }

  @Test("waits for the end of the other run, or of its time")
  func waits() throws {
    let script = "echo begun; cat '\(scratch.folder.path)/go'; exit 0"
    try #require(mkfifo(scratch.folder.appending(path: "go").path, 0o600) == 0)
    let program = try CommandScratch.program()
    let first = try SpawnedProgram(
      .group, [program] + words(script, [], run: "first"), environment: scratch.environment)
    try first.expect("begun")
    let second = try SpawnedProgram(
      .group, [program] + words("echo ran", ["--if-running", "wait"], run: "second"), environment: scratch.environment)
    let third = try SpawnedProgram(
      .group, [program] + words("echo ran", ["--if-running", "wait"], run: "third"), environment: scratch.environment)
    usleep(300_000)
    #expect(!isThere("second") && !isThere("third"))
    kill(third.process, SIGTERM)
    #expect(try third.wait() == .signalled(SIGTERM))
    try Data().write(to: scratch.folder.appending(path: "go"))
    #expect(try first.wait() == .exited(0))
    try second.expect("ran")
    #expect(try second.wait() == .exited(0))
    #expect(!isThere("third"))
  }

  @Test("lets one of many that begin at once run")
  func race() throws {
    try #require(mkfifo(scratch.folder.appending(path: "go").path, 0o600) == 0)
    let program = try CommandScratch.program()
    let script = "echo ran >> '\(scratch.folder.path)/ran'; cat '\(scratch.folder.path)/go'"
    let runs = try (0..<8).map { number in
      try SpawnedProgram(
        .group, [program] + words(script, ["--if-running", "fail"], run: "r\(number)"), environment: scratch.environment
      )
    }
    // All but one have ended before that one may.
    let deadline = ContinuousClock.now + .seconds(60)
    func hasEnded(_ run: SpawnedProgram) -> Bool {
      (try? String(contentsOfFile: "/proc/\(run.process)/stat", encoding: .utf8))?.contains(") Z") ?? true
    }
    while runs.filter(hasEnded).count < 7, ContinuousClock.now < deadline { usleep(10_000) }
    try Data().write(to: scratch.folder.appending(path: "go"))
    let ends = try runs.map { try $0.wait() }
    #expect(ends.filter { $0 == .exited(0) }.count == 1)
    #expect(ends.filter { $0 == .exited(75) }.count == 7)
    #expect(try String(contentsOf: scratch.folder.appending(path: "ran"), encoding: .utf8) == "ran\n")
  }

  // MARK: Artifacts

  @Test("requires that each artifact is there and was written, or says that it was not")
  func artifacts() throws {
    let folder = scratch.root.appending(path: "made")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("1".utf8).write(to: folder.appending(path: "old.csv"))
    let old = ["--artifact", "made/old.csv"]
    func run(_ script: String, _ options: [String]) throws -> CommandRun {
      try scratch.run(words(script, options, run: UUID().uuidString))
    }
    let warned = try run("true", old + ["--artifact", "made/none.csv"])
    #expect(warned.status == 0)
    #expect(
      warned.errors == """
        asset-catalog: The command succeeded, but 'made/old.csv' was not written.
        asset-catalog: The command succeeded, but 'made/none.csv' is missing.

        """)
    let required = old + ["--require-artifacts"]
    #expect(try run("true", required).status == 1)
    #expect(try run("exit 5", required).status == 5)
    for script in ["touch", "echo 2 >", "rm"] {
      let made =
        script == "rm"
        ? "rm \(folder.path)/old.csv; echo 1 > \(folder.path)/old.csv" : "\(script) \(folder.path)/old.csv"
      let touched = try run(made, required)
      #expect(touched.status == 0)
      #expect(touched.errors == "")
    }
    // A folder is written when anything in it is.
    let whole = ["--artifact", "made", "--require-artifacts"]
    #expect(try run("true", whole).status == 1)
    #expect(try run("echo 3 > \(folder.path)/old.csv", whole).status == 0)
    let missing = try exec("true", "--artifact", "made/none.csv", "--require-artifacts")
    #expect(missing.status == 1)
    #expect(try recorded().status == .failed)
    #expect(try recorded().error == RunError(type: "MissingArtifact", message: "'made/none.csv' is missing"))
  }
}

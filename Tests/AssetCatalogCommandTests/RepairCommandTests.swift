import CatalogTestSupport
import Foundation
import Glibc
import ManifestModel
import Testing

/// `repair` and `prune` as processes, on trees that `record` made.
@Suite("repair and prune")
struct RepairCommandTests {
  private static let day = 86_400

  private func manifestPath(_ name: String, in scratch: RecordingScratch) -> String {
    "\(scratch.root)/_asset_metadata/asset_name=\(name)/asset_id=a1/manifest.json"
  }

  private func record(_ name: String, _ run: String, _ day: Int, in scratch: RecordingScratch, fails: Bool = false)
    throws
  {
    let date = "2026-0\(1 + day / 28)-\(10 + day % 18)"
    let end =
      fails
      ? ["failure", "--error", "boom", "--duration", "60s"]
      : ["success", "--materialized", "\(date)T01:00:00Z", "--artifact", "bronze/\(name).csv"]
    try scratch.run(
      ["record"] + end + ["--name", name, "--id", "a1", "--run", run, "--started", "\(date)T00:00:00Z"])
  }

  /// Waits until a manifest that does not parse is old enough for a repair to judge it; nobody can set its change time.
  private func awaitSettled(_ name: String, in scratch: RecordingScratch) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try scratch.run("repair", name, "--dry-run", status: nil).status == 75 {
      try #require(ContinuousClock.now < deadline, "\(name) is never old enough")
      usleep(100_000)
    }
  }

  @Test("repair shows old and new, writes, and finds nothing a second time")
  func shows() throws {
    let scratch = try RecordingScratch()
    try record("n", "r1", 0, in: scratch)
    let former = try Data(contentsOf: URL(filePath: manifestPath("n", in: scratch)))
    try record("n", "r2", 1, in: scratch)
    let whole = try Data(contentsOf: URL(filePath: manifestPath("n", in: scratch)))
    try former.write(to: URL(filePath: manifestPath("n", in: scratch)))
    try record("m", "r1", 0, in: scratch)
    try FileManager.default.removeItem(atPath: manifestPath("m", in: scratch))

    let plan = try scratch.run("repair", "--dry-run", "--format", "json", status: 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(plan.output.utf8)) as? [String: Any])
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.map { $0["asset_name"] as? String } == ["m", "n"])
    #expect(rows.map { $0["asset_id"] as? String } == ["a1", "a1"])
    #expect(rows.map { $0["reason"] as? String } == ["missing", "behind"])
    #expect(rows.map { $0["written"] as? Bool } == [false, false])
    #expect(rows[0]["before"] is NSNull)
    let (before, after) = (
      try #require(rows[1]["before"] as? [String: Any]), try #require(rows[1]["after"] as? [String: Any])
    )
    #expect(before["last_run_id"] as? String == "r1")
    #expect(after["last_run_id"] as? String == "r2")
    #expect(after["last_status"] as? String == "success")
    #expect(after["last_artifacts"] as? [String] == ["bronze/n.csv"])
    #expect(try Data(contentsOf: URL(filePath: manifestPath("n", in: scratch))) == former)

    let table = try scratch.run("repair", "n", "a1", "--dry-run", status: 1).output
    #expect(table.contains("last_run_id: r1 -> r2"))
    #expect(table.contains("A dry run: nothing was changed."))
    #expect(try scratch.run("repair").output.contains("2 manifests repaired."))
    // What the record wrote, but for the time of writing, which is the end of the run now.
    let repaired = try Data(contentsOf: URL(filePath: manifestPath("n", in: scratch)))
    let lines = { (data: Data) in
      String(decoding: data, as: UTF8.self).split(separator: "\n").filter { !$0.contains("updated_at") }
    }
    #expect(lines(repaired) == lines(whole))
    #expect(try scratch.run("repair").output == "Nothing to repair.\n")
    #expect(try scratch.run("repair", "--dry-run").status == 0)
    #expect(scratch.drafts.isEmpty)
  }

  @Test("what cannot be repaired is named, decides the status, and keeps nothing else from being repaired")
  func statuses() throws {
    let scratch = try RecordingScratch()
    let deep = String(repeating: "[", count: 3_000) + String(repeating: "]", count: 3_000)
    let damage: [(name: String, text: String, status: Int32)] = [
      ("deep", #"{"asset_name": "deep", "asset_id": "a1", "x": \#(deep)}"#, 73), ("torn", "{\"asset_name\": ", 0),
      ("fresh", "{", 75), ("zero", "", 0), ("array", "[]", 0), ("norun", "{", 65),
    ]
    for (name, text, _) in damage {
      if name != "norun" { try record(name, "r1", 0, in: scratch) }
      let folder = URL(filePath: manifestPath(name, in: scratch)).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      if name != "fresh" { try Data(text.utf8).write(to: URL(filePath: manifestPath(name, in: scratch))) }
    }
    /// Makes a file that might still be written.
    func refresh() throws { try Data("{".utf8).write(to: URL(filePath: manifestPath("fresh", in: scratch))) }
    for (name, text, status) in damage {
      if name == "fresh" { try refresh() } else { try awaitSettled(name, in: scratch) }
      let run = try scratch.run("repair", name, "--dry-run", status: status == 0 ? 1 : status)
      #expect(run.errors.contains("asset_name=\(name)/") == (status != 0))
      let path = manifestPath(name, in: scratch)
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(text.utf8))
    }
    // The first that could not be: deep comes before fresh and norun.
    try refresh()
    let run = try scratch.run("repair", "--format", "ndjson", status: 73)
    #expect(run.output.split(separator: "\n").count == 3)
    #expect(run.errors.contains("1000 levels"))
    // All three are named, not only the first.
    #expect(run.errors.split(separator: "\n").count == 3)
    #expect(try scratch.run("repair", "--name", "t*", "--name", "[az]*").status == 0)
    // What is left is wrong still, so that there is something to repair.
    try refresh()
    #expect(try scratch.run("repair", status: 73).output == "No manifest was repaired.\n")
    #expect(try scratch.run("repair", "--dry-run", status: 73).output == "No manifest can be repaired.\n")
    try scratch.run("repair", "nope", status: 1)
    try scratch.run("repair", "--name", "nope*", status: 1)
    try scratch.run("repair", "n", "--name", "n", status: 64)
    try scratch.run("repair", "--name", "[", status: 64)
  }

  @Test("prune lists, and removes only with --delete")
  func prunes() throws {
    let scratch = try RecordingScratch()
    for day in 0..<6 { try record("n", "r\(day)", day, in: scratch) }
    try record("n", "r6", 6, in: scratch, fails: true)
    let list = try scratch.run("prune", "--keep-last", "3", "--format", "json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any])
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.map { $0["run_id"] as? String } == ["r0", "r1", "r2", "r3"])
    #expect(rows[0]["path"] as? String == "_asset_metadata/asset_name=n/asset_id=a1/asset_run_id=r0")
    #expect(rows[0]["started_at"] as? String == "2026-01-10T00:00:00Z")
    #expect(rows[0]["outcome"] as? String == "succeeded")
    #expect(rows[0]["removed"] as? Bool == false)
    #expect((rows[0]["bytes"] as? Int ?? 0) > 100)
    #expect(scratch.files().count == 8)
    try scratch.run("prune", "--keep-last", "3", "--keep-within", "10000d", "--delete")
    #expect(scratch.files().count == 8)
    #expect(try scratch.run("prune", "--keep-last", "3", "--delete").output.contains("4 runs removed."))
    #expect(scratch.files().count == 4)
    // The failure and the success before it stay.
    try scratch.run("prune", "--keep-last", "0", "--delete", "--quiet")
    #expect(scratch.files().count == 3)
    let runs = try scratch.run("runs", "n", "--format", "csv").output
    #expect(runs.contains("r5") && runs.contains("r6") && !runs.contains("r4"))
    #expect(try scratch.run("repair", "--dry-run").output == "Nothing to repair.\n")
    try scratch.run("prune", status: 64)
    try scratch.run("prune", "--keep-last", "-1", status: 64)
    try scratch.run("prune", "--keep-within", "soon", status: 65)
    try scratch.run("prune", "--keep-last", "1", "--name", "nope", status: 1)
  }

  // MARK: Sudden ends, and many at once

  /// How long something takes.
  private func microseconds(_ body: () throws -> Void) rethrows -> UInt32 {
    UInt32(try ContinuousClock().measure(body) / .microseconds(1))
  }

  /// Runs a process, kills it after so many microseconds, and tells whether that was before its end.
  private func isKilled(_ process: Process, after microseconds: UInt32) throws -> Bool {
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    usleep(microseconds)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  @Test("a repair that is killed at any moment leaves each manifest old or new, and the next one mends the rest")
  func killedRepairs() throws {
    let scratch = try RecordingScratch()
    let batch = try BatchProcess(scratch)
    let names = (0..<40).map { "n\($0)" }
    for name in names {
      batch.send(#"{"event":"success","asset_name":"\#(name)","asset_id":"a1","run_id":"r1","artifacts":["p"]}"#)
      _ = batch.answer()
    }
    #expect(batch.finish() == 0)
    try scratch.run("repair", status: nil)
    func manifests() -> [Data?] { names.map { FileManager.default.contents(atPath: manifestPath($0, in: scratch)) } }
    for name in names { try FileManager.default.removeItem(atPath: manifestPath(name, in: scratch)) }
    let time = try microseconds { try scratch.run("repair") }
    let whole = manifests()
    var random = SeededRandom(seed: 7)
    var killed = 0
    for _ in 0..<(RecordingScratch.isLong ? 200 : 25) {
      for name in names { try? FileManager.default.removeItem(atPath: manifestPath(name, in: scratch)) }
      if try isKilled(scratch.process(["repair"]), after: .random(in: 0...time, using: &random)) { killed += 1 }
      for (found, expected) in zip(manifests(), whole) where found != nil { #expect(found == expected) }
      try scratch.run("repair")
      #expect(manifests() == whole)
    }
    #expect(killed > 0)
  }

  @Test("a prune that is killed at any moment leaves each run whole or gone")
  func killedPrunes() throws {
    let scratch = try RecordingScratch()
    var random = SeededRandom(seed: 11)
    func recordMany(_ trial: String) throws {
      let batch = try BatchProcess(scratch)
      let count = 60
      batch.send(
        (0..<count).map { number in
          #"{"event":"success","asset_name":"n","asset_id":"a1","run_id":"\#(trial)-\#(number)","artifacts":["p"]}"#
        }.joined(separator: "\n"))
      for _ in 0..<count { _ = batch.answer() }
      #expect(batch.finish() == 0)
    }
    let prune = ["prune", "--keep-last", "1", "--delete"]
    try recordMany("whole")
    let time = try microseconds { try scratch.run(prune) }
    var killed = 0
    for trial in 0..<(RecordingScratch.isLong ? 60 : 8) {
      try recordMany("t\(trial)")
      if try isKilled(scratch.process(prune), after: .random(in: 0...time, using: &random)) { killed += 1 }
      let folder = URL(filePath: manifestPath("n", in: scratch)).deletingLastPathComponent().path
      for entry in try FileManager.default.contentsOfDirectory(atPath: folder) where entry.hasPrefix("asset_run_id=") {
        #expect(
          FileManager.default.fileExists(atPath: "\(folder)/\(entry)/metadata.json"),
          "\(entry) is neither whole nor gone")
      }
      #expect(scratch.unreadable() == [])
    }
    #expect(killed > 0)
    try scratch.run("reconcile")
    #expect(try scratch.run("check").output.contains("agree"))
  }

  @Test("a repair of many assets gets by with few descriptors")
  func fewDescriptors() throws {
    let scratch = try RecordingScratch()
    let batch = try BatchProcess(scratch)
    for number in 0..<100 {
      batch.send(#"{"event":"success","asset_name":"n\#(number)","asset_id":"a1","run_id":"r1"}"#)
      _ = batch.answer()
    }
    #expect(batch.finish() == 0)
    for number in 0..<100 { try FileManager.default.removeItem(atPath: manifestPath("n\(number)", in: scratch)) }
    let process = try scratch.process([])
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c", #"ulimit -n 72; exec "$0" repair --quiet --root "$1" >/dev/null"#, try CommandScratch.program(),
      scratch.root,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(scratch.files().count == 200)
  }

  @Test("repairs, prunes and records at once lose no run, and leave nothing to repair")
  func together() throws {
    let scratch = try RecordingScratch()
    try record("n", "first", 0, in: scratch)
    let path = manifestPath("n", in: scratch)
    let others = try (0..<3).map { number in
      let process = try scratch.process([])
      process.executableURL = URL(filePath: "/bin/sh")
      let command = number == 2 ? "prune --keep-last 1000 --delete" : "repair"
      process.arguments = [
        "-c", "for i in 1 2 3 4 5 6; do \"$0\" \(command) --root \"$1\" >/dev/null 2>&1 || exit $?; done",
        try CommandScratch.program(), scratch.root,
      ]
      return process
    }
    for process in others { try process.run() }
    for number in 0..<12 {
      try scratch.run("record", "success", "--name", "n", "--id", "a1", "--run", "w\(number)", "--artifact", "p")
      // mad_prefect's lost update: an older manifest in place of the newer one.
      if number % 3 == 1 { try? FileManager.default.removeItem(atPath: path) }
    }
    for process in others {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    try scratch.run("repair", status: nil)
    #expect(try scratch.run("repair", "--dry-run").output == "Nothing to repair.\n")
    let manifest = try ManifestCodec.decodeManifest([UInt8](try #require(FileManager.default.contents(atPath: path))))
    #expect(manifest.lastRun?.id == "w11")
    #expect(scratch.files().count == 14)
    #expect(scratch.drafts.isEmpty)
  }
}

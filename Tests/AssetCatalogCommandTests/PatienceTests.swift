import Foundation
import Glibc
import SQLiteDatabase
import Testing

/// Commands that meet another process which has the index and does not let go of it.
@Suite("No wait is without end")
struct PatienceTests {
  private let scratch: RecordingScratch
  private let index: String

  init() throws {
    scratch = try RecordingScratch()
    index = scratch.root + "/_asset_metadata/.index"
    try scratch.run("record", "success", "--name", "a", "--id", "1", "--run", "r1")
    try scratch.run("reconcile")
  }

  /// Holds a lock file, as a stopped process does.
  private func hold(_ name: String) throws -> Int32 {
    let descriptor = open("\(index)/\(name)", O_RDONLY | O_CLOEXEC)
    try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    return descriptor
  }

  /// What holds for every command as long as somebody else has the index.
  ///
  /// - Parameter letsRecord: whether a record comes into the index all the same.
  private func expectWayOut(letsRecord: Bool) throws {
    for question in [["list"], ["stale", "--max-age", "1d"], ["failures", "--since", "1h"], ["query", "SELECT 1"]] {
      let asked = try scratch.run(question + ["--patience", "100ms"], status: 75)
      #expect(asked.errors.contains("--no-reconcile"), "\(question): \(asked.errors)")
      #expect(asked.errors.count { $0.isNewline } == 1)
      #expect(asked.output == "")
    }
    #expect(try scratch.run("list", "--no-reconcile", "--format", "csv").output.contains("a,1,"))
    #expect(try scratch.run("list", "--max-lag", "1d", "--format", "csv").output.contains("a,1,"))
    for command in ["reconcile", "rebuild"] {
      let hasty = try scratch.run(command, "--no-wait", status: 75)
      #expect(!hasty.errors.contains("--no-reconcile"))
      try scratch.run(command, "--patience", "100ms", status: 75)
    }
    let recorded = try scratch.run("record", "success", "--name", "b", "--id", "1", "--run", "r1")
    #expect(recorded.errors.isEmpty == letsRecord, "\(recorded.errors)")
    #expect(
      try scratch.run("list", "--no-reconcile", "--format", "csv").output.contains("b,1,") == letsRecord)
  }

  @Test("of another reconcile, or of a stranger who holds its lock")
  func reconcileLock() throws {
    let descriptor = try hold("catalog.lock")
    try expectWayOut(letsRecord: true)
    close(descriptor)
    #expect(try scratch.run("list", "--format", "csv").output.contains("b,1,"))
  }

  @Test("of another who has the gate to the index")
  func gate() throws {
    let descriptor = try hold("catalog.gate")
    try expectWayOut(letsRecord: false)
    close(descriptor)
    #expect(try scratch.run("list", "--format", "csv").output.contains("b,1,"))
  }

  @Test("of another program that has the file open for writing", arguments: ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
  func foreignClient(statement: String) throws {
    let client = try Connection(path: index + "/catalog.sqlite", mode: .readWrite)
    try client.execute(statement)
    try expectWayOut(letsRecord: false)
    try client.execute("ROLLBACK")
    #expect(try scratch.run("list", "--format", "csv").output.contains("b,1,"))
  }

  /// A rebuild that was stopped while it read.
  private func stopped(hasIndex: Bool) throws -> Process {
    for _ in 0..<5 {
      if !hasIndex { try FileManager.default.removeItem(atPath: index) }
      let rebuild = try scratch.process(["rebuild", "--quiet"])
      try rebuild.run()
      // It reads as long as this file is there.
      while access(index + "/catalog.news", F_OK) != 0, rebuild.isRunning { usleep(200) }
      kill(rebuild.processIdentifier, SIGSTOP)
      var information = siginfo_t()
      let hasStopped =
        waitid(P_PID, UInt32(rebuild.processIdentifier), &information, WSTOPPED | WEXITED | WNOWAIT) == 0
        && information.si_code == CLD_STOPPED
      if hasStopped, access(index + "/catalog.news", F_OK) == 0 { return rebuild }
      // It was faster; the next one may not be.
      kill(rebuild.processIdentifier, SIGCONT)
      rebuild.waitUntilExit()
      try #require(rebuild.terminationStatus == 0)
    }
    Issue.record("each rebuild was faster")
    throw CancellationError()
  }

  @Test(
    "of a rebuild that was stopped; what was recorded meanwhile is in the index when it has gone on",
    arguments: [true, false])
  func stoppedRebuild(hasIndex: Bool) throws {
    for number in 0..<2_000 {
      let folder = "\(scratch.root)/_asset_metadata/asset_name=n\(number)/asset_id=1"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try #"{"asset_name": "n\#(number)", "asset_id": "1"}"#.write(
        toFile: folder + "/manifest.json", atomically: false, encoding: .utf8)
    }
    let rebuild = try stopped(hasIndex: hasIndex)
    let question = try scratch.run("list", "--patience", "100ms", status: 75)
    #expect(question.errors.contains("--no-reconcile") == hasIndex, "\(question.errors)")
    for name in ["a", "n7", "n1999", "new-1", "new-2", "zzz"] {
      let recorded = try scratch.run("record", "failure", "--name", name, "--id", "1", "--run", "while", "--error", "e")
      #expect(recorded.errors == "")
    }
    kill(rebuild.processIdentifier, SIGCONT)
    rebuild.waitUntilExit()
    #expect(rebuild.terminationStatus == 0)
    let failed = try scratch.run("failures", "--since", "1h", "--no-reconcile", "--format", "csv", status: 1).output
    for name in ["a", "n7", "n1999", "new-1", "new-2", "zzz"] { #expect(failed.contains("\(name),1,while,")) }
    #expect(try scratch.run("check").output.contains("agree"))
    #expect(access(index + "/catalog.news", F_OK) != 0)
  }
}

import Foundation
import Glibc
import SQLiteDatabase
import Testing

@Suite("Handing the index to another host")
struct IndexCopyTests {
  /// The rows that a question has, without its clock.
  private static func rows(_ scratch: CommandScratch, _ arguments: String...) throws -> String {
    let run = try scratch.run(
      arguments + ["--format", "csv", "--now", CommandScratch.now, "--root", scratch.root.path])
    #expect(run.status <= 1, "\(run.errors)")
    return run.output
  }

  private static func export(_ scratch: CommandScratch) throws -> String {
    let file = scratch.folder.appending(path: "copy.sqlite").path
    let run = try scratch.run("index", "export", file)
    #expect(run.status == 0 && run.output.isEmpty, "\(run.errors)")
    #expect(run.errors.contains("Exported 31 assets of"))
    return file
  }

  @Test("a copy answers as the index did, and reads nothing that has not changed")
  func roundTrip() throws {
    let scratch = try CommandScratch(.copy)
    let copy = try Self.export(scratch)
    let expected = try Self.rows(scratch, "runs", "hand.string")
    let questions = [
      ["freshness", "--max-age", "24h"], ["artifacts"], ["failures", "--since", "2020-01-01"],
    ]
    let former = try questions.map {
      try scratch.run($0 + ["--format", "csv", "--now", CommandScratch.now, "--root", scratch.root.path]).output
    }
    try FileManager.default.removeItem(at: scratch.metadata.appending(path: ".index"))
    let imported = try scratch.run("index", "import", copy, "--format", "json")
    #expect(imported.status == 0, "\(imported.errors)")
    let summary = try imported.object()
    #expect(summary["unchanged"] as? Int == 31)
    #expect(summary["added"] as? Int == 0 && summary["changed"] as? Int == 0)
    for (question, answer) in zip(questions, former) {
      let run = try scratch.run(
        question + ["--format", "csv", "--no-reconcile", "--now", CommandScratch.now, "--root", scratch.root.path])
      #expect(run.output == answer, "\(question)")
    }
    #expect(try Self.rows(scratch, "runs", "hand.string") == expected)
    #expect(try scratch.run("check").status == 0)
  }

  @Test("what changed after the copy was made is read by the import")
  func isBroughtUpToDate() throws {
    let scratch = try CommandScratch(.copy)
    let copy = try Self.export(scratch)
    #expect(try scratch.run("record", "success", "--name", "new.one", "--id", "a1", "--run", "r1").status == 0)
    try FileManager.default.removeItem(at: scratch.metadata.appending(path: "asset_name=gold.kpi"))
    let summary = try scratch.run("index", "import", copy, "--format", "json").object()
    #expect(summary["added"] as? Int == 1 && summary["removed"] as? Int == 1)
    #expect(try scratch.run("list", "--no-reconcile", "--format", "json").rows().count == 31)
    #expect(try scratch.run("check").status == 0)
  }

  @Test("a copy is one file that needs no other, not even a folder that can be written")
  func isOneFile() throws {
    let scratch = try CommandScratch(.copy)
    let copy = try Self.export(scratch)
    let beside = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path).filter {
      $0.hasPrefix("copy")
    }
    #expect(beside == ["copy.sqlite"])
    let connection = try Connection(path: copy, mode: .readOnly)
    #expect(try connection.text("PRAGMA journal_mode") == "delete")
    #expect(try connection.findDamage(isFull: true) == [])
    let piped = try scratch.run("index", "export", "-", "--quiet")
    #expect(piped.status == 0 && piped.errors.isEmpty && piped.output.hasPrefix("SQLite format 3"))
  }

  @Test("who may not read the index may not read its copy")
  func rights() throws {
    let scratch = try CommandScratch(.copy)
    _ = try scratch.run("reconcile")
    let index = scratch.metadata.appending(path: ".index/catalog-1.sqlite").path
    try #require(chmod(index, 0o600) == 0)
    let copy = try Self.export(scratch)
    func mode(_ path: String) -> mode_t {
      var status = stat()
      return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }
    #expect(mode(copy) == 0o600)
    try FileManager.default.removeItem(at: scratch.metadata.appending(path: ".index"))
    #expect(try scratch.run("index", "import", copy).status == 0)
    #expect(mode(index) == 0o600)
  }

  @Test("a copy of another tree is refused, unless it is accepted")
  func otherRoot() throws {
    let scratch = try CommandScratch(.copy)
    let copy = try Self.export(scratch)
    let other = try CommandScratch(.copy)
    let refused = try other.run("index", "import", copy)
    #expect(refused.status == 66)
    #expect(refused.errors.contains(scratch.root.path) && refused.errors.contains("accept this one with --accept-root"))
    #expect(!FileManager.default.fileExists(atPath: other.metadata.appending(path: ".index/catalog.sqlite").path))
    #expect(try other.run("index", "import", copy, "--accept-root").status == 0)
    #expect(try other.run("check").status == 0)
    #expect(try other.run("status").output.contains(other.root.path))
  }

  /// What may have become of a copy on its way.
  enum Damage: String, CaseIterable {
    case noSuchFile, folder, empty, text, cutInPage, cutBetweenPages, flippedByte, zeroedPage, foreignDatabase
    case newerSchema, olderSchema, plantedTrigger, neverFilled, indexInUse
  }

  @Test(
    "what is no whole copy of this version is refused with a sentence, and the index stays as it was",
    arguments: Damage.allCases)
  func damage(_ damage: Damage) throws {
    let scratch = try CommandScratch(.copy)
    let copy = try Self.export(scratch)
    let former = try Self.rows(scratch, "list")
    let path = try spoil(copy, damage, scratch)
    let run = try scratch.run("index", "import", path)
    #expect(run.status == 65, "\(damage): \(run.status) \(run.errors)")
    #expect(run.errors.hasPrefix("asset-catalog: ") && run.errors.count { $0.isNewline } == 1, "\(run.errors)")
    #expect(run.errors.contains(path), "\(run.errors)")
    let answer = try scratch.run("list", "--format", "csv", "--no-reconcile", "--now", CommandScratch.now)
    #expect(answer.output == former)
  }

  private func spoil(_ copy: String, _ damage: Damage, _ scratch: CommandScratch) throws -> String {
    let url = URL(filePath: copy)
    var bytes = try Data(contentsOf: url)
    func execute(_ sql: String) throws {
      let connection = try Connection(path: copy, mode: .readWrite, isDefensive: false)
      try connection.execute(sql)
    }
    switch damage {
    case .noSuchFile: return scratch.folder.appending(path: "nope.sqlite").path
    case .folder: return scratch.folder.path
    case .empty: bytes = Data()
    case .text: bytes = Data(String(repeating: "no database ", count: 2000).utf8)
    case .cutInPage: bytes.removeLast(1000)
    case .cutBetweenPages: bytes.removeLast(8192)
    case .flippedByte: bytes[bytes.count / 2] ^= 0x40
    case .zeroedPage: bytes.replaceSubrange(8192 * 3..<8192 * 4, with: Data(repeating: 0, count: 8192))
    case .foreignDatabase:
      try FileManager.default.removeItem(at: url)
      let connection = try Connection(path: copy, mode: .create)
      try connection.execute("CREATE TABLE t (i INTEGER)")
      return copy
    case .newerSchema:
      try execute("PRAGMA user_version = 99")
      return copy
    case .olderSchema:
      try execute("PRAGMA user_version = 3; DELETE FROM migration WHERE version > 3")
      return copy
    case .plantedTrigger:
      try execute("CREATE TRIGGER planted AFTER INSERT ON run BEGIN DELETE FROM asset; END")
      return copy
    case .neverFilled:
      try execute("DELETE FROM catalog_state")
      return copy
    case .indexInUse:
      // A log beside it holds a part of it.
      try Data("log".utf8).write(to: URL(filePath: copy + "-wal"))
      return copy
    }
    try bytes.write(to: url)
    return copy
  }

  @Test("while another brings the index up to date, --no-wait ends with 75")
  func busy() throws {
    let scratch = try CommandScratch(.copy)
    let copy = try Self.export(scratch)
    let path = scratch.metadata.appending(path: ".index/catalog.lock").path
    let lock = open(path, O_RDWR | O_CLOEXEC)
    try #require(lock >= 0)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX) == 0)
    let run = try scratch.run("index", "import", copy, "--no-wait")
    #expect(run.status == 75 && run.output.isEmpty)
  }

  @Test("a copy that cannot be written leaves nothing, and the old file as it was")
  func cannotWrite() throws {
    let scratch = try CommandScratch(.copy)
    let missing = try scratch.run("index", "export", scratch.folder.appending(path: "no/such/copy").path)
    #expect(missing.status == 73)
    let old = try scratch.file("old", "something")
    let noTree = try scratch.run(["index", "export", old, "--root", scratch.folder.path])
    #expect(noTree.status == 66)
    #expect(try String(contentsOfFile: old, encoding: .utf8) == "something")
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path)
    #expect(left.allSatisfy { ["old", "storage", "stdin", "stdout", "stderr"].contains($0) }, "\(left)")
  }
}

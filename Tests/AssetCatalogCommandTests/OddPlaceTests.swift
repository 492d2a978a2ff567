import Foundation
import Glibc
import Testing

@Suite("Odd places")
struct OddPlaceTests {
  private let scratch: CommandScratch
  private let index: URL

  init() throws {
    scratch = try CommandScratch(.copy)
    index = scratch.metadata.appending(path: ".index")
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// Runs the program from a folder that the shell prepares.
  private func run(from preparation: String, _ arguments: [String], environment: [String: String] = [:]) throws
    -> CommandRun
  {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    return try scratch.run(
      ["-c", "\(preparation) && exec '\(try CommandScratch.program())' \(words)"], program: "/bin/sh",
      environment: environment)
  }

  // MARK: Links

  @Test("an index whose folder is reached by a link, of the user's choice or in the place of .index")
  func folderIsLink() throws {
    let real = scratch.folder.appending(path: "real")
    try FileManager.default.createDirectory(at: real, withIntermediateDirectories: true)
    let link = scratch.folder.appending(path: "link")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: real)
    for _ in 0..<3 {
      let run = try scratch.run("list", "--index", link.path + "/c.sqlite")
      #expect(run.status == 0, "\(run.errors)")
    }
    let files = ["c-1.sqlite", "c-1.sqlite-shm", "c-1.sqlite-wal", "c.gate", "c.lock", "c.sqlite"]
    #expect(try names(real) == files)
    try FileManager.default.createSymbolicLink(at: index, withDestinationURL: link)
    for _ in 0..<2 { #expect(try scratch.run("list").status == 0) }
    #expect(try names(real) == files + files.map { "catalog" + $0.dropFirst() })
  }

  @Test("a database that cannot be put in place leaves nothing behind")
  func noLeak() throws {
    // Something that no link can take the place of.
    let folder = scratch.folder.appending(path: "full")
    try FileManager.default.createDirectory(
      at: folder.appending(path: "c.sqlite/inside"), withIntermediateDirectories: true)
    for _ in 0..<3 { #expect(try scratch.run("list", "--index", folder.path + "/c.sqlite").status == 65) }
    #expect(try names(folder) == ["c.sqlite"])
  }

  // MARK: The current folder

  @Test(
    "in a folder that was removed, a relative root is no root, and nothing is written anywhere",
    arguments: [["--root", "elsewhere/tree"], [], ["--root", "."]],
    [[:], ["FILESYSTEM_URL": "file://elsewhere/tree"], ["FILESYSTEM_URL": ""]])
  func removedFolder(root: [String], environment: [String: String]) throws {
    for command in [
      ["record", "success", "--name", "n", "--id", "a"], ["list"], ["exec", "--name", "n", "--id", "a"],
    ] {
      let gone = scratch.folder.appending(path: "gone").path
      let end = command[0] == "exec" ? ["--", "true"] : []
      let run = try run(
        from: "mkdir '\(gone)' && cd '\(gone)' && rmdir '\(gone)'", command + root + end, environment: environment)
      #expect(run.status == 66, "\(command)")
      #expect(run.errors.contains("the current folder is gone"), "\(run.errors)")
    }
  }

  @Test("in a folder that was removed, absolute paths go on working, and a relative index is an error")
  func removedFolderAbsolute() throws {
    let gone = scratch.folder.appending(path: "gone").path
    let preparation = "mkdir '\(gone)' && cd '\(gone)' && rmdir '\(gone)'"
    #expect(try run(from: preparation, ["list", "--root", scratch.root.path]).status == 0)
    let relative = try run(from: preparation, ["list", "--root", scratch.root.path, "--index", "c.sqlite"])
    #expect(relative.status == 65)
    #expect(relative.errors.contains("the current folder is gone"))
  }

  @Test("a current folder whose name is not UTF-8 is refused by that, not taken for another")
  func currentFolderNotUTF8() throws {
    let folder = scratch.folder.path
    // The sibling has the name that a lossy text would make of it.
    let preparation = """
      mkdir -p "$(printf '\(folder)/a\\351/_asset_metadata')" "$(printf '\(folder)/a\\357\\277\\275/_asset_metadata')" \
      && cd "$(printf '\(folder)/a\\351')"
      """
    let run = try run(from: preparation, ["list", "--root", "."])
    #expect(run.status == 66)
    #expect(run.errors.contains("not UTF-8"), "\(run.errors)")
  }

  @Test("an empty FILESYSTEM_URL is the current folder, as it is for mad_prefect")
  func emptyVariable() throws {
    let run = try run(
      from: "cd '\(scratch.root.path)'", ["list", "--format", "json"], environment: ["FILESYSTEM_URL": ""])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.object()["root"] as? String == scratch.root.path)
  }

  // MARK: Long paths

  @Test("a root too long for SQLite has its index in the cache, and where that is too long too, one is told why")
  func longRoot() throws {
    var root = scratch.folder.appending(path: "deep")
    while root.path.utf8.count < 480 { root.append(path: String(repeating: "d", count: 60)) }
    try FileManager.default.createDirectory(at: root.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.moveItem(at: scratch.root, to: root)
    let environment = ["XDG_CACHE_HOME": scratch.folder.appending(path: "cache").path]
    let run = try scratch.run(["list", "--root", root.path], environment: environment)
    #expect(run.status == 0, "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: root.path + "/_asset_metadata/.index"))
    let refused = try scratch.run(
      ["list", "--root", root.path], environment: ["XDG_CACHE_HOME": root.path + "/cache"])
    #expect(refused.status == 73)
    #expect(refused.errors.contains("512 bytes"))
    let recorded = try scratch.run(
      ["record", "success", "--name", "n", "--id", "a", "--root", root.path],
      environment: ["XDG_CACHE_HOME": root.path + "/cache"])
    #expect(recorded.status == 0)
  }

  // MARK: What lies about

  @Test(
    "strange files beside the index are got around, and said, and the next question is as ever",
    arguments: ["catalog-1.sqlite-journal", "folder catalog-1.sqlite-wal", "folder catalog-1.sqlite-shm"])
  func strangeCompanions(what: String) throws {
    #expect(try scratch.run("list").status == 0)
    let name = String(what.split(separator: " ").last!)
    let place = index.appending(path: name)
    for ending in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: index.path + "/catalog-1.sqlite" + ending)
    }
    if what.hasPrefix("folder") {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    } else {
      // A journal as a program leaves it that was killed: whoever opens the database must roll it back.
      var journal: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7, 0, 0, 0, 1]
      journal += [UInt8](repeating: 0, count: 4096)
      try Data(journal).write(to: place)
    }
    let run = try scratch.run("list", "--format", "csv")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("history.full,a1,"))
    let next = try scratch.run("list", "--format", "csv")
    #expect(next.complaints.isEmpty)
    #expect(try scratch.run("rebuild").status == 0)
    #expect(try scratch.run("check").output.contains("agree"))
  }

  @Test("a file whose number is beyond counting keeps nobody from making a new one")
  func hugeNumber() throws {
    #expect(try scratch.run("list").status == 0)
    for name in ["catalog-9223372036854775807.sqlite-wal", "catalog-9223372036854775806.sqlite"] {
      try Data([1]).write(to: index.appending(path: name))
    }
    try Data("damaged".utf8).write(to: index.appending(path: "catalog-1.sqlite"))
    let run = try scratch.run("list", "--format", "csv")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("history.full,a1,"))
    #expect(try names(index).contains("catalog-2.sqlite"))
  }

  @Test("a reconcile takes away what killed rebuilds left, and nothing that somebody is at")
  func leftovers() throws {
    #expect(try scratch.run("list").status == 0)
    for name in [".catalog-scratch-1-dead.lock", ".catalog-scratch-1-dead.sqlite", ".catalog-scratch-2-live.lock"] {
      try Data().write(to: index.appending(path: name))
    }
    try FileManager.default.createSymbolicLink(
      atPath: index.path + "/.catalog-link-1-dead", withDestinationPath: "catalog-7.sqlite")
    let live = open(index.path + "/.catalog-scratch-2-live.lock", O_RDONLY | O_CLOEXEC)
    try #require(flock(live, LOCK_EX) == 0)
    #expect(try scratch.run("list").status == 0)
    #expect(try names(index).filter { $0.hasPrefix(".") } == [".catalog-scratch-2-live.lock"])
    close(live)
  }

  @Test(
    "a rebuild is the first that meets a stranger's file, and needs nobody to take it away",
    arguments: ["-journal", "-wal", "-shm"], ["a file", "a folder", "a link"])
  func strangeCompanionsOfRebuild(ending: String, kind: String) throws {
    #expect(try scratch.run("list").status == 0)
    let place = index.appending(path: "catalog-1.sqlite" + ending)
    for ending in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: index.path + "/catalog-1.sqlite" + ending)
    }
    let victim = scratch.folder.appending(path: "victim")
    try Data("mine".utf8).write(to: victim)
    switch kind {
    case "a file": try Data(repeating: 0x5a, count: 5_000).write(to: place)
    case "a folder": try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    default: try FileManager.default.createSymbolicLink(at: place, withDestinationURL: victim)
    }
    let run = try scratch.run("rebuild")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try scratch.run("check").status == 0)
    #expect(try scratch.run("list", "--format", "csv").complaints.isEmpty)
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
  }

  @Test("a program whose shared memory was cut under it ends with a sentence, and no trace")
  func lostMemory() throws {
    let program = try CommandScratch.program()
    // Bit 6 of the signals that are caught is SIGBUS: from then on the program is ready, if Swift's own traces are off.
    let script = """
      SWIFT_BACKTRACE=enable=no '\(program)' query "$1" --timeout 1m --root '\(scratch.root.path)' &
      until grep -qE '^SigCgt:.*[4-7c-f].$' /proc/$!/status; do :; done
      kill -BUS $!
      wait $!
      """
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    let run = try scratch.run(["-c", script, "sh", endless], program: "/bin/sh")
    #expect(run.status == 74)
    #expect(run.errors.hasPrefix("asset-catalog: A file beside the index was cut by another program"))
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }
}

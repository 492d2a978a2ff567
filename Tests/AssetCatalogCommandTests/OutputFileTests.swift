import ArgumentParser
import AssetCatalog
import Foundation
import Glibc
import Testing

@testable import AssetCatalogCommand

/// Answers that go into a file: the old one or the new one, never a part of one.
@Suite("An answer that goes into a file") struct OutputFileTests {
  private let scratch: CommandScratch
  private let place: URL

  init() throws {
    scratch = try CommandScratch()
    place = scratch.folder.appending(path: "place")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    _ = try scratch.run("reconcile")
  }

  private func path(_ name: String) -> String { place.appending(path: name).path }

  private func content(_ name: String) -> String? {
    FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) }
  }

  private func entries() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() }

  private func mode(_ name: String) -> mode_t {
    var status = stat()
    return lstat(path(name), &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  @Test("is what standard output would have been", arguments: OutputFormat.allCases)
  func same(_ format: OutputFormat) throws {
    for question in [["freshness"], ["status"], ["show", "history.full"], ["failures", "--since", "48h"]] {
      let arguments =
        question + [
          "--format", format.rawValue, "--no-reconcile", "--root", scratch.root.path, "--now", CommandScratch.now,
        ]
      let printed = try scratch.run(arguments)
      let written = try scratch.run(arguments + ["--output", path("answer")])
      #expect(written.output == "")
      #expect(written.status == printed.status)
      #expect(content("answer") == printed.output)
      #expect(try entries() == ["answer"])
    }
  }

  @Test("takes no name before it is on the disk")
  func synchronized() throws {
    let failing = try PreloadedLibrary.make(
      "extern int *__errno_location(void); int fsync(int file) { *__errno_location() = 5; return -1; }", in: scratch)
    _ = FileManager.default.createFile(atPath: path("answer"), contents: Data("old".utf8))
    let run = try scratch.run(
      ["list", "--no-reconcile", "--root", scratch.root.path, "--output", path("answer")],
      environment: ["LD_PRELOAD": failing])
    #expect(run.status == 73, "\(run.errors)")
    #expect(run.errors.contains("answer"))
    #expect(content("answer") == "old")
    #expect(try entries() == ["answer"])
  }

  @Test("can be read by those who could read the old one, else by those whom the umask allows")
  func rights() throws {
    // Without a reconcile, so that both answers are as of the same second.
    let list = "exec '\(try CommandScratch.program())' list --no-reconcile --root '\(scratch.root.path)'"
    let command = "umask 027; \(list) --output \"$0\""
    func write(_ name: String) throws {
      #expect(try scratch.run(["-c", command, path(name)], program: "/bin/sh").status == 0)
    }
    try write("new")
    #expect(mode("new") == 0o640)
    _ = FileManager.default.createFile(atPath: path("old"), contents: Data("old".utf8))
    chmod(path("old"), 0o604)
    try write("old")
    #expect(mode("old") == 0o604)
    #expect(content("old") == content("new"))
  }

  @Test("does not take the place of a link, a folder or a device")
  func others() throws {
    _ = FileManager.default.createFile(atPath: path("target"), contents: Data("target".utf8))
    symlink(path("target"), path("link"))
    symlink(path("nowhere"), path("dangling"))
    mkdir(path("folder"), 0o755)
    mkfifo(path("pipe"), 0o644)
    let before = try entries()
    for name in ["link", "dangling", "folder", "folder/", ".", "folder/..", "pipe"] {
      let run = try scratch.run("list", "--output", path(name))
      #expect(run.status == 73, "\(name)")
      #expect(run.errors.contains("is a link, a folder or a device; name a file"), "\(name): \(run.errors)")
    }
    #expect(try scratch.run("list", "--output", "/dev/full").status == 73)
    #expect(try entries() == before)
    #expect(content("target") == "target")
  }

  @Test("that cannot be written is told of in one sentence")
  func unwritable() throws {
    _ = FileManager.default.createFile(atPath: path("file"), contents: Data())
    for (name, reason) in [
      ("nowhere/answer", "no such file or directory; make its folder, or name another file"),
      ("file/answer", "not a directory; name a file in a folder"),
      (String(repeating: "n", count: 256), "file name too long; choose a shorter name"),
    ] {
      let run = try scratch.run("list", "--output", path(name))
      #expect(run.status == 73)
      #expect(run.errors.hasPrefix("asset-catalog: The output file '/"))
      #expect(run.errors.hasSuffix("' cannot be written: \(reason).\n"), "\(run.errors)")
      #expect(run.errors.count { $0.isNewline } == 1)
    }
    #expect(try scratch.run("list", "--output", "").status == 64)
    #expect(try entries() == ["file"])
    // The longest name that there is.
    #expect(try scratch.run("list", "--output", path(String(repeating: "n", count: 255))).status == 0)
  }

  @Test("leaves the old file where there is no room for it")
  func noRoom() throws {
    _ = FileManager.default.createFile(atPath: path("answer"), contents: Data("old".utf8))
    let list = "ulimit -f 1; exec '\(try CommandScratch.program())' freshness --format json --no-reconcile"
    let run = try scratch.run(
      ["-c", "\(list) --root '\(scratch.root.path)' --output \"$0\"", path("answer")], program: "/bin/sh")
    #expect(run.status == 73)
    let reason = "file too large; raise the limit on the size of files.\n"
    #expect(run.errors.hasSuffix("cannot be written: \(reason)"), "\(run.errors)")
    #expect(content("answer") == "old")
    #expect(try entries() == ["answer"])
  }

  @Test("leaves the old file where the answer fails")
  func failing() throws {
    _ = FileManager.default.createFile(atPath: path("answer"), contents: Data("old".utf8))
    for (arguments, status): ([String], Int32) in [
      (["freshness", "--root", path("nowhere")], 66), (["query", "SELECT nothing", "--root", scratch.root.path], 65),
      (["freshness", "--max-age", "soon", "--root", scratch.root.path], 65),
      (["report", "--root", path("nowhere")], 66),
    ] {
      let run = try scratch.run(arguments + ["--output", path("answer")])
      #expect(run.status == status, "\(run.errors)")
      #expect(content("answer") == "old")
      #expect(try entries() == ["answer"])
    }
  }

  @Test("that cannot be written leaves the failures for the next answer with the same cursor file")
  func cursor() throws {
    let question = ["failures", "--since", "48h", "--cursor-file", path("cursor"), "--format", "ndjson"]
    let options = ["--root", scratch.root.path, "--now", CommandScratch.now]
    #expect(try scratch.run(question + options + ["--output", path("nowhere/answer")]).status == 73)
    #expect(try entries() == [])
    #expect(try scratch.run(question + options + ["--output", path("answer")]).status == 1)
    #expect(try entries() == ["answer", "cursor"])
    #expect(content("answer")?.contains("history.failed_last") == true)
  }

  @Test("leaves nothing but the old file after a signal", arguments: [SIGINT, SIGTERM, SIGHUP])
  func signals(_ number: Int32) throws {
    _ = FileManager.default.createFile(atPath: path("answer"), contents: Data("old".utf8))
    // Nobody writes into the pipe, so that the question never comes and the file stays under way.
    mkfifo(scratch.folder.appending(path: "question").path, 0o600)
    let program = try SpawnedProgram(
      .group,
      [
        "/bin/sh", "-c", "exec \"$0\" query - --output \"$1\" --root \"$2\" 3<> \"$3\" < \"$3\"",
        CommandScratch.program(),
        path("answer"), scratch.root.path, scratch.folder.appending(path: "question").path,
      ], environment: scratch.environment)
    try waitForDraft()
    kill(program.process, number)
    #expect(try program.wait() == .signalled(number))
    #expect(content("answer") == "old")
    #expect(try entries() == ["answer"])
  }

  @Test("is the old one or the new one, whenever the process is killed")
  func kills() throws {
    let old = "old\n"
    let options = ["--no-reconcile", "--root", scratch.root.path, "--now", CommandScratch.now]
    let question = ["freshness", "--format", "json"] + options
    let new = try scratch.run(question).output
    var random = SeededRandom(seed: 0x0F11E)
    var outcomes: Set<String> = []
    for round in 0..<60 {
      _ = FileManager.default.createFile(atPath: path("answer"), contents: Data(old.utf8))
      let process = try spawned(question + ["--output", path("answer")])
      usleep(UInt32.random(in: 0..<UInt32(1_000 * (1 + round)), using: &random))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let found = try #require(content("answer"))
      #expect(found == old || found == new)
      outcomes.insert(found)
    }
    // What a killed process left is nobody's: the next one writes all the same.
    #expect(try scratch.run(question + ["--output", path("answer")]).status == 1)
    #expect(content("answer") == new)
    #expect(outcomes.contains(old))
  }

  @Test("takes away what a killed writer left of the same file an hour ago, and nothing else")
  func leftovers() throws {
    let old = [
      "answer", ".answer.abcdef.tmp", ".other.abcdef.tmp", ".answer.abcdefg.tmp", ".answer.abcdef.txt",
      ".answer.held01.tmp",
    ]
    for name in old + [".answer.young1.tmp"] {
      #expect(FileManager.default.createFile(atPath: path(name), contents: Data("left".utf8)))
    }
    symlink("answer", path(".answer.link01.tmp"))
    mkdir(path(".answer.folder.tmp"), 0o755)
    mkfifo(path(".answer.pipe01.tmp"), 0o644)
    for name in old + [".answer.folder.tmp", ".answer.pipe01.tmp"] {
      var times = [timeval(tv_sec: time(nil) - 3_700, tv_usec: 0), timeval(tv_sec: time(nil) - 3_700, tv_usec: 0)]
      #expect(utimes(path(name), &times) == 0)
    }
    // A writer that takes longer than an hour.
    let held = open(path(".answer.held01.tmp"), O_RDWR)
    defer { close(held) }
    #expect(flock(held, LOCK_EX | LOCK_NB) == 0)
    let before = try entries()
    _ = try scratch.run(["status", "--no-reconcile", "--root", scratch.root.path, "--output", path("answer")])
    #expect(try entries() == before.filter { $0 != ".answer.abcdef.tmp" })
  }

  @Test("is that of one of two that write at once")
  func together() throws {
    let options = ["--no-reconcile", "--root", scratch.root.path, "--now", CommandScratch.now]
    let questions = [["freshness", "--format", "json"] + options, ["list", "--format", "csv"] + options]
    let answers = try questions.map { try scratch.run($0).output }
    for _ in 0..<10 {
      let processes = try (questions + questions).map { try spawned($0 + ["--output", path("answer")]) }
      for process in processes { process.waitUntilExit() }
      #expect(answers.contains(try #require(content("answer"))))
      #expect(try entries() == ["answer"])
    }
  }

  @Test("can be asked of every command that offers it, and is")
  func commands() throws {
    var offering: [String] = []
    func look(_ command: any ParsableCommand.Type) {
      let hasOutput = OptionDeclaration.all(of: command).contains { $0.names.contains("--output") }
      if hasOutput {
        offering.append(command._commandName)
        #expect(command is any FormattedCommand.Type || command is ReportCommand.Type, "\(command)")
      }
      if command is any QuestionCommand.Type { #expect(hasOutput, "\(command)") }
      for child in command.configuration.subcommands { look(child) }
    }
    for command in RootCommand.configuration.groupedSubcommands.flatMap({ $0.subcommands }) { look(command) }
    #expect(offering.contains("freshness") && offering.contains("report") && offering.contains("check"))
  }

  private func spawned(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: try CommandScratch.program())
    process.arguments = arguments
    process.environment = scratch.environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func waitForDraft() throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try !entries().contains(where: { $0.hasSuffix(".tmp") }) {
      try #require(ContinuousClock.now < deadline)
      usleep(1_000)
    }
  }
}

import Foundation
import Testing

@testable import AssetCatalogCommand

@Suite("Bad input, from the command line")
struct BadInputTests {
  @Test(
    "is one sentence on standard error and the right status",
    arguments: [
      (["frob"], 64, "'frob'"), (["status", "--frob"], 64, "--frob"), (["show"], 64, "<name>"),
      (["query"], 64, "<sql>"),
      (["list", "--limit", "0"], 64, "--limit"), (["list", "--limit", "-1"], 64, "at least 1"),
      (["list", "--limit", "x"], 64, "whole number"),
      (["list", "--index", ""], 64, "--index is empty"), (["list", "--index", "."], 65, "cannot be an index"),
      (["list", "--index", "no/such/folder.sqlite"], 73, "no/such"),
      (["rebuild", "--index", "/dev/null"], 65, "no regular file"), (["list", "--metadata", "a/../b"], 64, "a/../b"),
      (["list", "--format", "xml"], 64, "ndjson"),
      (["list", "--max-lag", "5m", "--no-reconcile"], 64, "cannot be given together"),
      (["list", "--name", "[a"], 64, "never closed"), (["freshness", "--state", "old"], 64, "never"),
      (["freshness", "--max-age", "1h", "--warn-after", "1h"], 64, "never warn"),
      (["drift", "--expect", "x"], 64, "NAME/ID=SIGNATURE"),
      (["list", "--quiet", "--verbose"], 64, "cannot be given together"), (["list", "--csv-raw"], 64, "--format csv"),
      (["failures", "--since", "yesterday"], 65, "'yesterday'"),
      (["failures", "--since", "2026-02-30"], 65, "2026-02-30"),
      (["stale", "--max-age", "5"], 65, "no unit"), (["list", "--max-lag", "5x"], 65, "--max-lag"),
      (["freshness", "--now", "never"], 65, "--now"), (["query", "SELECT 1", "--timeout", "1y"], 65, "--timeout"),
      (["freshness", "--policy", "nope.json"], 65, "nope.json"), (["freshness", "--policy", "."], 65, "directory"),
      (["drift", "--expect-file", "nope.txt"], 65, "nope.txt"), (["query", "SELEC 1"], 65, "SELEC"),
      (["query", "SELECT nope FROM assets"], 65, "nope"), (["query", ""], 65, "no statement"),
      (["query", "SELECT 1; SELECT 2"], 65, "more than one"),
      (["query", "DELETE FROM asset"], 65, "refused"), (["query", "DELETE FROM assets"], 65, "change nothing"),
      (["query", "INSERT INTO assets VALUES (1)"], 65, "change nothing"),
      (["query", "ATTACH 'x.sqlite' AS x"], 65, "refused"),
      (["query", "PRAGMA user_version = 5"], 65, "refused"),
      (
        [
          "query", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
          "--timeout", "100ms",
        ], 75, "give it more time with --timeout"
      ),
    ] as [([String], Int32, String)])
  func refused(arguments: [String], status: Int32, hint: String) throws {
    let scratch = try CommandScratch()
    let run = try scratch.run(arguments + ["--root", scratch.root.path])
    try expectSentence(run, status, hint)
  }

  /// What an option takes is said by the option, once, and can be done.
  @Test(
    "an option says what it takes",
    arguments: [
      (["list", "--limit", "x"], "--limit: 'x' cannot be used; write a whole number of at least 1"),
      (["show", "a", "--limit", "99999999999999999999"], "write a whole number of at least 1"),
      (["prune", "--keep-last", "-1"], "--keep-last: '-1' cannot be used; write a whole number of at least 0"),
      (["policy", "ticks", "0 9 * * *", "--count", "0"], "write a whole number from 1 to 100000"),
      (["report", "--series", "few"], "--series: 'few' cannot be used"),
      (["report", "--html-assets", "1.5"], "--html-assets: '1.5' cannot be used"),
      (["freshness", "--level", "red"], "--level: there is no level 'red'; write ok, warn or error"),
      (["freshness", "--fail-on", "red"], "--fail-on: there is no level 'red'; write error, warn or none"),
      (["freshness", "--by", "id"], "; write 'name'; see"),
      (["slo", "--by", "id"], "; write one of 'owner', 'severity' or 'rule'; see"),
      (["slo", "--below", "99.99999999%"], "with up to four digits after the point"),
      (["record", "failure", "--name", "a"], "give what went wrong with --error or --error-file"),
      (["record", "failure", "--name", "a", "--error", "x", "--error-file", "y"], "cannot be given together"),
    ])
  func option(arguments: [String], words: String) throws {
    let scratch = try CommandScratch()
    let run = try scratch.run(arguments + ["--root", scratch.root.path])
    #expect(run.status == (arguments[0] == "slo" && arguments[1] == "--below" ? 65 : 64))
    #expect(run.errors.lowercased().contains(words.lowercased()), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test("a message is a whole sentence, and what it begins with keeps its spelling")
  func sentences() {
    for (message, sentence) in [
      ("there is no asset 'x'", "There is no asset 'x'."), ("--limit: 'x' is none", "--limit: 'x' is none."),
      ("'x' cannot be run", "'x' cannot be run."), ("/srv/x is no file", "/srv/x is no file."),
      ("did you mean 'x'?", "Did you mean 'x'?"), ("It is there.", "It is there."), ("", ""),
      ("freshness.yaml:3:1: there is no key 'x'", "freshness.yaml:3:1: there is no key 'x'."),
      ("my policy.yaml:3:1: there is no key 'x'", "my policy.yaml:3:1: there is no key 'x'."),
      ("asset-catalog has no such command", "asset-catalog has no such command."),
      ("s3://b is no root", "s3://b is no root."),
    ] {
      #expect(Sentence.whole(message) == sentence)
    }
  }

  @Test("a policy file with a fault is named with the place")
  func policy() throws {
    let scratch = try CommandScratch()
    let path = try scratch.file("policy.json", "{\n  \"max_agee\": \"24h\"\n}")
    let run = try scratch.run("freshness", "--policy", path)
    try expectSentence(run, 65, "\(path):2:3: 'max_agee'")
  }

  @Test("a database of another program is refused and keeps every byte", arguments: ["list", "rebuild", "check"])
  func foreignIndex(command: String) throws {
    let scratch = try CommandScratch()
    // The header of an empty database of one page with a stamp of somebody else's, then an empty page of a table.
    var bytes = Data("SQLite format 3\0".utf8) + Data(count: 4096 - 16)
    for (offset, value) in [(16, 0x10), (18, 1), (19, 1), (21, 64), (22, 32), (23, 32), (31, 1), (47, 4), (59, 1)] {
      bytes[offset] = UInt8(value)
    }
    for (offset, value) in [(68, 77), (100, 13), (105, 0x10)] { bytes[offset] = UInt8(value) }
    let index = scratch.folder.appending(path: "theirs.sqlite")
    try bytes.write(to: index)
    let run = try scratch.run(command, "--index", index.path)
    try expectSentence(run, 65, "of another program")
    #expect(try Data(contentsOf: index) == bytes)
  }

  @Test(
    "a file that never was an index is refused and left alone, with nothing put beside it",
    arguments: [
      ["list"], ["list", "--no-reconcile"], ["reconcile"], ["rebuild"], ["check"], ["status"], ["freshness"],
      ["query", "SELECT 1"], ["index", "export", "copy.sqlite"],
    ])
  func strangersFile(command: [String]) throws {
    let scratch = try CommandScratch(.copy)
    let folder = scratch.root.appending(path: "bronze-exports")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appending(path: "orders.csv").path
    let text = "id,amount\n1,20\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let run = try scratch.run(command + ["--root", scratch.root.path, "--index", path])
    try expectSentence(run, 65, "left as it is")
    #expect(run.errors.contains("--index"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["orders.csv"])
  }

  @Test(
    "a root that is no local folder is status 66",
    arguments: ["nope", "stdin", "bare", "s3a://bucket/storage", "gs://bucket", ""])
  func root(root: String) throws {
    let scratch = try CommandScratch()
    try FileManager.default.createDirectory(
      at: scratch.folder.appending(path: "bare"), withIntermediateDirectories: true)
    try expectSentence(try scratch.run(["status", "--root", root]), 66, root.isEmpty ? "--root DIR" : root)
  }

  @Test(
    "a root that is none is status 66, for every command",
    arguments: [
      "status", "freshness", "stale", "failures", "list", "problems", "drift", "artifacts", "reconcile", "rebuild",
      "check", "repair",
    ])
  func root(command: String) throws {
    let scratch = try CommandScratch()
    try expectSentence(try scratch.run([command, "--root", "nope"]), 66, "nope")
  }

  @Test("hostile arguments do not reach the terminal raw")
  func hostile() throws {
    let scratch = try CommandScratch()
    // SQLite names no more than the one token that it does not know.
    for (arguments, shown) in [
      (["\u{1B}[2J"], #"\u{1b}[2J"#), (["show", "\u{1B}[2J\u{202E}"], #"\u{1b}[2J\u{202e}"#),
      (["failures", "--since", "\u{1B}[2J"], #"\u{1b}[2J"#), (["query", "\u{1B}[2J"], #"\u{1b}"#),
    ] {
      let run = try scratch.run(arguments + ["--root", scratch.root.path])
      #expect(run.status != 0)
      #expect(run.errors.contains(shown))
      #expect(!run.errors.dropLast().unicodeScalars.contains(where: isHazardous))
    }
  }

  @Test("output that cannot be written is status 74", arguments: ["table", "json", "ndjson", "csv"])
  func fullDisk(form: String) throws {
    let scratch = try CommandScratch()
    let run = try scratch.run(
      ["list", "--format", form, "--root", scratch.root.path], outputPath: "/dev/full")
    try expectSentence(run, 74, "standard output")
    let help = try scratch.run(["--help"], outputPath: "/dev/full")
    try expectSentence(help, 74, "standard output")
  }

  private func expectSentence(_ run: CommandRun, _ status: Int32, _ hint: String) throws {
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.hasPrefix("asset-catalog: "))
    #expect(run.errors.hasSuffix("\n"))
    #expect(run.errors.count { $0.isNewline } == 1)
    #expect(!hint.isEmpty && run.errors.contains(hint), "\(run.errors)")
    #expect(run.output.isEmpty)
  }
}

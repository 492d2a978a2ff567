import Foundation
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("What the command record is given")
struct RecordInputTests {
  private let scratch: CommandScratch

  init() throws {
    scratch = try CommandScratch(.copy)
  }

  private func recorded() throws -> RunMetadata {
    let url = scratch.metadata.appending(path: "asset_name=job/asset_id=1/asset_run_id=r1/metadata.json")
    return try ManifestCodec.decodeRunMetadata([UInt8](Data(contentsOf: url)))
  }

  /// Runs a shell script in which `$record` records a failure and `$root` is the root.
  private func shell(_ script: String) throws -> CommandRun {
    let start = "record failure --name job --id 1 --run r1 --root '\(scratch.root.path)'"
    return try scratch.run(
      ["-c", "record=\"'\(try CommandScratch.program())' \(start)\"; root='\(scratch.root.path)'\n\(script)"],
      program: "/bin/sh")
  }

  @Test("an error comes from a pipe, however late its writer is")
  func pipe() throws {
    let run = try shell(
      """
      mkfifo "$root/error" "$root/stack"
      (sleep 0.3; printf 'late ' > "$root/error"; (printf 'at '; sleep 0.3; printf 7) > "$root/stack") &
      eval "timeout 30 $record --error-file '$root/error' --traceback-file '$root/stack'"
      """)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try recorded().error == RunError(message: "late ", traceback: "at 7"))
  }

  @Test("of a log that is too long the end is recorded, cut between characters")
  func longLog() throws {
    let log = try scratch.file("job.log", "é" + String(repeating: "é", count: 3 << 20) + "x")
    let run = try scratch.run(
      "record", "failure", "--name", "job", "--id", "1", "--run", "r1", "--error", "e", "--traceback-file", log)
    #expect(run.status == 0)
    #expect(run.errors.contains("last MiB"))
    let kept = try #require(try recorded().error?.traceback)
    #expect(kept.utf8.count == (1 << 20) - 1)
    #expect(kept.hasSuffix("éx") && !kept.contains("\u{FFFD}"))
    let error = try scratch.run(
      "record", "failure", "--name", "job", "--id", "1", "--run", "r1", "--error-file", log, "--quiet")
    #expect(error.status == 0)
    #expect(error.errors == "")
    #expect(try recorded().error?.message == kept)
    let problems = try scratch.run("problems", "--format", "ndjson")
    #expect(problems.status == 1 && !problems.output.contains("asset_name=job"), "\(problems.errors)")
  }

  @Test("one standard input is not read twice")
  func standardInputTwice() throws {
    let run = try scratch.run(
      "record", "failure", "--name", "job", "--id", "1", "--error-file", "-", "--traceback-file", "-")
    #expect(run.status == 64)
    #expect(run.errors.contains("Standard input"))
  }

  @Test(
    "a name, an id or a path that is not UTF-8 is refused, with its option",
    arguments: ["--name", "--id", "--run", "--signature", "--artifact", "--asset-path", "--root"])
  func notUTF8(option: String) throws {
    for spelled in ["\(option) \"$(printf 'caf\\351')\"", "\(option)=\"$(printf 'caf\\351')\""] {
      for command in ["record success", "exec"] {
        let run = try shell(
          """
          '\(try CommandScratch.program())' \(command) --root "$root" --name job --id 1 \(spelled) -- echo ran
          """)
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains("The value of \(option), 'caf\u{FFFD}', is not UTF-8"), "\(run.errors)")
        #expect(run.errors.count { $0 == "\n" } == 1)
      }
    }
  }

  @Test("an error that is not UTF-8 is recorded all the same")
  func errorNotUTF8() throws {
    let run = try shell("eval \"$record --error \\\"\\$(printf 'caf\\351')\\\"\"")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try recorded().error?.message == "caf\u{FFFD}")
  }

  @Test(
    "without an id, a name that mad_prefect would change is refused with the one that it makes",
    arguments: [["record", "success"], ["exec"]])
  func name(command: [String]) throws {
    let options = ["--root", scratch.root.path, "--name", "daily sales", "--asset-path", "gold/sales.json"]
    let end = command == ["exec"] ? ["--", "echo", "ran"] : []
    let refused = try scratch.run(command + options + end)
    #expect(refused.status == 64)
    #expect(refused.output == "")
    #expect(refused.errors.contains("mad_prefect calls an asset named 'daily sales' 'daily_sales'"))
    #expect(refused.errors.lowercased().contains("give the id"))
    #expect(try scratch.run(command + options + ["--id", "1"] + end).status == 0)
    #expect(try scratch.run("show", "daily sales", "1").status == 0)
  }

  @Test(
    "a signature that cannot be the id is called a signature",
    arguments: [("", "The signature is empty"), ("a/b", "The signature 'a/b' cannot stand for the id")])
  func signature(signature: String, hint: String) throws {
    let refused = try scratch.run("record", "success", "--name", "job", "--signature", signature)
    #expect(refused.status == 64)
    #expect(refused.errors.contains(hint), "\(refused.errors)")
    #expect(try scratch.run("record", "success", "--name", "job", "--id", "1", "--signature", signature).status == 0)
  }

  @Test("a text of any length is quoted in short")
  func longName() throws {
    let name = String(repeating: "n", count: 100_000)
    let run = try scratch.run("record", "success", "--name", name, "--id", "1")
    #expect(run.status == 64)
    #expect(run.errors.utf8.count < 1200)
    #expect(run.errors.contains("100000 bytes, and"))
    let line = "{\"event\": \"success\", \"asset_name\": \"\(name)\", \"asset_id\": \"1\"}"
    let batch = try scratch.run(["record", "batch", "-", "--root", scratch.root.path], input: line)
    #expect(batch.output.utf8.count < 1200)
    #expect(try batch.object()["kind"] as? String == "invalid")
  }

  @Test("a refused line of a batch says of what kind the refusal is")
  func kinds() throws {
    try Data("no folder".utf8).write(to: scratch.metadata.appending(path: "asset_name=file"))
    let lines = """
      {"event": "success", "asset_name": "job", "asset_id": "1"}
      {"event": "success", "asset_name": "job", "asset_id": "a/b"}
      {"event": "success", "asset_name": "a b"}
      {"event": "success"}
      nonsense
      {"event": "success", "asset_name": "file", "asset_id": "1"}
      """
    let run = try scratch.run(["record", "batch", "-", "--root", scratch.root.path], input: lines)
    let answers = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(
      answers.map { $0["kind"] as? String } == [nil, "invalid", "invalid", "invalid", "invalid", "cannot_write"],
      "\(run.output)")
  }

  @Test("a batch answers each line where the root is gone, and goes on when it is back")
  func rootGone() throws {
    let scratch = try RecordingScratch()
    let batch = try BatchProcess(scratch)
    func kind() throws -> String? {
      batch.send("{\"event\": \"success\", \"asset_name\": \"job\", \"asset_id\": \"1\"}")
      let answer = try #require(batch.answer())
      return try #require(try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any])["kind"]
        as? String
    }
    #expect(try kind() == nil)
    try FileManager.default.moveItem(atPath: scratch.root, toPath: scratch.root + ".gone")
    #expect(try kind() == "no_such_root")
    try FileManager.default.moveItem(atPath: scratch.root + ".gone", toPath: scratch.root)
    #expect(try kind() == nil)
    #expect(batch.finish() == 66)
  }
}

import Foundation
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("Recording lives, ends and oddities")
struct RecordLifeTests {
  private let scratch: CommandScratch

  init() throws {
    scratch = try CommandScratch(.copy)
  }

  private func record(_ words: String..., input: String = "") throws -> CommandRun {
    try scratch.run(["record"] + words + ["--root", scratch.root.path, "--now", CommandScratch.now], input: input)
  }

  private func metadata(_ run: String) throws -> RunMetadata {
    let url = scratch.metadata.appending(path: "asset_name=job/asset_id=1/asset_run_id=\(run)/metadata.json")
    return try ManifestCodec.decodeRunMetadata([UInt8](Data(contentsOf: url)))
  }

  private let job = ["--name", "job", "--id", "1"]

  @Test("a heartbeat is recorded of a run that began, and refused of any other")
  func heartbeat() throws {
    func heartbeat(_ options: String...) throws -> CommandRun {
      try scratch.run(
        ["record", "heartbeat"] + job + options + ["--root", scratch.root.path, "--now", "2026-11-23T20:01:00Z"])
    }
    #expect(try heartbeat("--run", "r1").status == 1)
    #expect(try heartbeat().status == 64)
    #expect(try record("start", "--name", "job", "--id", "1", "--run", "r1", "--heartbeat", "2m").status == 0)
    #expect(try metadata("r1").heartbeatSeconds == 120)
    let beat = try heartbeat("--run", "r1")
    #expect(beat.status == 0)
    #expect(try beat.object()["event"] as? String == "heartbeat")
    #expect(try metadata("r1").heartbeatAt?.description == "2026-11-23T20:01:00Z")
    #expect(try heartbeat("--run", "r1", "--heartbeat", "30s").status == 0)
    #expect(try metadata("r1").heartbeatSeconds == 30)
    #expect(try heartbeat("--run", "r1", "--at", "2026-11-23T20:07:00Z").status == 64)
    #expect(try heartbeat("--run", "r1", "--at", "2026-11-23T20:07:00Z", "--allow-future").status == 0)
    #expect(try record("success", "--name", "job", "--id", "1", "--run", "r1").status == 0)
    let late = try heartbeat("--run", "r1")
    #expect(late.status == 1)
    #expect(late.errors.contains("the run r1 has ended"))
  }

  @Test("a failure ends the newest unfinished run, or the first since a time, of one asset or of all of a name")
  func unfinished() throws {
    func fail(_ options: String...) throws -> CommandRun {
      try scratch.run(
        ["record", "failure", "--unfinished", "--name", "job", "--error-type", "KeyError", "--error", "'id'"] + options
          + ["--root", scratch.root.path, "--now", CommandScratch.now])
    }
    for (run, started) in [("r1", "3h"), ("r2", "2h"), ("r3", "1h")] {
      #expect(try record("start", "--name", "job", "--id", "1", "--run", run, "--started", started).status == 0)
    }
    #expect(try fail("--id", "1", "--since", "2h").object()["run_id"] as? String == "r2")
    #expect(try metadata("r2").error == RunError(type: "KeyError", message: "'id'"))
    #expect(try fail("--id", "1").object()["run_id"] as? String == "r3")
    #expect(try fail().object()["run_id"] as? String == "r1")
    for none in [try fail(), try fail("--id", "1")] {
      #expect(none.status == 1)
      #expect(none.errors.contains("unfinished"))
      #expect(none.output == "")
    }
    #expect(try fail("--run", "r1").status == 64)
    #expect(try record("failure", "--name", "job", "--error", "x", "--since", "1h").status == 64)
  }

  @Test("a failure names artifacts as a line of a batch does")
  func artifacts() throws {
    #expect(
      try record("failure", "--name", "job", "--id", "1", "--run", "r1", "--error", "x", "--artifact", "a.csv").status
        == 0)
    #expect(try metadata("r1").artifacts?.map(\.path) == ["a.csv"])
  }

  @Test(
    "times ahead of the clock are refused unless they are allowed",
    arguments: [
      ["start", "--started"], ["success", "--started"], ["success", "--materialized"], ["failure", "--ended"],
    ])
  func future(words: [String]) throws {
    let rest = job + [words[1], "2026-11-23T20:05:01Z"] + (words[0] == "failure" ? ["--error", "x"] : [])
    func run(_ options: [String]) throws -> CommandRun {
      try scratch.run(
        ["record", words[0]] + rest + options + ["--root", scratch.root.path, "--now", CommandScratch.now])
    }
    let refused = try run([])
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--allow-future"))
    #expect(try run(["--allow-future"]).status == 0)
    let line = #"{"event": "start", "asset_name": "job", "asset_id": "1", "started_at": "2026-11-23T20:05:01Z"}"#
    let batch = try record("batch", "-", input: line)
    #expect(batch.status == 64)
    #expect(try batch.object()["kind"] as? String == "invalid")
    #expect(try record("batch", "-", "--allow-future", input: line).status == 0)
  }

  @Test(
    "a number is not taken for a time, and no advice leads to 1971",
    arguments: [
      ("1764000000", "2025-11-24T16:00:00Z"), ("1764000000s", "2025-11-24T16:00:00Z"),
      ("1764000000000", "2025-11-24T16:00:00Z"), ("1764000000000000", "2025-11-24T16:00:00Z"),
      ("99999d", "write the date"), ("20261123", "has no unit"),
    ])
  func numbers(text: String, advice: String) throws {
    for words in [
      ["record", "success", "--name", "job", "--materialized", text],
      ["record", "start", "--name", "job", "--started", text], ["failures", "--since", text], ["list", "--now", text],
    ] {
      let now = words[0] == "list" ? [] : ["--now", CommandScratch.now]
      let run = try scratch.run(words + ["--root", scratch.root.path] + now)
      #expect(run.status == 65, "\(words)")
      #expect(run.errors.contains(advice), "\(run.errors)")
      #expect(!run.errors.contains("write \(text)s"))
    }
  }

  // MARK: What is no character

  @Test("halves of surrogate pairs and bytes that are not UTF-8 are replaced in words for people")
  func surrogates() throws {
    let error = #"{"type": "E\udcff", "message": "bad \udcff.csv \ud83d\ude00 \ud83d!", "traceback": "\ud800"}"#
    let member = #""parameters": "\udc00p", "error": \#(error)"#
    let line =
      #"{"event": "failure", "asset_name": "job", "asset_id": "1", "run_id": "r1", \#(member)}"#
    #expect(try record("batch", "-", input: line).status == 0)
    let run = try metadata("r1")
    #expect(run.error == RunError(type: "E\u{FFFD}", message: "bad \u{FFFD}.csv 😀 \u{FFFD}!", traceback: "\u{FFFD}"))
    #expect(run.parameters == "\u{FFFD}p")
    let raw = try scratch.run(
      [
        "-c",
        #"printf '{"event":"failure","asset_name":"job","asset_id":"1","run_id":"r2","error":"a\377b"}\n' | $record -"#,
      ],
      program: "/bin/sh",
      environment: ["record": "\(try CommandScratch.program()) record batch --root \(scratch.root.path)"])
    #expect(raw.status == 0, "\(raw.errors)")
    #expect(try metadata("r2").error?.message == "a\u{FFFD}b")
  }

  @Test(
    "what is no character is refused in names, ids and paths, with the reason",
    arguments: ["asset_name", "asset_id", "run_id", "asset_path", "artifacts_dir", "signature", "artifacts"])
  func refusedSurrogates(key: String) throws {
    var members = ["event": #""success""#, "asset_name": #""job""#, "asset_id": #""1""#]
    members[key] = key == "artifacts" ? #"["ok", "a\udcff"]"# : #""a\udcff""#
    let line = "{" + members.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    let run = try record("batch", "-", input: line)
    #expect(run.status == 65)
    #expect(try run.object()["kind"] as? String == "invalid")
    #expect(run.errors.contains("\"\(key)\" holds what is no character"), "\(run.errors)")
  }

  @Test("a policy file with one half of a surrogate pair is refused for what it is")
  func policySurrogate() throws {
    let file = try scratch.file("policy.json", #"{"max_age": "24h", "rules": [{"name": "a\udcff", "max_age": "1h"}]}"#)
    let run = try scratch.run("freshness", "--policy", file)
    #expect(run.status == 65)
    #expect(run.errors.contains("one half of a surrogate pair"))
  }

  // MARK: Limits

  @Test("a batch fits itself to the descriptors that it may open", arguments: ["-n 64", "-n 256", "-Sn 64"])
  func descriptors(limit: String) throws {
    let lines = (0..<600).map { #"{"event":"success","asset_name":"n\#($0)","asset_id":"1","run_id":"r"}"# }
    let file = try scratch.file("runs.ndjson", lines.joined(separator: "\n"))
    let run = try scratch.run(
      ["-c", "ulimit \(limit); exec \"$program\" record batch '\(file)' --root '\(scratch.root.path)'"],
      program: "/bin/sh", environment: ["program": try CommandScratch.program()])
    #expect(run.status == 0, "\(run.errors.prefix(500))")
    #expect(run.output.components(separatedBy: "\"recorded\":true").count == 601)
  }

  @Test("a limit on the size of files that is too small for the index does not keep a batch from its records")
  func fileSize() throws {
    #expect(try scratch.run("reconcile").status == 0)
    let lines = (0..<50).map { #"{"event":"success","asset_name":"n\#($0)","asset_id":"1","run_id":"r"}"# }
    let file = try scratch.file("runs.ndjson", lines.joined(separator: "\n"))
    let run = try scratch.run(
      ["-c", "(ulimit -f 8; exec \"$program\" record batch '\(file)' --root '\(scratch.root.path)') | cat"],
      program: "/bin/sh", environment: ["program": try CommandScratch.program()])
    #expect(run.status == 0, "\(run.errors.prefix(500))")
    #expect(run.output.components(separatedBy: "\"recorded\":true").count == 51)
    #expect(run.errors.contains("the index will learn of it only from the next reconcile"))
    let rebuild = try scratch.run(
      ["-c", "ulimit -f 8; exec \"$program\" rebuild --root '\(scratch.root.path)'"],
      program: "/bin/sh", environment: ["program": try CommandScratch.program()])
    #expect(rebuild.status == 73, "\(rebuild.status) \(rebuild.errors)")
    #expect(try scratch.run("reconcile").status == 0)
  }
}

import Foundation
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("The command record")
struct RecordTests {
  private let scratch: CommandScratch

  init() throws {
    scratch = try CommandScratch(.copy)
  }

  private func manifest(_ name: String, _ id: String) throws -> Manifest {
    let url = scratch.metadata.appending(path: "asset_name=\(name)/asset_id=\(id)/manifest.json")
    return try ManifestCodec.decodeManifest([UInt8](Data(contentsOf: url)))
  }

  @Test("records start, success and failure of a run, and says what was recorded")
  func wholeLife() throws {
    let start = try scratch.run(
      "record", "start", "--name", "job.x", "--id", "a1", "--run", "r1", "--started", "2026-11-23T19:59:00Z",
      "--parameters", "{'a': 1}")
    #expect(start.status == 0)
    #expect(try start.object()["event"] as? String == "start")
    #expect(try start.object()["manifest_path"] is NSNull)
    let success = try scratch.run(
      "record", "success", "--name", "job.x", "--id", "a1", "--run", "r1", "--artifact", "bronze/orders_eu.csv",
      "--artifact", "gone.csv", "--signature", "s1")
    let object = try success.object()
    #expect(object["duration_ms"] as? Int == 60_000)
    #expect(object["materialized"] as? String == CommandScratch.now)
    #expect(object["started_at"] as? String == "2026-11-23T19:59:00Z")
    #expect(try manifest("job.x", "a1").lastArtifacts == ["bronze/orders_eu.csv", "gone.csv"])
    #expect(try manifest("job.x", "a1").signature == "s1")
    #expect(try manifest("job.x", "a1").updatedAt?.description == CommandScratch.now)

    let failure = try scratch.run(
      "record", "failure", "--name", "job.x", "--id", "a1", "--run", "r2", "--error-type", "E", "--error-file",
      try scratch.file("error.txt", "line 1\n\u{1B}[31mé\u{0}\""), "--traceback", "at 7")
    #expect(failure.status == 0)
    #expect(try manifest("job.x", "a1").lastError == "E: line 1\n\u{1B}[31mé\u{0}\"")
    #expect(try manifest("job.x", "a1").lastMaterialized?.description == CommandScratch.now)
    let row = try #require(try scratch.run("failures", "--name", "job.x", "--format", "json").rows().first)
    #expect(row["run_id"] as? String == "r2")
    #expect(row["error"] as? String == "E: line 1\n\u{1B}[31mé\u{0}\"")
  }

  @Test("without an id follows mad_prefect's rule, or the signature")
  func identity() throws {
    func id(_ arguments: String...) throws -> String? {
      let run = try scratch.run(
        ["record", "success"] + arguments + ["--root", scratch.root.path, "--now", CommandScratch.now])
      return try run.object()["asset_id"] as? String
    }
    #expect(
      try id("--name", "__main__.customers", "--asset-path", "silver/customers.parquet")
        == "e09cdc38e020b75db9f57307ced83036")
    #expect(
      try manifest("__main__.customers", "e09cdc38e020b75db9f57307ced83036").signature
        == "e09cdc38e020b75db9f57307ced83036")
    #expect(try id("--name", "n", "--signature", "sig-7") == "sig-7")
    #expect(try id("--name", "n", "--signature", "sig-7", "--id", "a1") == "a1")
    #expect(try manifest("n", "a1").signature == "sig-7")
    #expect(try id("--name", "n", "--id", "a2") == "a2")
    #expect(try manifest("n", "a2").signature == nil)
    #expect(
      try id("--name", "n", "--asset-path", "p", "--artifacts-dir", "d")
        == AssetIdentifier.id(
          name: "n", path: "p", artifactsFolder: "d"))
  }

  @Test("keeps the artifacts of the manifest unless told otherwise")
  func artifacts() throws {
    func artifacts(_ arguments: String...) throws -> [String] {
      let run = try scratch.run(
        ["record", "success", "--name", "n", "--id", "1", "--root", scratch.root.path] + arguments)
      #expect(run.status == 0)
      return try manifest("n", "1").lastArtifacts
    }
    #expect(try artifacts("--artifact", "a") == ["a"])
    #expect(try artifacts() == ["a"])
    #expect(try artifacts("--no-artifacts") == [])
  }

  @Test(
    "refuses what makes no sense with one sentence",
    arguments: [
      (["success", "--name", "a/b"], 64, "'a/b'"), (["success", "--name", ".."], 64, "'..'"),
      (["success", "--name", ""], 64, "''"), (["success", "--name", "{x}"], 64, "braces"),
      (["success"], 64, "--name"), (["failure", "--name", "n"], 64, "--error"),
      (["success", "--name", "n", "--materialized", "soon"], 65, "--materialized"),
      (["success", "--name", "n", "--duration", "-3s"], 64, "--duration"),
      (["success", "--name", "n", "--run", "a/b"], 64, "'a/b'"),
      (["success", "--name", "n", "--artifact", "a", "--no-artifacts"], 64, "--no-artifacts"),
      (["success", "--name", "n", "--artifact", ""], 64, "artifact"),
      (["failure", "--name", "n", "--error-file", "/nonexistent"], 65, "/nonexistent"),
      (["batch", "/nonexistent"], 65, "/nonexistent"), (["nonsense"], 64, "nonsense"),
      (["success", "--name", "n", "--root", "/nonexistent"], 66, "/nonexistent"),
    ] as [([String], Int32, String)])
  func refusals(arguments: [String], status: Int32, word: String) throws {
    let root = arguments.contains("--root") ? [] : ["--root", scratch.root.path]
    let run = try scratch.run(["record"] + arguments + root)
    #expect(run.status == status)
    #expect(run.output == "")
    #expect(run.errors.contains(word))
    #expect(run.errors.count { $0 == "\n" } == 1)
  }

  @Test("takes options of every command before both words")
  func optionOrder() throws {
    let run = try scratch.run(["--root", scratch.root.path, "-q", "record", "success", "--name", "n", "--id", "1"])
    #expect(run.status == 0)
    #expect(run.output == "")
    #expect(try manifest("n", "1").lastStatus == .success)
  }

  @Test("records many reports, and says for each line what became of it")
  func batch() throws {
    let lines = """
      {"event": "start", "asset_name": "b", "asset_id": "1", "run_id": "r1", "started_at": "2026-01-02T03:04:05+01:00"}
      {"event": "success", "asset_name": "b", "asset_id": "1", "run_id": "r1", "materialized": "2026-01-02T03:04:06+01:00", "artifacts": ["x"]}

      {"event": "failure", "asset_name": "b/c", "error": "x"}
      {"event": "failure", "asset_name": "b", "asset_id": "1", "run_id": "r2", "error": {"type": "T", "message": "a\\u0000\\ud83d\\ude00\\n", "traceback": "t"}, "duration_ms": 5}
      {"event": "failure", "asset_name": "b"}
      {"event": "success", "asset_name": "b", "colour": 1}
      [1]
      {"event": "success", "asset_name": "__main__.customers", "asset_path": "silver/customers.parquet", "run_id": "r9"}
      """
    #expect(try scratch.run("reconcile").status == 0)
    let run = try scratch.run(["record", "batch", "-", "--root", scratch.root.path], input: lines)
    #expect(run.status == 64)
    let answers = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(answers.map { $0["line"] as? Int } == [1, 2, 4, 5, 6, 7, 8, 9])
    #expect(answers.map { $0["recorded"] as? Bool } == [true, true, false, true, false, false, false, true])
    #expect(answers[7]["asset_id"] as? String == "e09cdc38e020b75db9f57307ced83036")
    let found = try manifest("b", "1")
    #expect(found.lastRun?.id == "r2")
    #expect(found.lastError == "T: a\0😀\n")
    #expect(found.lastArtifacts == ["x"])
    #expect(found.lastMaterialized?.description == "2026-01-02T02:04:06Z")
    #expect(run.errors.split(separator: "\n").count == 4)
    #expect(try scratch.run("check").output.contains("agree") == true)
  }
}

@Suite("The command exec")
struct ExecTests {
  private let scratch: CommandScratch

  init() throws {
    scratch = try CommandScratch(.copy)
  }

  private func exec(_ script: String, _ options: [String] = [], input: String = "") throws -> CommandRun {
    try scratch.run(
      ["exec", "--root", scratch.root.path, "--name", "job", "--id", "1", "--run", "r1"] + options
        + ["--", "sh", "-c", script], input: input)
  }

  private func recorded() throws -> RunMetadata {
    let url = scratch.metadata.appending(path: "asset_name=job/asset_id=1/asset_run_id=r1/metadata.json")
    return try ManifestCodec.decodeRunMetadata([UInt8](Data(contentsOf: url)))
  }

  @Test("passes input and output through, tells the command its run, and records a success with its artifacts")
  func success() throws {
    let run = try exec(
      "cat; echo $ASSET_CATALOG_RUN_ID $ASSET_CATALOG_ASSET_NAME $ASSET_CATALOG_ASSET_ID; echo oops >&2",
      ["--artifact", "out.csv"], input: "hello\n")
    #expect(run.status == 0)
    #expect(run.output == "hello\nr1 job 1\n")
    #expect(run.errors == "oops\n")
    #expect(try recorded().status == .success)
    #expect(try recorded().materialized != nil)
    #expect(try recorded().artifacts?.map(\.path) == ["out.csv"])
  }

  @Test(
    "ends as the command ended, and records how",
    arguments: [
      ("echo boom >&2; exit 3", 3, "ExitStatus", "3: boom"), ("exit 255", 255, "ExitStatus", "255"),
      ("printf 'first\\nlast  \\n\\n' >&2; exit 1", 1, "ExitStatus", "1: last  "),
      ("kill -SEGV $$", 139, "Signal", "SIGSEGV"), ("echo x >&2; kill -KILL $$", 137, "Signal", "SIGKILL: x"),
    ] as [(String, Int32, String, String)])
  func failures(script: String, status: Int32, type: String, message: String) throws {
    let run = try exec(script)
    #expect(run.status == status)
    let found = try recorded()
    #expect(found.status == .failed)
    #expect(found.error?.type == type)
    #expect(found.error?.message == message)
    #expect(found.materialized == nil)
    #expect(found.durationMilliseconds != nil)
  }

  @Test("keeps the end of a long standard error, cut between characters, and passes all of it on")
  func longErrors() throws {
    let run = try exec("i=0; while [ $i -lt 3000 ]; do echo \"$i ééééééééééééééééééé\" >&2; i=$((i+1)); done; exit 1")
    #expect(run.status == 1)
    #expect(run.errors.split(separator: "\n").count == 3000)
    let kept = try #require(try recorded().error?.traceback)
    #expect(kept.utf8.count <= 64 << 10)
    #expect(kept.utf8.count > (64 << 10) - 8)
    #expect(!kept.contains("\u{FFFD}"))
    #expect(run.errors.hasSuffix(kept))
  }

  @Test("does not wait for what the command leaves running")
  func background() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    // The outer shell ends what is left; if `exec` waited for that, this would take an hour.
    process.arguments = [
      "-c",
      """
      "$0" exec --root "$1" --name job --id 1 --run r1 -- sh -c 'sleep 3600 & echo $!; echo done >&2' > "$1/left"
      status=$?; kill -9 $(cat "$1/left"); exit $status
      """, try CommandScratch.program(), scratch.root.path,
    ]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(errors.fileHandleForReading.availableData == Data("done\n".utf8))
    #expect(try recorded().status == .success)
  }

  @Test(
    "a command that is not there or cannot be run is a failure",
    arguments: [("/nonexistent/x", 127), ("/etc/passwd", 126)])
  func notStarted(command: String, status: Int32) throws {
    let run = try scratch.run([
      "exec", "--root", scratch.root.path, "--name", "job", "--id", "1", "--run", "r1", "--", command,
    ])
    #expect(run.status == status)
    #expect(run.errors.contains(command))
    #expect(try recorded().error?.type == "NotStarted")
  }

  @Test(
    "hands on signals, and ends as the command does", arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2])
  func signals(number: Int32) throws {
    let process = Process()
    process.executableURL = URL(filePath: try CommandScratch.program())
    let script = """
      trap 'echo got TERM; exit 40' TERM; trap 'echo got HUP; exit 41' HUP; trap 'echo got INT; exit 42' INT
      trap 'echo got QUIT; exit 43' QUIT; trap 'echo got USR1; exit 44' USR1; trap 'echo got USR2; exit 45' USR2
      echo ready; while :; do sleep 0.01; done
      """
    process.arguments = [
      "exec", "--root", scratch.root.path, "--name", "job", "--id", "1", "--run", "r1", "--", "sh", "-c", script,
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    // The threads of a pool block most signals, and what they start inherits that.
    var (none, former) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    try process.run()
    #expect(output.fileHandleForReading.availableData == Data("ready\n".utf8))
    #expect(kill(process.processIdentifier, number) == 0)
    process.waitUntilExit()
    let expected: [Int32: Int32] = [SIGTERM: 40, SIGHUP: 41, SIGINT: 42, SIGQUIT: 43, SIGUSR1: 44, SIGUSR2: 45]
    #expect(process.terminationStatus == expected[number])
    #expect(process.terminationReason == .exit)
    #expect(try recorded().error?.message == expected[number].map { "\($0)" })
  }

  @Test("a record that fails is a warning, and the command runs all the same")
  func recordFails() throws {
    try Data("no folder".utf8).write(to: scratch.metadata.appending(path: "asset_name=job"))
    let run = try exec("echo ran; exit 7")
    #expect(run.status == 7)
    #expect(run.output == "ran\n")
    #expect(run.errors.split(separator: "\n").count == 2)
    #expect(run.errors.contains("asset_name=job"))
  }

  @Test(
    "a command line that makes no sense, or a root that is missing, keeps the command from running",
    arguments: [
      (["--name", "a/b"], 64), (["--name", "n", "--root", "/nonexistent"], 66), ([], 64),
    ] as [([String], Int32)])
  func refusals(options: [String], status: Int32) throws {
    let root = options.contains("--root") ? [] : ["--root", scratch.root.path]
    let run = try scratch.run(["exec"] + root + options + ["--", "echo", "ran"])
    #expect(run.status == status)
    #expect(run.output == "")
  }

  @Test("without a command says how to name one")
  func noCommand() throws {
    #expect(try scratch.run(["exec", "--root", scratch.root.path, "--name", "n"]).status == 64)
    #expect(try scratch.run(["exec", "--root", scratch.root.path, "--name", "n", "--"]).status == 64)
  }
}

import Foundation
import Glibc
import ManifestModel
import Testing

@testable import AssetCatalogCommand

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
    #expect(run.errors == "oops\nasset-catalog: The command succeeded, but 'out.csv' is missing.\n")
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

  @Test("takes --no-artifacts, and measures the time by a clock that nobody sets")
  func facts() throws {
    #expect(try scratch.run("record", "success", "--name", "job", "--id", "1", "--artifact", "a").status == 0)
    // The clock of the wall is fixed.
    let run = try exec("sleep 0.1", ["--no-artifacts", "--now", "2020-01-01"])
    #expect(run.status == 0)
    let duration = try #require(try recorded().durationMilliseconds)
    #expect((100..<60_000).contains(duration))
    #expect(try recorded().startedAt?.description == "2020-01-01T00:00:00Z")
    #expect(try recorded().artifacts == [])
    let manifest = scratch.metadata.appending(path: "asset_name=job/asset_id=1/manifest.json")
    #expect(try ManifestCodec.decodeManifest([UInt8](Data(contentsOf: manifest))).lastArtifacts == [])
    #expect(try exec("echo ran", ["--no-artifacts", "--artifact", "x"]).status == 64)
  }

  @Test("a script that does not say what runs it is run by the shell", arguments: [true, false])
  func noShebang(byPath: Bool) throws {
    let script = try scratch.file("bin/job.script", "echo \"$0 $1 $2\"\nexit 4\n")
    chmod(script, 0o755)
    let run = try scratch.run(
      ["exec", "--root", scratch.root.path, "--name", "job", "--id", "1", "--run", "r1", "--"]
        + [byPath ? script : "job.script", "--", "a b"],
      environment: ["PATH": "/nonexistent::\(scratch.folder.path)/bin:\(scratch.environment["PATH"] ?? "")"])
    #expect(run.status == 4, "\(run.errors)")
    #expect(run.output == "\(script) -- a b\n")
  }

  /// Runs a script of a shell in which `$exec` runs what follows.
  private func shell(_ script: String) throws -> CommandRun {
    try scratch.run(
      ["-c", script], program: "/bin/sh",
      environment: [
        "exec":
          "\(try CommandScratch.program()) exec --root \(scratch.root.path) --name job --id 1 --run r1 --"
      ])
  }

  @Test("hands the words of the command on byte for byte")
  func bytes() throws {
    let run = try shell("$exec printf '%s|' -- \"$(printf 'caf\\351')\" é '' --name x | od -An -c | tr -d ' \\n'")
    #expect(run.status == 0)
    #expect(run.output == #"--|caf351|303251||--name|x|"#)
  }

  @Test("passes on standard error byte for byte, and records what can be read of it")
  func binaryErrors() throws {
    let run = try shell("$exec sh -c 'printf \"\\377\\000\\200ok\\n\" >&2; exit 1' 2>&1 | od -An -c | tr -d ' \\n'")
    #expect(run.output == #"377\0200ok\n"#)
    #expect(try recorded().error?.message == "1: \u{FFFD}\0\u{FFFD}ok")
  }

  @Test("runs without standard output or error as the command would", arguments: [">&-", "2>&-", "<&- >&- 2>&-"])
  func closedStreams(closed: String) throws {
    let run = try shell("$exec sh -c 'echo out; echo err >&2; exit 3' \(closed)")
    #expect(run.status == 3)
    #expect(run.output == (closed == "2>&-" ? "out\n" : ""))
    #expect(try recorded().error?.traceback?.contains("err\n") == true)
  }

  @Test(
    "does not wait for a thread that it cannot have",
    .enabled("the system must let the test ask for a large stack") {
      var limit = rlimit()
      return getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0 && limit.rlim_max == rlim_t.max
    })
  func noThread() throws {
    // No address space has room for a stack of 200 TB. More than a pipe holds, so that the command would wait for ever.
    let run = try shell(
      "ulimit -s 200000000000 || exit 99; exec timeout 30 $exec sh -c 'head -c 200000 /dev/zero >&2; exit 3'")
    #expect(run.status == 3)
    #expect(run.errors.utf8.count == 200_000)
  }

  @Test("that waited for another run says that it began when it began, not when it was asked for")
  func startAfterWaiting() throws {
    let gate = scratch.folder.appending(path: "go").path
    try #require(mkfifo(gate, 0o600) == 0)
    let words = [try CommandScratch.program(), "exec", "--root", scratch.root.path, "--name", "job", "--id", "1"]
    let first = try SpawnedProgram(
      .group, words + ["--run", "r0", "--", "sh", "-c", "echo begun; cat '\(gate)'"], environment: scratch.environment)
    try first.expect("begun")
    let second = try SpawnedProgram(
      .group, words + ["--run", "r1", "--if-running", "wait", "--", "true"], environment: scratch.environment)
    // Right without it too; but only who waits can be wrong.
    usleep(300_000)
    let opened = Date.now
    try Data().write(to: URL(filePath: gate))
    #expect(try first.wait() == .exited(0))
    #expect(try second.wait() == .exited(0))
    let start = try #require(recorded().startedAt?.microseconds)
    #expect(Double(start) / 1e6 >= opened.timeIntervalSince1970 - 0.001)
  }
}

import Foundation
import Glibc
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("The command exec is transparent")
struct ExecTransparencyTests {
  private let scratch: CommandScratch

  init() throws {
    scratch = try CommandScratch(.copy)
  }

  private func recorded(_ run: String = "r1") throws -> RunMetadata {
    let url = scratch.metadata.appending(path: "asset_name=job/asset_id=1/asset_run_id=\(run)/metadata.json")
    return try ManifestCodec.decodeRunMetadata([UInt8](Data(contentsOf: url)))
  }

  /// Runs a script of a shell in which `$exec` runs what follows.
  private func shell(_ script: String) throws -> CommandRun {
    try scratch.run(
      ["-c", script], program: "/bin/sh",
      environment: [
        "exec": "\(try CommandScratch.program()) exec --root \(scratch.root.path) --name job --id 1 --run r1 --"
      ])
  }

  /// Waits until a file of the scratch folder holds this text.
  private func expect(_ text: String, in name: String) {
    let deadline = ContinuousClock.now + .seconds(30)
    while (try? String(contentsOf: scratch.folder.appending(path: name), encoding: .utf8)) != text {
      guard ContinuousClock.now < deadline else {
        Issue.record("\(name) never holds '\(text)'")
        return
      }
      usleep(5_000)
    }
  }

  @Test("runs the command under an id that was used before, beside the earlier run, and warns")
  func usedID() throws {
    #expect(try shell("$exec true").status == 0)
    let again = try shell("$exec sh -c 'echo $ASSET_CATALOG_RUN_ID; echo kaputt >&2; exit 4'")
    #expect(again.status == 4)
    #expect(again.output == "r1.2\n")
    #expect(
      again.errors == "asset-catalog: The run 'r1' was used before; this one is 'r1.2'.\nkaputt\n")
    #expect(try recorded("r1").status == .success)
    #expect(try recorded("r1.2").error?.message == "4: kaputt")
    #expect(try shell("$exec true").status == 0)
    #expect(try recorded("r1.3").status == .success)
  }

  @Test("lets what the command leaves running write on for as long as it lives")
  func leftRunning() throws {
    // What is left waits until the shell, and with it exec, has ended.
    let run = try shell(
      """
      mkfifo go; $exec sh -c '(cat go > /dev/null; echo late >&2; echo later >&2; echo survived > out) & exit 0' 2> err
      status=$?; echo now > go; exit $status
      """)
    #expect(run.status == 0)
    expect("survived\n", in: "out")
    expect("late\nlater\n", in: "err")
  }

  @Test("holds no stream open but standard error while something is left running")
  func heldStreams() throws {
    // The shell would read on until the last writer of the pipe is gone.
    let run = try shell(
      """
      mkfifo go; out=$($exec sh -c 'echo out; (cat go >&2) > /dev/null & exit 0' 2> err); echo "$out"; echo late > go
      """)
    #expect(run.output == "out\n")
    expect("late\n", in: "err")
  }

  @Test("keeps the order of lines where standard output and standard error are one file", arguments: [">", ">>"])
  func order(redirection: String) throws {
    let script = "i=0; while [ $i -lt 300 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done; exit 3"
    let run = try shell("echo before > f; $exec sh -c '\(script)' \(redirection) f 2>&1")
    #expect(run.status == 3)
    let lines = try String(contentsOf: scratch.folder.appending(path: "f"), encoding: .utf8).split(separator: "\n")
    let expected = (0..<300).flatMap { ["o\($0)", "e\($0)"] }
    #expect(lines.map(String.init) == (redirection == ">" ? [] : ["before"]) + expected)
    #expect(try recorded().error?.message == "3: e299")
    #expect(try recorded().error?.traceback?.hasPrefix("o0\ne0\n") == true)
  }

  @Test("keeps standard error a terminal where it is one, and its end")
  func terminal() throws {
    let program = try SpawnedProgram(
      .terminal,
      [
        try CommandScratch.program(), "exec", "--root", scratch.root.path, "--name", "job", "--id", "1", "--run", "r1",
        "--", "sh", "-c", "test -t 2 && echo isatty; printf '\\033[31mred\\033[0m\\n' >&2; exit 3",
      ], environment: scratch.environment)
    try program.expect("isatty")
    try program.expect("red")
    #expect(try program.wait() == .exited(3))
    #expect(try recorded().error?.message == "3: red")
  }

  @Test("runs the command under a small limit on the size of files, which ends the command and not exec")
  func fileSizeLimit() throws {
    let run = try shell("ulimit -f 8; $exec sh -c 'echo ran; exec head -c 20000 /dev/zero > big'")
    #expect(run.output == "ran\n")
    #expect(run.status == 128 + SIGXFSZ)
    #expect(try recorded().error?.message.hasPrefix("SIGXFSZ") == true)
  }

  @Test("leaves the limits and the handling of signals to the command as they are")
  func inherited() throws {
    let script = "ulimit -n; ulimit -f; grep -E 'Sig(Ign|Blk)' /proc/self/status"
    let bare = try shell("ulimit -Sn 200; ulimit -f 100000; sh -c '\(script)'")
    let run = try shell("ulimit -Sn 200; ulimit -f 100000; $exec sh -c '\(script)'")
    #expect(run.output == bare.output)
    let ignoring = "trap '' PIPE XFSZ; "
    #expect(try shell("\(ignoring)$exec sh -c '\(script)'").output == shell("\(ignoring)sh -c '\(script)'").output)
  }
}

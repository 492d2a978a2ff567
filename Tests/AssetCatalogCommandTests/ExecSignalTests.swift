import Foundation
import Glibc
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("The command exec and signals")
struct ExecSignalTests {
  private let scratch: CommandScratch
  private let program: String

  init() throws {
    scratch = try CommandScratch(.copy)
    program = try CommandScratch.program()
  }

  private func recorded() throws -> RunMetadata {
    let url = scratch.metadata.appending(path: "asset_name=job/asset_id=1/asset_run_id=r1/metadata.json")
    return try ManifestCodec.decodeRunMetadata([UInt8](Data(contentsOf: url)))
  }

  private func words(_ command: [String]) -> [String] {
    [program, "exec", "--root", scratch.root.path, "--name", "job", "--id", "1", "--run", "r1", "--"] + command
  }

  /// Runs `exec` with a shell script for its command.
  private func exec(_ place: SpawnedProgram.Place, _ script: String) throws -> SpawnedProgram {
    try SpawnedProgram(place, words(["sh", "-c", script]), environment: scratch.environment)
  }

  /// Runs a script of a shell in which `$exec` runs what follows.
  private func shell(_ place: SpawnedProgram.Place, _ words: [String]) throws -> SpawnedProgram {
    var environment = scratch.environment
    environment["exec"] = self.words([]).joined(separator: " ")
    return try SpawnedProgram(place, words, environment: environment)
  }

  private static let loop = "while :; do sleep 0.01; done"

  @Test(
    "forwards signals, and ends as the command does",
    arguments: [
      (SIGTERM, "TERM"), (SIGHUP, "HUP"), (SIGINT, "INT"), (SIGQUIT, "QUIT"), (SIGUSR1, "USR1"), (SIGUSR2, "USR2"),
    ])
  func handedOn(number: Int32, name: String) throws {
    let run = try exec(.group, "trap 'echo got; exit 40' \(name); echo ready; \(Self.loop)")
    try run.expect("ready")
    kill(run.process, number)
    try run.expect("got")
    #expect(try run.wait() == .exited(40))
    let asksToEnd = number != SIGUSR1 && number != SIGUSR2
    #expect(try recorded().error?.type == (asksToEnd ? "Cancelled" : "ExitStatus"))
    #expect(try recorded().error?.message == (asksToEnd ? "SIG\(name), exit status 40" : "40"))
  }

  @Test("ends by the signal that ended the command", arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
  func sameSignal(number: Int32) throws {
    let run = try exec(.group, "echo ready; \(Self.loop)")
    try run.expect("ready")
    kill(run.process, number)
    #expect(try run.wait() == .signalled(number))
    #expect(try recorded().error == RunError(type: "Cancelled", message: SignalName.name(of: number)))
  }

  @Test("forwards that the terminal is gone, which only the leader of a session is told")
  func hangUp() throws {
    let run = try exec(.terminal, "trap 'exit 9' HUP; echo ready; \(Self.loop)")
    try run.expect("ready")
    run.hangUp()
    #expect(try run.wait() == .exited(9))
    #expect(try recorded().error?.message == "SIGHUP, exit status 9")
  }

  @Test("leaves the signals of a terminal to the terminal: the command gets them once")
  func interrupt() throws {
    let run = try exec(.terminal, "trap 'echo got; n=$((n+1))' INT; trap 'exit 4$n' TERM; echo ready; \(Self.loop)")
    try run.expect("ready")
    run.type("\u{3}")
    try run.expect("got")
    usleep(200_000)
    kill(run.process, SIGTERM)
    #expect(try run.wait() == .exited(41))
  }

  @Test("ends the loop of a shell that a terminal interrupts")
  func interruptedLoop() throws {
    let run = try shell(
      .terminal, ["/bin/bash", "-c", "for i in 1 2 3; do $exec sh -c 'echo ready; exec sleep 20'; done; exit 7"])
    try run.expect("ready")
    run.type("\u{3}")
    #expect(try run.wait() == .signalled(SIGINT))
  }

  @Test("does not hand on what its caller ignores, and the command ignores it too", arguments: [SIGHUP, SIGINT])
  func ignored(number: Int32) throws {
    let run = try shell(
      .group,
      [
        "/bin/sh", "-c",
        """
        trap '' HUP INT
        exec $exec sh -c 'grep SigIgn /proc/self/status; exec env --default-signal=HUP,INT sh -c "
          echo ready; sleep 0.5; exit 5"'
        """,
      ])
    try run.expect("ready")
    kill(run.process, number)
    #expect(try run.wait() == .exited(5))
    let mask = String(decoding: run.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)[1]
    #expect(try #require(UInt64(mask, radix: 16)) & 0xFFFF == 0b11)
  }

  @Test("a broken pipe is ignored by the command exactly if the caller ignores it", arguments: [true, false])
  func brokenPipe(isIgnored: Bool) throws {
    let trap = isIgnored ? "trap '' PIPE" : ":"
    let run = try shell(.group, ["/bin/sh", "-c", "\(trap); $exec grep SigIgn /proc/self/status"])
    try run.expect("\n")
    #expect(try run.wait() == .exited(0))
    let mask = String(decoding: run.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)[1]
    #expect(try #require(UInt64(mask, radix: 16)) & 0xFFFF == (isIgnored ? 1 << (UInt64(SIGPIPE) - 1) : 0))
  }

  @Test("a command that signals its own group does not get that back")
  func ownGroup() throws {
    let run = try exec(.group, "trap 'n=$((n+1))' TERM; kill -TERM 0; sleep 0.3; echo \"n=$n.\"; exit 6")
    try run.expect("n=1.")
    #expect(try run.wait() == .exited(6))
  }

  @Test("stops with the command and continues with it")
  func stopAndContinue() throws {
    let run = try exec(.group, "echo \"pid=$$.\"; echo ready; \(Self.loop)")
    try run.expect("ready")
    let text = String(decoding: run.output, as: UTF8.self)
    let command = try #require(text.firstMatch(of: /pid=(\d+)\./).flatMap { pid_t($0.output.1) })
    for _ in 0..<3 {
      kill(run.process, SIGTSTP)
      for process in [run.process, command] { try SpawnedProgram.expect(process, in: ["T"]) }
      kill(run.process, SIGCONT)
      for process in [run.process, command] { try SpawnedProgram.expect(process, in: ["R", "S", "D"]) }
    }
    // At once, so that the command has not stopped yet when it is to continue.
    kill(run.process, SIGTSTP)
    kill(run.process, SIGCONT)
    kill(run.process, SIGTERM)
    #expect(try run.wait() == .signalled(SIGTERM))
  }

  @Test("is stopped by the key of a terminal and continued by its shell: the command gets both once")
  func terminalStop() throws {
    // A script without processes of its own, so that each signal is seen at once.
    let script = try scratch.file(
      "count.sh",
      """
      trap 'stops=$((stops+1)); echo "stops:$stops."; kill -STOP $$' TSTP; trap 'continued=$((continued+1))' CONT
      mkfifo "$0.fifo"; exec 3<>"$0.fifo"; echo ready
      until [ "$continued" ]; do read -t 0.02 -u 3 x; done
      for i in {1..20}; do read -t 0.02 -u 3 x; done
      echo "stopped $stops, continued $continued"; exit 8
      """)
    let run = try shell(.terminal, ["/bin/bash", "--norc", "--noprofile", "-i"])
    run.type("$exec bash \(script)\n")
    try run.expect("ready")
    run.type("\u{1A}")
    try run.expect("stops:1.")
    try run.expect("Stopped")
    usleep(200_000)
    run.type("fg\n")
    try run.expect("stopped 1, continued 1")
    run.type("exit $?\n")
    #expect(try run.wait() == .exited(8))
  }

  @Test("does not stop while its command ignores that")
  func ignoredStop() throws {
    let run = try exec(.group, "trap '' TSTP; echo ready; sleep 1; exit 3")
    try run.expect("ready")
    kill(run.process, SIGTSTP)
    #expect(try run.wait() == .exited(3))
    let typed = try shell(.terminal, ["/bin/bash", "--norc", "--noprofile", "-i"])
    typed.type("$exec sh -c 'trap \"\" TSTP; echo rea\"\"dy; sleep 1; exit 4'; exit $?\n")
    try typed.expect("ready")
    typed.type("\u{1A}")
    #expect(try typed.wait() == .exited(4))
  }

  @Test("gives the terminal back when its command stops itself", arguments: ["TSTP", "TTIN", "TTOU"])
  func ownStop(name: String) throws {
    let run = try shell(.terminal, ["/bin/bash", "--norc", "--noprofile", "-i"])
    run.type("$exec sh -c 'kill -\(name) $$; echo con\"\"tinued; exit 6'\n")
    try run.expect("Stopped")
    run.type("fg\n")
    try run.expect("continued")
    run.type("exit $?\n")
    #expect(try run.wait() == .exited(6))
  }
}

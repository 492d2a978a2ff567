import CatalogTestSupport
import Foundation
import Glibc
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("The command exec when others hold it up")
struct ExecHoldUpTests {
  private let scratch: CommandScratch

  init() throws {
    scratch = try CommandScratch(.copy)
  }

  private var folder: URL { scratch.metadata.appending(path: "asset_name=job/asset_id=1") }

  private func recorded() throws -> RunMetadata {
    try ManifestCodec.decodeRunMetadata(
      [UInt8](Data(contentsOf: folder.appending(path: "asset_run_id=r1/metadata.json"))))
  }

  private func exec(_ script: String, errors: String? = nil) throws -> SpawnedProgram {
    let words = [
      try CommandScratch.program(), "exec", "--root", scratch.root.path, "--name", "job", "--id", "1", "--run", "r1",
      "--",
      "sh", "-c", script,
    ]
    var environment = scratch.environment
    guard let errors else { return try SpawnedProgram(.group, words, environment: environment) }
    environment["errors"] = errors
    return try SpawnedProgram(
      .group, ["/bin/sh", "-c", "exec \"$@\" 2> \"$errors\"", "sh"] + words, environment: environment)
  }

  /// A FIFO with a reader that never reads.
  private func unreadErrors() throws -> (path: String, descriptor: Int32) {
    let path = scratch.folder.appending(path: "errors").path
    try #require(mkfifo(path, 0o600) == 0)
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    try #require(descriptor >= 0)
    return (path, descriptor)
  }

  @Test("ends though nobody reads its standard error, and records the failure", arguments: [SIGTERM, SIGINT])
  func unreadErrors(number: Int32) throws {
    let (path, descriptor) = try unreadErrors()
    defer { close(descriptor) }
    let run = try exec("echo y >&2; echo ready; exec yes >&2", errors: path)
    try run.expect("ready")
    // Until both pipes are full.
    usleep(300_000)
    let began = ContinuousClock.now
    kill(run.process, number)
    #expect(try run.wait() == .signalled(number))
    #expect(ContinuousClock.now - began < .seconds(10))
    #expect(try recorded().status == .failed)
    #expect(try recorded().error?.type == "Cancelled")
    #expect(try recorded().error?.message == "\(SignalName.name(of: number)): y")
  }

  @Test("ends with the command, however much its background writes and though nobody reads it")
  func endlessBackground() throws {
    let (path, descriptor) = try unreadErrors()
    let run = try exec("echo y >&2; yes >&2 & echo $! > '\(scratch.folder.path)/left'; sleep 0.2; exit 3", errors: path)
    #expect(try run.wait() == .exited(3))
    #expect(try recorded().error?.message == "3: y")
    // What was left running has met nothing but a full pipe, and goes on until its reader is gone.
    let text = try String(contentsOf: scratch.folder.appending(path: "left"), encoding: .utf8)
    let left = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(kill(left, 0) == 0)
    close(descriptor)
    let deadline = ContinuousClock.now + .seconds(30)
    while kill(left, 0) == 0, !Self.isDead(left), ContinuousClock.now < deadline { usleep(5_000) }
    #expect(ContinuousClock.now < deadline)
  }

  /// Whether a process has ended and nobody has taken note of it yet.
  private static func isDead(_ process: pid_t) -> Bool {
    let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ") Z"
    return text.contains(") Z")
  }

  @Test("warns nobody who does not read, and runs the command all the same")
  func unreadWarnings() throws {
    let (path, descriptor) = try unreadErrors()
    defer { close(descriptor) }
    let filler = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(filler) }
    let bytes = [UInt8](repeating: 0, count: 4096)
    while write(filler, bytes, bytes.count) > 0 {}
    try Data("no folder".utf8).write(to: scratch.metadata.appending(path: "asset_name=job"))
    let run = try exec("exit 5", errors: path)
    #expect(try run.wait() == .exited(5))
  }

  /// Runs `body` with a run whose beginning waits, signals held back, for another writer of the asset.
  private func whileBeginning(_ script: String, _ body: (SpawnedProgram) throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let other = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(other) }
    try #require(other >= 0 && flock(other, LOCK_EX) == 0)
    let run = try exec(script)
    let deadline = ContinuousClock.now + .seconds(30)
    while try !Self.blockedSignals(of: run.process).contains(SIGTERM) {
      try #require(ContinuousClock.now < deadline)
      usleep(2_000)
    }
    try body(run)
  }

  private static func blockedSignals(of process: pid_t) throws -> [Int32] {
    let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let mask = try #require(text.firstMatch(of: /SigBlk:\s*([0-9a-f]+)/).flatMap { UInt64($0.output.1, radix: 16) })
    return (1...31).filter { mask >> UInt64($0 - 1) & 1 == 1 }
  }

  @Test("does not wait for other writers when it is to end")
  func lockedAsset() throws {
    try whileBeginning("echo ran") { run in
      let began = ContinuousClock.now
      kill(run.process, SIGTERM)
      let end = try run.wait()
      #expect(end == .signalled(SIGTERM))
      #expect(ContinuousClock.now - began < .seconds(9))
    }
  }

  @Test("a signal that comes before the command goes to the command", arguments: [SIGUSR1, SIGUSR2])
  func early(number: Int32) throws {
    try whileBeginning("sleep 2; exit 0") { run in
      kill(run.process, number)
      let end = try run.wait()
      #expect(end == .exited(128 + number))
    }
  }

  @Test("runs the command though the program that gives credentials for the bucket waits for it")
  func credentials() throws {
    let store = try LocalServer { _ in .error(403, "AccessDenied") }
    defer { store.stop() }
    let flag = scratch.folder.appending(path: "has run").path
    let config = try scratch.file(
      "config",
      """
      [default]
      credential_process = until [ -e "\(flag)" ]; do sleep 0.1; done; \
      printf '{"Version": 1, "AccessKeyId": "K", "SecretAccessKey": "S"}'
      """.replacing("\\\n", with: ""))
    let run = try scratch.run(
      ["exec", "--root", "s3://bucket/lake", "--name", "job", "--id", "1", "--", "touch", flag],
      environment: ["AWS_CONFIG_FILE": config, "AWS_ENDPOINT_URL_S3": store.url, "AWS_REGION": "us-east-1"])
    #expect(run.status == 0)
    let complaints = run.errors.split(separator: "\n")
    #expect(complaints.count == 2, "\(run.errors)")
    #expect(complaints.first?.contains("The beginning of the run") == true)
    #expect(complaints.first?.contains("The credential_process of the profile default gave no credentials") == true)
    // Then it had given them.
    #expect(complaints.last?.contains("AccessDenied") == true)
  }
}

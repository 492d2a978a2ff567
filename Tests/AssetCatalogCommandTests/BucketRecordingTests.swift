import CatalogTestSupport
import Foundation
import Glibc
import ObjectStorage
import Testing

/// Recording into a bucket by the program, at a real store: see `Scripts/object_servers`.
@Suite("Recording into a bucket", .enabled(if: RealBucket.endpoint != nil), .serialized)
struct BucketRecordingTests {
  private func rows(_ scratch: RealBucketScratch, _ arguments: String...) throws -> [[String: Any]] {
    // Some questions end with 1 where there is anything.
    let output = try scratch.run(arguments + ["--format", "json"], status: nil).output
    let answer = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
    return try #require(answer?["rows"] as? [[String: Any]])
  }

  private func runs(_ scratch: RealBucketScratch) throws -> [String] {
    try rows(scratch, "runs", "a").compactMap { $0["run_id"] as? String }
  }

  private func manifest(_ scratch: RealBucketScratch, asset: String = "a") throws -> [String: Any] {
    let path = "_asset_metadata/asset_name=\(asset)/asset_id=1/manifest.json"
    let object = try #require(try RealBucket.open(scratch.root).get(Array(path.utf8), atMost: 1 << 20))
    return try #require(try JSONSerialization.jsonObject(with: Data(object.bytes)) as? [String: Any])
  }

  private func lastRun(_ scratch: RealBucketScratch) throws -> String? {
    (try manifest(scratch)["last_run"] as? [String: Any])?["id"] as? String
  }

  // MARK: Commands

  @Test("each command that records does, and every question tells of it")
  func commands() throws {
    let scratch = try RealBucketScratch()
    let asset = ["--name", "a", "--id", "1"]
    try scratch.run(["record", "start", "--run", "r1"] + asset)
    try scratch.run(["record", "heartbeat", "--run", "r1"] + asset)
    #expect(try rows(scratch, "runs", "a").first?["outcome"] as? String == "running")
    try scratch.run(["record", "success", "--run", "r1"] + asset)
    try scratch.run(["record", "start", "--run", "r2"] + asset)
    try scratch.run(["record", "failure", "--unfinished", "--error", "it broke"] + asset)
    #expect(try manifest(scratch)["last_error"] as? String == "it broke")
    #expect(try rows(scratch, "failures", "--since", "1h").compactMap { $0["run_id"] as? String } == ["r2"])
    #expect(try scratch.run(["exec"] + asset + ["--", "/bin/echo", "hello"]).output == "hello\n")
    try scratch.run(["exec"] + asset + ["--", "/bin/sh", "-c", "exit 3"], status: 3)
    try scratch.run(["record", "start", "--run", "long"] + asset)
    try scratch.run(["exec", "--if-running", "skip"] + asset + ["--", "/bin/echo", "no"])
    try scratch.run(["record", "success", "--run", "long"] + asset)
    #expect(try rows(scratch, "runs", "a").count == 5)
    // A batch, one of whose lines is of no use.
    let input = scratch.home + "/batch"
    try """
    {"event": "success", "asset_name": "b", "asset_id": "1", "run_id": "x"}
    {"event": "heartbeat", "asset_name": "b", "asset_id": "1", "run_id": "none"}
    {"event": "success", "asset_name": "c", "asset_id": "1", "run_id": "x"}

    """.write(toFile: input, atomically: true, encoding: .utf8)
    let batch = try scratch.run(["record", "batch", input], status: nil)
    #expect(batch.status != 0 && batch.output.split(separator: "\n").count >= 2, "\(batch)")
    #expect(try rows(scratch, "list").compactMap { $0["asset_name"] as? String } == ["a", "b", "c"])
    // What was recorded is in the index already.
    let report = try scratch.run(["reconcile", "--format", "json"]).output
    let counts = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
    #expect(counts?["files_read"] as? Int == 0, "\(report)")
    try scratch.run(["check"])
    try scratch.run(["repair"])
    let listed = try scratch.run(["prune", "--keep-last", "1"])
    #expect(listed.output.contains("a tool of the store"))
    let prune = try scratch.run(["prune", "--keep-last", "1", "--delete"], status: 73)
    #expect(prune.errors.split(separator: "\n").count == 1)
    #expect(try rows(scratch, "runs", "a").count == 5)
  }

  @Test("what the store does not let the caller write ends with 73 and one sentence, and no secret")
  func denied() throws {
    // Ceph has no such user.
    guard ProcessInfo.processInfo.environment["OBJECT_STORE"] == "seaweedfs" else { return }
    let scratch = try RealBucketScratch()
    try scratch.run(["record", "success", "--name", "a", "--id", "1", "--run", "r1"])
    let reader = ["AWS_ACCESS_KEY_ID": "readkey", "AWS_SECRET_ACCESS_KEY": "readsecret"]
    for command in [["record", "start"], ["record", "success"], ["record", "failure", "--error", "e"]] {
      let result = try scratch.run(
        command + ["--name", "a", "--id", "1", "--run", "r2"], variables: reader, status: 73)
      #expect(result.output.isEmpty)
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      #expect(result.errors.contains("refuses it"))
      for secret in ["readsecret", "testsecret", "Signature=", "AWS4-HMAC"] { #expect(!result.errors.contains(secret)) }
    }
    // The command runs all the same.
    let exec = try scratch.run(
      ["exec", "--name", "a", "--id", "1", "--", "/bin/echo", "done"], variables: reader)
    #expect(exec.output == "done\n" && !exec.errors.contains("readsecret"))
    #expect(try runs(scratch) == ["r1"])
    let wrong = try scratch.run(
      ["record", "start", "--name", "a", "--id", "1"], variables: ["AWS_SECRET_ACCESS_KEY": "wrong"], status: nil)
    #expect(wrong.status == 74 && wrong.errors.split(separator: "\n").count == 1, "\(wrong)")
    let nowhere = try RealBucketScratch(root: "s3://no-such-bucket/x")
    try nowhere.run(["record", "start", "--name", "a", "--id", "1"], status: 66)
  }

  @Test("an artifact in the bucket is looked at by parts of it, and a command that writes none is told")
  func artifacts() throws {
    let scratch = try RealBucketScratch()
    let bucket = try RealBucket.open(scratch.root)
    let csv = Array("id,name\n1,a\n2,b\n".utf8)
    _ = try bucket.put(Array("out/a.csv".utf8), csv, if: .always)
    let files = [
      ["--artifact", "out/a.csv"], ["--artifact", "/out/a.csv"], ["--artifact", "\(scratch.root)/out/a.csv"],
    ]
    for (number, file) in files.enumerated() {
      try scratch.run(["record", "success", "--name", "a", "--id", "1", "--run", "r\(number)"] + file)
      let path = "_asset_metadata/asset_name=a/asset_id=1/asset_run_id=r\(number)/metadata.json"
      let object = try #require(try bucket.get(Array(path.utf8), atMost: 1 << 20))
      let text = String(decoding: object.bytes, as: UTF8.self)
      #expect(text.contains(#""path": "out/a.csv""#), "\(text)")
      #expect(text.contains(#""bytes": \#(csv.count)"#) && text.contains(#""row_count": 2"#), "\(text)")
    }
    #expect(try rows(scratch, "artifacts").first?["exists"] as? Bool == true)
    let exec = ["exec", "--name", "b", "--id", "1", "--require-artifacts", "--artifact"]
    let untouched = try scratch.run(exec + ["out/a.csv", "--", "/bin/true"], status: 1)
    #expect(untouched.errors.contains("was not written"))
    let missing = try scratch.run(exec + ["out/none.csv", "--", "/bin/true"], status: 1)
    #expect(missing.errors.contains("is missing"))
  }

  // MARK: Many writers

  @Test(
    "of sixteen writers on two hosts whose clocks differ nothing acknowledged is lost, and the manifest names a last run"
  )
  func manyWriters() throws {
    let one = try RealBucketScratch()
    let other = try RealBucketScratch(root: one.root)
    let now = Date()
    let processes = try (0..<16).map { number -> BucketProcess in
      let host = number % 2 == 0 ? one : other
      let time = ISO8601DateFormatter().string(from: now.addingTimeInterval(number % 2 == 0 ? 0 : -180))
      let script = """
        for round in 1 2 3 4; do
          if "$CATALOG" record success -q --name a --id 1 --run "w$1.$round" --root "$2" --now "$3"; then
            echo "w$1.$round"
          else
            status=$?; [ $status = 75 ] || exit $status
          fi
        done
        """
      return try BucketProcess(
        ["\(number)", one.root, time], in: host.home,
        variables: RealBucket.variables.merging(["HOME": host.home]) { $1 }, shell: script)
    }
    for process in processes { try process.start() }
    var acknowledged: Set<String> = []
    for process in processes {
      let result = try process.end()
      #expect(result.status == 0, "\(result.errors)")
      acknowledged.formUnion(result.output.split(separator: "\n").map(String.init))
    }
    #expect(acknowledged.count > 16)
    for host in [one, other] {
      #expect(acknowledged.subtracting(try runs(host)).isEmpty)
      try host.run(["check"])
    }
    #expect(try acknowledged.contains(#require(try lastRun(one))))
  }

  @Test("of eight workers on two hosts one alone begins each asset that is due")
  func claims() throws {
    let one = try RealBucketScratch()
    let other = try RealBucketScratch(root: one.root)
    let names = (0..<6).map { "n\($0)" }
    let input = one.home + "/batch"
    try names.map {
      #"{"event": "success", "asset_name": "\#($0)", "asset_id": "1", "run_id": "r0", "materialized": "2026-01-01T00:00:00Z"}"#
    }.joined(separator: "\n").write(toFile: input, atomically: true, encoding: .utf8)
    try one.run(["record", "batch", "-q", input])
    _ = try RealBucket.open(one.root).put(Array("freshness.yaml".utf8), Array("max_age: 1h\n".utf8), if: .always)
    let script = """
      root=$1; worker=$2; shift 2
      for name in "$@"; do
        "$CATALOG" record start --if-due --name "$name" --id 1 --run "worker-$worker" --root "$root"
        case $? in 0|75) ;; *) status=1 ;; esac
      done
      exit ${status:-0}
      """
    var random = SeededRandom(seed: 3)
    let processes = try (0..<8).map { worker in
      let host = worker % 2 == 0 ? one : other
      return try BucketProcess(
        [one.root, "\(worker)"] + names.shuffled(using: &random), in: host.home,
        variables: RealBucket.variables.merging(["HOME": host.home]) { $1 }, shell: script)
    }
    for process in processes { try process.start() }
    var begun: [String] = []
    for process in processes {
      let result = try process.end()
      #expect(result.status == 0, "\(result.errors)")
      for line in result.output.split(separator: "\n") {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        begun.append(try #require(object?["asset_name"] as? String))
      }
    }
    #expect(begun.sorted() == names)
    let running = try rows(other, "list").compactMap { $0["runs"] as? Int ?? $0["run_count"] as? Int }
    #expect(running.allSatisfy { $0 == 2 }, "\(running)")
  }

  @Test("recorders that are killed at any moment lose nothing that they acknowledged")
  func killed() throws {
    let scratch = try RealBucketScratch()
    var random = SeededRandom(seed: 9)
    var acknowledged: Set<String> = []
    var isFirst = true
    for round in 0..<12 {
      let script = """
        for number in 1 2 3 4 5 6 7 8 9; do
          "$CATALOG" record success -q --name a --id 1 --run "k$1.$number" --root "$2" && echo "k$1.$number"
        done
        """
      let process = try BucketProcess(
        ["\(round)", scratch.root], in: scratch.home,
        variables: RealBucket.variables.merging(["HOME": scratch.home]) { $1 }, shell: "set -m; " + script)
      try process.start()
      // Any moment will do.
      usleep(UInt32.random(in: 20_000...700_000, using: &random))
      for child in Self.children(of: process.process.processIdentifier) { kill(child, SIGKILL) }
      kill(process.process.processIdentifier, SIGKILL)
      acknowledged.formUnion(try process.end().output.split(separator: "\n").map(String.init))
      if isFirst { try scratch.run(["reconcile", "--accept-root"]) }
      isFirst = false
    }
    #expect(!acknowledged.isEmpty)
    // A run that was put before its writer could say so comes with the next reconcile.
    try scratch.run(["reconcile"])
    #expect(acknowledged.subtracting(try runs(scratch)).isEmpty)
    try scratch.run(["check"])
    // A run whose manifest was not reached is what a repair finds.
    try scratch.run(["repair"], status: nil)
    let last = try #require(try lastRun(scratch))
    #expect(try runs(scratch).contains(last))
    try scratch.run(["repair", "--dry-run"])
  }

  private static func children(of parent: Int32) -> [Int32] {
    let text = (try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)) ?? ""
    return text.split(separator: " ").compactMap { Int32($0) }
  }
}

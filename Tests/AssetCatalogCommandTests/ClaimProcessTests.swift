import Foundation
import Glibc
import Testing

@testable import AssetCatalogCommand

@Suite("Claims of many processes")
struct ClaimProcessTests {
  @Test("let one of eight workers alone begin each of fifty assets")
  func eightWorkers() throws {
    let scratch = try RecordingScratch()
    try scratch.run(["record", "batch", "-q", try input(scratch, assets: 50)])
    let names = try due(scratch)
    #expect(names.count == 50)
    // Each worker tries all assets, in an order of its own, and writes down what it was given.
    let script = """
      status=0
      for name in "$@"; do
        "$CATALOG" record start --if-due --name "$name" --id 1 --run "worker-$WORKER" --root "$ROOT" \
          >>"$ROOT/given-$WORKER" 2>>"$ROOT/said-$WORKER"
        case $? in 0|75) ;; *) status=1 ;; esac
      done
      exit $status
      """
    var random = SeededRandom(seed: 7)
    let workers = try (0..<8).map { worker in
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", script, "sh"] + names.shuffled(using: &random)
      process.environment = ProcessInfo.processInfo.environment.merging([
        "CATALOG": try CommandScratch.program(), "ROOT": scratch.root, "WORKER": "\(worker)", "HOME": scratch.root,
      ]) { $1 }
      try process.run()
      return process
    }
    for (worker, process) in workers.enumerated() {
      process.waitUntilExit()
      let said = (try? String(contentsOfFile: "\(scratch.root)/said-\(worker)", encoding: .utf8)) ?? ""
      #expect(process.terminationStatus == 0, "\(said.suffix(500))")
    }
    var given: [String: Int] = [:]
    for worker in workers.indices {
      let lines = (try? String(contentsOfFile: "\(scratch.root)/given-\(worker)", encoding: .utf8)) ?? ""
      for line in lines.split(separator: "\n") {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        given[try #require(object?["asset_name"] as? String), default: 0] += 1
      }
    }
    #expect(given.count == 50)
    #expect(given.values.allSatisfy { $0 == 1 })
    // The tree says the same: one run of each asset beside the old one.
    for name in names {
      let runs = try FileManager.default.contentsOfDirectory(
        atPath: "\(scratch.root)/_asset_metadata/asset_name=\(name)/asset_id=1")
      #expect(runs.count(where: { $0.hasPrefix("asset_run_id=worker") }) == 1)
    }
    #expect(try due(scratch).isEmpty)
  }

  @Test("that a crash left behind keep others away until three heartbeats are missing, and no longer")
  func crash() throws {
    let scratch = try RecordingScratch()
    try scratch.run(["record", "batch", "-q", try input(scratch, assets: 1)])
    func claim(_ run: String, at time: String, status: Int32, _ more: String...) throws {
      try scratch.run(
        ["record", "start", "--if-due", "--name", "n0", "--id", "1", "--run", run, "--now", time] + more, status: status
      )
    }
    try claim("lost", at: "2026-11-25T08:00:00Z", status: 0, "--heartbeat", "60s")
    try claim("second", at: "2026-11-25T08:02:59Z", status: 75)
    try claim("third", at: "2026-11-25T08:03:00Z", status: 0)
    // Without heartbeats, it is the run_timeout of the policy.
    try "run_timeout: 30m\n".write(toFile: scratch.root + "/freshness.yaml", atomically: true, encoding: .utf8)
    try claim("fourth", at: "2026-11-25T08:32:59Z", status: 75)
    try claim("fifth", at: "2026-11-25T08:33:00Z", status: 0)
    try scratch.run([
      "record", "success", "--name", "n0", "--id", "1", "--run", "fifth", "--materialized", "2026-11-25T08:34:00Z",
      "--now", "2026-11-25T08:34:00Z",
    ])
    try claim("sixth", at: "2026-11-25T09:00:00Z", status: 1)
    try claim("seventh", at: "2026-11-26T08:34:00Z", status: 0)
  }

  /// Reports of assets that were materialized long ago, as a file.
  private func input(_ scratch: RecordingScratch, assets: Int) throws -> String {
    let lines = (0..<assets).map { index in
      "{\"event\": \"success\", \"asset_name\": \"n\(index)\", \"asset_id\": \"1\", \"run_id\": \"old\", "
        + "\"materialized\": \"2026-01-01T00:00:00Z\"}"
    }
    let path = scratch.root + "/reports.ndjson"
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func due(_ scratch: RecordingScratch) throws -> [String] {
    let output = try scratch.run(["due", "--format", "ndjson"], status: nil).output
    return try output.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?["asset_name"] as? String)
    }
  }
}

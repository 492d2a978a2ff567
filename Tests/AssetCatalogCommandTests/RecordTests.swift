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
    #expect(try manifest("job.x", "a1").lastError == "E: line 1\né\u{0}\"")
    #expect(try manifest("job.x", "a1").lastMaterialized?.description == CommandScratch.now)
    let row = try #require(try scratch.run("failures", "--name", "job.x", "--format", "json").rows().first)
    #expect(row["run_id"] as? String == "r2")
    #expect(row["error"] as? String == "E: line 1\né\u{0}\"")
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

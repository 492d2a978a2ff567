import Foundation
import Testing

@testable import ManifestModel

@Suite("Recording a run")
struct RecordingTests {
  @Test("merges into a manifest exactly as mad_prefect does, byte for byte")
  func upsert() throws {
    let data = try Data(contentsOf: FixtureJSON.folder.appending(path: "upsert-cases.json"))
    let cases = try #require(try FixtureJSON.parse(data).array)
    #expect(cases.count == 320)
    var wrong = 0
    for (number, example) in cases.enumerated() {
      // What cannot be decoded counts as absent.
      var manifest = example["initial"]?.text.flatMap { text in
        do { return try ManifestCodec.decodeManifest(Array(text.utf8)) } catch { return nil }
      }
      for step in try #require(example["steps"]?.array) {
        let expected = Array(try #require(step["manifest"]?.text).utf8)
        manifest = try recorded(
          try #require(step["run"]), after: manifest, at: ManifestCodec.decodeManifest(expected).updatedAt)
        let written = ManifestCodec.encode(try #require(manifest))
        if written != expected {
          wrong += 1
          Issue.record(
            "case \(number): \(String(decoding: written, as: UTF8.self)) is not \(String(decoding: expected, as: UTF8.self))"
          )
        }
        if wrong > 3 { return }
        // The next writer reads the file, and not what this one remembers.
        manifest = try ManifestCodec.decodeManifest(written)
      }
    }
  }

  private func recorded(_ run: FixtureJSON, after former: Manifest?, at now: Timestamp?) throws -> Manifest {
    func text(_ key: String) throws -> String { try #require(run[key]?.text) }
    let materialized = try run["materialized"]?.text.map { try #require(Timestamp($0)) }
    let artifacts = run["artifact_paths"]?.array?.compactMap(\.text)
    return Manifest.recording(
      ManifestRun(
        id: try text("run_id"), metadataPath: try text("metadata_path"), materialized: materialized,
        artifactPaths: artifacts ?? []),
      of: AssetIdentifier(name: try text("asset_name"), id: try text("asset_id")),
      status: try #require(ManifestStatus(rawValue: try text("status"))), error: run["error"]?.text,
      artifacts: artifacts, signature: run["asset_signature"]?.text, after: former, at: try #require(now))
  }

  private let asset = AssetIdentifier(name: "n", id: "i")
  private let now = Timestamp(microseconds: 1_700_000_000_000_000)

  @Test("keeps the fields of a manifest that nobody knows, and those of the last run while it is the same run")
  func unknownFields() throws {
    let text = """
      {"asset_name": "n", "owner": "data-eng", "asset_id": "i", "nested": {"z": 1, "a": [1.50, 12345678901234567890]},
       "last_run": {"id": "r1", "metadata_path": "p", "host": "w7"}}
      """
    let former = try ManifestCodec.decodeManifest(Array(text.utf8))
    for (run, keepsHost) in [("r1", true), ("r2", false)] {
      let new = Manifest.recording(
        ManifestRun(id: run, metadataPath: "p"), of: asset, status: .failed, error: "e", artifacts: nil, signature: nil,
        after: former, at: now)
      let written = String(decoding: ManifestCodec.encode(new), as: UTF8.self)
      #expect(written.contains("\"owner\": \"data-eng\""))
      #expect(written.contains("12345678901234567890"))
      #expect(written.contains("1.50"))
      #expect(written.contains("\"host\": \"w7\"") == keepsHost)
    }
  }

  @Test("gives a manifest that claims another asset the name and id of its path")
  func misplaced() throws {
    let former = Manifest(asset: AssetIdentifier(name: "other", id: "x"), lastArtifacts: ["a"])
    let new = Manifest.recording(
      ManifestRun(id: "r", metadataPath: "p"), of: asset, status: .success, error: nil, artifacts: nil, signature: nil,
      after: former, at: now)
    #expect(new.asset == asset)
    #expect(new.lastArtifacts == ["a"])
  }

  // MARK: Run metadata

  private func report(_ event: RunReport.Event) -> RunReport { RunReport(event, of: asset, runID: "r") }

  @Test("writes at the start of a run the bytes that mad_prefect writes")
  func start() {
    var start = report(.started)
    start.assetPath = "bronze/orders.parquet"
    let written = ManifestCodec.encode(start.metadata(after: nil, at: now))
    #expect(
      String(decoding: written, as: UTF8.self) == """
        {
            "__class__": "mad_prefect.data_assets.data_asset_run.DataAssetRun",
            "data": {
                "id": "r",
                "runtime": "2023-11-14T22:13:20Z",
                "materialized": null,
                "duration_miliseconds": null,
                "asset_id": "i",
                "asset_name": "n",
                "asset_path": "bronze/orders.parquet",
                "parameters": null
            }
        }
        """)
  }

  @Test("takes at the end what the start said, and computes the duration")
  func end() throws {
    var start = report(.started)
    start.assetPath = "path"
    start.parameters = "{'a': 1}"
    var begun = start.metadata(after: nil, at: now)
    begun.unknownFields = [JSONField(key: "host", rawValue: Array("\"w7\"".utf8))]
    let later = Timestamp(microseconds: now.microseconds + 61_234_567)

    let success = report(.succeeded).metadata(after: begun, at: later)
    #expect(success.startedAt == now)
    #expect(success.materialized == later)
    #expect(success.durationMilliseconds == 61_234)
    #expect(success.assetPath == "path")
    #expect(success.parameters == "{'a': 1}")
    #expect(success.status == .success)
    #expect(success.unknownFields.map(\.key) == ["host"])

    let failure = report(.failed(RunError(type: "E", message: "m"))).metadata(after: success, at: later)
    #expect(failure.materialized == nil)
    #expect(failure.status == .failed)
    #expect(failure.error == RunError(type: "E", message: "m"))
    #expect(failure.startedAt == now)

    let again = report(.started).metadata(after: failure, at: later)
    #expect(again.startedAt == later)
    #expect(again.status == nil)
    #expect(again.error == nil)
    #expect(again.durationMilliseconds == nil)
    #expect(again.unknownFields.map(\.key) == ["host"])
  }

  @Test("starts a run of which only the end is known as far back as its duration says")
  func wholeRun() {
    var end = report(.succeeded)
    end.durationMilliseconds = 2_500
    let metadata = end.metadata(after: nil, at: now)
    #expect(metadata.startedAt?.microseconds == now.microseconds - 2_500_000)
    end.durationMilliseconds = .max
    #expect(end.metadata(after: nil, at: now).startedAt == .earliest)
    end.durationMilliseconds = nil
    #expect(end.metadata(after: nil, at: now).startedAt == now)
    #expect(end.metadata(after: nil, at: now).durationMilliseconds == nil)
    end.startedAt = Timestamp(microseconds: now.microseconds + 5)
    #expect(end.metadata(after: nil, at: now).durationMilliseconds == 0)
  }

  @Test("makes run ids of 32 hexadecimal digits, each another one")
  func runIDs() {
    let ids = (0..<100).map { _ in RunReport.makeRunID() }
    #expect(Set(ids).count == 100)
    for id in ids {
      #expect(id.utf8.count == 32)
      #expect(id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    }
  }

  // MARK: Ids

  @Test(
    "computes MD5 as RFC 1321 has it",
    arguments: [
      ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
      ("abc", "900150983cd24fb0d6963f7d28e17f72"), ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
      ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
      ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
      (String(repeating: "1234567890", count: 8), "57edf4a22be3c955ac49da2e2107b67a"),
    ])
  func digest(text: String, hex: String) {
    #expect(MD5.hex(text) == hex)
  }

  @Test(
    "derives the ids that mad_prefect gave the assets of the fixture",
    arguments: [
      ("__main__.customers", "silver/customers.parquet", "e09cdc38e020b75db9f57307ced83036"),
      ("gold.kpi", "gold/kpi.json", "2a53426aa5d0df5108503ee1d3bb043b"),
      ("bronze.broken", "bronze/broken.parquet", "18aad844c0547aacd4b1c7c5133758d2"),
    ])
  func derivedIDs(name: String, path: String, id: String) {
    #expect(AssetIdentifier.id(name: name, path: path) == id)
  }
}

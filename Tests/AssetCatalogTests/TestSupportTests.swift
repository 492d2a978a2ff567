import CatalogTestSupport
import ManifestModel
import Testing

/// The tests' own tools: a template or an oracle that is wrong would prove nothing.
@Suite struct TestSupportTests {
  private static let assets = [
    ("time.offset", "a1", ["r1"]), ("time.future", "a1", ["r1"]), ("history.full", "a1", ["r1", "r2", "r3", "r4"]),
    ("history.failed_last", "a1", ["r1", "r2"]), ("never.unknown", "a1", ["r1"]), ("drift.variants", "cfg2", ["r1"]),
    ("näme-中.asset_01", "a1", ["r1"]),
  ]

  @Test("the template of a manifest gives the bytes that mad_prefect wrote", arguments: assets)
  func manifests(name: String, id: String, runs: [String]) throws {
    let tree = try ScratchTree.fixture()
    let bytes = try #require(tree.read(.manifest(name, id)))
    let manifest = try ManifestCodec.decodeManifest(bytes)
    var text = ManifestText(
      name: name, id: id, signature: manifest.signature, updatedAt: try #require(manifest.updatedAt).microseconds)
    text.lastMaterialized = manifest.lastMaterialized?.microseconds
    text.lastRun = manifest.lastRun.map { run in
      ManifestText.Run(id: run.id, materialized: run.materialized?.microseconds, artifacts: run.artifactPaths)
    }
    text.lastStatus = manifest.lastStatus.rawValue
    text.lastError = manifest.lastError
    text.lastArtifacts = manifest.lastArtifacts
    #expect(text.text == String(decoding: bytes, as: UTF8.self))
  }

  @Test("the template of a run gives the bytes that mad_prefect wrote", arguments: assets)
  func runs(name: String, id: String, runs: [String]) throws {
    // Run metadata keeps the offset that it was given, and the template knows UTC alone.
    guard name != "time.offset" else { return }
    let tree = try ScratchTree.fixture()
    for run in runs {
      let bytes = try #require(tree.read(.run(name, id, run)))
      let metadata = try ManifestCodec.decodeRunMetadata(bytes)
      var text = RunText(
        id: run, name: name, assetID: id, startedAt: try #require(metadata.startedAt).microseconds)
      text.materialized = metadata.materialized?.microseconds
      text.durationMilliseconds = metadata.durationMilliseconds
      #expect(text.text == String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test("equal seeds make equal trees and tell equal stories")
  func seeds() throws {
    func story(_ seed: UInt64) throws -> ([String], [String]) {
      var model = TreeModel(try ScratchTree(), seed: seed)
      try model.populate(5)
      var edits: [String] = []
      for _ in 0..<60 { edits.append(try model.edit()) }
      var scan = LinearScan(model.tree)
      scan.scan()
      return (edits, scan.list(now: model.now) + scan.problemLines(now: model.now))
    }
    let (first, second, other) = (try story(5), try story(5), try story(6))
    #expect(first == second)
    #expect(first != other)
  }

  @Test("the random trees have schemas that changed, and assets that are cached by every rule and that are not")
  func facts() throws {
    var counts = ["changes": 0, "cached": 0, "with files": 0, "with schema": 0, "strictly": 0]
    for seed in UInt64(1)...12 {
      var model = TreeModel(try ScratchTree(), seed: seed)
      try model.populate(20)
      var scan = LinearScan(model.tree)
      scan.scan()
      counts["changes"]! += scan.schemaChanges().count
      for asset in scan.identifiers {
        func isCached(_ files: Bool, _ hash: String?) -> Int {
          scan.isCached(asset, ttl: .max, requireArtifacts: files, requireSchema: hash, now: model.now) ? 1 : 0
        }
        func isCachedWithAny(_ files: Bool) -> Int { TreeModel.schemaHashes.map { isCached(files, $0) }.max() ?? 0 }
        counts["cached"]! += isCached(false, nil)
        counts["with files"]! += isCached(true, nil)
        counts["with schema"]! += isCachedWithAny(false)
        counts["strictly"]! += isCachedWithAny(true)
      }
    }
    #expect(counts.values.allSatisfy { $0 >= 5 }, "\(counts)")
    #expect(counts["with files"]! < counts["cached"]! && counts["with schema"]! < counts["cached"]!, "\(counts)")
  }

  @Test("the oracle keeps the last good values of a damaged file, and lets them go with the file")
  func lastGood() throws {
    let tree = try ScratchTree()
    var manifest = ManifestText(name: "n", id: "a", updatedAt: 0)
    manifest.lastMaterialized = 77
    try tree.write(manifest.text, to: .manifest("n", "a"))
    let asset = AssetIdentifier(name: "n", id: "a")
    var scan = LinearScan(tree)
    scan.scan()
    try tree.write("{", to: .manifest("n", "a"))
    scan.scan()
    #expect(scan.lastMaterialized(of: asset, now: 0) == 77)
    #expect(scan.problemLines(now: 0) == ["_asset_metadata/asset_name=n/asset_id=a/manifest.json | invalid_json"])
    var newcomer = LinearScan(tree)
    newcomer.scan()
    #expect(newcomer.identifiers == [asset])
    #expect(newcomer.lastMaterialized(of: asset, now: 0) == nil)
    try tree.remove(.manifest("n", "a"))
    scan.scan()
    #expect(scan.identifiers == [] && scan.problemLines(now: 0) == [])
  }
}

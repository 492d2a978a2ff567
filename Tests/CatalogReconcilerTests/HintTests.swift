import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import ManifestModel
import ObjectStorage
import StoredTree
import Testing

/// Word of files that changed, in place of a look at the whole tree.
@Suite struct HintTests {
  typealias Conformance = StorageConformanceTests

  private static func state(_ mirror: StorageMirror) throws -> CatalogState {
    try #require(try KnownFolders.Reader(mirror.location).state())
  }

  /// What questions find of assets and their runs: what is of nobody any more is left to the next reconcile.
  private static func facts(_ mirror: StorageMirror) throws -> [String] {
    let reader = try KnownFolders.Reader(mirror.location)
    return try Conformance.assets.compactMap { asset in
      guard let known = try reader.wholeAsset(asset), known.isKnown else { return nil }
      let runs = known.runs.map { "\($0.id) \($0.state) \(String(describing: $0.facts?.startedAt))" }
      return "\(asset) \(known.manifestState) \(String(describing: known.facts?.lastMaterialized)) \(runs)"
    }
  }

  @Test(
    "makes of the index what a reconcile makes of it, whatever else is told and how often",
    arguments: Conformance.Kind.allCases, [1, 2, 3])
  func edits(kind: Conformance.Kind, seed: UInt64) throws {
    let bench = try kind.makeBench()
    try Conformance.fill(bench)
    let (hinted, reconciled) = (try StorageMirror(bench), try StorageMirror(bench))
    _ = try hinted.reconciler.reconcile()
    let before = try Self.state(hinted)
    var random = SplitMix64(seed: seed)
    for step in 0..<20 {
      var hints: [TreeHint] = []
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let asset = Conformance.assets.randomElement(using: &random)!
        let run = ["r1", "r2", "r3", "x"].randomElement(using: &random)!
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
          try? bench.remove(asset)
          hints += [.manifest, .run("r1"), .run("r2"), .run("r3"), .run("r10"), .run("x")].map {
            TreeHint($0, of: asset)
          }
        case 1:
          try? bench.remove(.run(run), of: asset)
          hints.append(TreeHint(.run(run), of: asset))
        case 2:
          try? bench.remove(.manifest, of: asset)
          hints.append(TreeHint(.manifest, of: asset))
        case 3:
          let text = "{\"asset_run_id\": \"\(run)\", \"runtime\": {\"start_time\": null}}"
          try bench.put(Array(text.utf8), as: .run(run), of: asset)
          hints.append(TreeHint(.run(run), of: asset))
        default:
          try bench.put(
            Conformance.manifest(asset, materialized: Conformance.time + Int64(step) * 1_000_000), as: .manifest,
            of: asset)
          hints.append(TreeHint(.manifest, of: asset))
        }
      }
      // Twice, in any order, and of what did not change or never was.
      hints += hints + [TreeHint(.manifest, of: AssetIdentifier(name: "no", id: "no"))]
      hints.append(TreeHint(.run("no"), of: Conformance.assets[2]))
      try bench.settle()
      _ = try hinted.reconciler.reconcile(hints: hints.shuffled(using: &random))
      _ = try reconciled.reconciler.reconcile()
      try #require(try Self.facts(hinted) == Self.facts(reconciled), "step \(step): \(hints)")
    }
    let after = try Self.state(hinted)
    #expect(after.startedAt == before.startedAt && after.number == before.number)
    _ = try hinted.reconciler.reconcile()
    #expect(try hinted.differences() == [])
    #expect(try hinted.rows() == reconciled.rows())
  }

  @Test("fills an index that was never filled")
  func first() throws {
    let bench = try Conformance.Kind.byComponents.makeBench()
    try Conformance.fill(bench)
    let mirror = try StorageMirror(bench)
    let report = try mirror.reconciler.reconcile(hints: [TreeHint(.manifest, of: Conformance.assets[0])])
    #expect(report.added == Conformance.assets.count)
    #expect(try mirror.differences() == [])
  }

  @Test("reads the files that are told and the last run of a manifest, and lists nothing")
  func requests() throws {
    let shelf = ObjectShelf(order: .components)
    let bench = ShelfBench(shelf: shelf)
    try Conformance.fill(bench)
    let mirror = try StorageMirror(bench)
    _ = try mirror.reconciler.reconcile()
    _ = shelf.takeCounts()
    let asset = Conformance.assets[3]
    _ = try mirror.reconciler.reconcile(hints: [TreeHint(.manifest, of: asset), TreeHint(.run("r1"), of: asset)])
    #expect(shelf.takeCounts() == ["get": 2])
    // What the store does not give is neither gone nor a problem.
    let before = try mirror.rows()
    shelf.setTrouble { _ in .init(.unavailable, "It is down.") }
    #expect(throws: StoreError.self) { try mirror.reconciler.reconcile(hints: [TreeHint(.manifest, of: asset)]) }
    #expect(try mirror.rows() == before)
  }

  @Test("is read from a path, or none of the catalog's")
  func paths() {
    func hint(_ path: String) -> TreeHint? { TreeHint(path: Array(path.utf8)[...]) }
    let asset = AssetIdentifier(name: "a=b", id: "ß")
    #expect(hint("asset_name=a=b/asset_id=ß/manifest.json") == TreeHint(.manifest, of: asset))
    #expect(hint("asset_name=a=b/asset_id=ß/asset_run_id=r/metadata.json") == TreeHint(.run("r"), of: asset))
    for path in [
      "", "/", "asset_name=a", "asset_name=a/", "asset_name=a/asset_id=1", "asset_name=a/asset_id=1/",
      "asset_name=a/asset_id=1/other.json", "asset_name=a/asset_id=1/manifest.json/", "asset_name=a//manifest.json",
      "asset_name=/asset_id=1/manifest.json", "asset_name=../asset_id=1/manifest.json",
      "asset_name=a/asset_id=1/asset_run_id=/metadata.json", "asset_name=a/asset_id=1/asset_run_id=r/manifest.json",
      "asset_name=a/asset_id=1/asset_run_id=r/metadata.json/x", "x=a/asset_id=1/manifest.json",
    ] {
      #expect(hint(path) == nil, "\(path)")
    }
  }
}

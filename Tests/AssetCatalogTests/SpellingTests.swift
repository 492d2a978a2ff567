import AssetCatalog
import CatalogTestSupport
import Glibc
import ManifestModel
import Testing

/// One artifact is one artifact, however its path is spelled, and by whatever links one comes to the root.
@Suite struct SpellingTests {
  private let tree: ScratchTree
  private let link: String
  private static let now = TreeModel.noon

  init() throws {
    tree = try ScratchTree()
    link = tree.outside("link")
    try #require(symlink(tree.root, link) == 0)
    try tree.write("a,b\n1,2\n", to: "bronze/o.csv")
  }

  private var spellings: [String] {
    [
      "bronze/o.csv", "bronze//o.csv", "./bronze/o.csv", "bronze/./o.csv", "/bronze/o.csv", "bronze/o.csv/",
      "\(tree.root)/bronze/o.csv", "\(tree.root)//bronze/./o.csv",
    ]
  }

  private func writeManifests() throws {
    for (index, path) in spellings.enumerated() {
      var manifest = ManifestText(name: "n", id: "\(index)", updatedAt: Self.now)
      manifest.lastArtifacts = [path]
      manifest.lastMaterialized = Self.now - 1
      try tree.write(manifest.text, to: .manifest("n", "\(index)"))
    }
    // The same letters, and other paths.
    for (id, path) in [
      ("other", "bro/nzeo.csv"), ("climbs", "bronze/sub/../o.csv"), ("inside", "a\(tree.root)/bronze/o.csv"),
    ] {
      var manifest = ManifestText(name: "n", id: id, updatedAt: Self.now)
      manifest.lastArtifacts = [path]
      try tree.write(manifest.text, to: .manifest("n", id))
    }
  }

  @Test("every spelling finds all that were recorded, from each root, and none of them is missing")
  func lookUp() throws {
    try writeManifests()
    for root in [tree.root, link] {
      var options = Catalog.Options()
      options.indexPath = tree.outside("index.sqlite")
      options.now = { Timestamp(microseconds: Self.now) }
      let catalog = try Catalog(root: root, options: options)
      let expected = spellings.indices.map { "\($0)" }
      for path in spellings + ["\(link)/bronze/o.csv", "\(link)/./bronze//o.csv"] {
        let rows = try catalog.producers(of: path).rows
        #expect(rows.map(\.asset.id) == expected, "\(path) below \(root)")
        #expect(rows.map(\.path) == spellings)
        #expect(rows.allSatisfy { $0.exists })
      }
      #expect(try catalog.artifacts(missingOnly: true).answer().rows.map(\.asset.id) == ["climbs", "inside", "other"])
      for id in expected {
        #expect(try catalog.isCached(AssetIdentifier(name: "n", id: id), ttl: .seconds(60), requireArtifacts: true))
      }
    }
  }

  @Test("what is recorded has one spelling, by which mad_prefect finds it, and its facts")
  func recorded() throws {
    let asset = AssetIdentifier(name: "r", id: "a")
    for path in spellings + ["\(link)/bronze/o.csv"] {
      let catalog = try Catalog(root: tree.root)
      let run = try catalog.recordRun(
        RunReport(.succeeded, of: asset, runID: RunReport.makeRunID(), artifacts: [ArtifactFacts(path: path)]))
      #expect(run.metadata.artifacts?.map(\.path) == ["bronze/o.csv"])
      #expect(run.metadata.artifacts?[0].rowCount == 1)
      #expect(try catalog.manifest(of: asset)?.lastArtifacts == ["bronze/o.csv"])
    }
    #expect(try Catalog(root: tree.root).schemaChanges().answer().rows.isEmpty)
    // What climbs stays as it was given.
    let catalog = try Catalog(root: tree.root)
    try catalog.finishRun("climbs", of: asset, artifacts: ["bronze/x/..//o.csv"])
    #expect(try catalog.manifest(of: asset)?.lastArtifacts == ["bronze/x/../o.csv"])
  }

  @Test("a schema that changed is seen though the run before spelled the path otherwise")
  func schemaChange() throws {
    let catalog = try Catalog(root: tree.root)
    let asset = AssetIdentifier(name: "s", id: "a")
    func record(_ run: String, _ paths: [String], at second: Int64) throws {
      let time = Timestamp(microseconds: 1_700_000_000_000_000 + second * 1_000_000)
      try catalog.recordRun(
        RunReport(
          .succeeded, of: asset, runID: run, startedAt: time, endedAt: time,
          artifacts: paths.map { ArtifactFacts(path: $0) }))
    }
    try tree.write("x\n1\n", to: "bronze/p.csv")
    try record("r1", ["./bronze/o.csv", "bronze/p.csv"], at: 0)
    try tree.write("a,c\n1,2\n", to: "bronze/o.csv")
    try record("r2", ["bronze/p.csv", "bronze//o.csv"], at: 10)
    #expect(try catalog.schemaChanges().answer().rows.map(\.path) == ["bronze/o.csv"])
  }
}

import AssetCatalog
import Foundation
import Glibc
import ManifestModel
import Testing

@Suite("The scheduler of the README")
struct SchedulerExampleTests {
  @Test("goes on after a body that fails, and stops where a record cannot be written")
  func failures() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "asset-catalog-tests-\(UUID().uuidString)").path
    defer { for path in [root, root + ".gone"] { try? FileManager.default.removeItem(atPath: path) } }
    try FileManager.default.createDirectory(atPath: root + "/_asset_metadata", withIntermediateDirectories: true)
    let catalog = try Catalog(root: root)
    let assets = (1...3).map { AssetIdentifier(name: "n\($0)", id: "1") }
    for (number, asset) in assets.enumerated() {
      let time = Timestamp(microseconds: 1_600_000_000_000_000 + Int64(number))
      try catalog.finishRun("r1", of: asset, artifacts: [], materialized: time)
    }
    var called: [AssetIdentifier] = []
    let thrown = #expect(throws: CatalogError.self) {
      try runDueAssets(below: root, FreshnessPolicy(maxAge: .seconds(86_400))) { asset in
        called.append(asset)
        if asset == assets[0] { throw CocoaError(.fileNoSuchFile) }
        // The disk goes away before what was done can be recorded.
        try FileManager.default.moveItem(atPath: root, toPath: root + ".gone")
        return []
      }
    }
    #expect(thrown?.code == .noSuchRoot)
    #expect(called == Array(assets[..<2]))
    try FileManager.default.moveItem(atPath: root + ".gone", toPath: root)
    #expect(try catalog.failures(since: Timestamp(microseconds: 0)).rows.map(\.asset) == [assets[0]])
  }

  @Test("goes on after an asset that another worker is writing")
  func busy() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "asset-catalog-tests-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: root) }
    try FileManager.default.createDirectory(atPath: root + "/_asset_metadata", withIntermediateDirectories: true)
    var options = Catalog.Options()
    options.lockPatience = .zero
    let hasty = try Catalog(root: root, options: options)
    let assets = (1...2).map { AssetIdentifier(name: "n\($0)", id: "1") }
    for (number, asset) in assets.enumerated() {
      let time = Timestamp(microseconds: 1_600_000_000_000_000 + Int64(number))
      try hasty.finishRun("r1", of: asset, artifacts: [], materialized: time)
    }
    let other = open(root + "/_asset_metadata/asset_name=n1/asset_id=1", O_RDONLY | O_CLOEXEC)
    defer { close(other) }
    var called: [AssetIdentifier] = []
    try runDueAssets(below: root, FreshnessPolicy(maxAge: .seconds(86_400))) { asset in
      called.append(asset)
      if asset == assets[0] {
        // The example would wait for longer until it is told the same.
        #expect(flock(other, LOCK_EX) == 0)
        defer { flock(other, LOCK_UN) }
        _ = try hasty.startRun(of: asset, runID: "r2")
      }
      return []
    }
    #expect(called == assets)
  }
}

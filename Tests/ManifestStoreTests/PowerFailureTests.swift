import CatalogTestSupport
internal import LocalTree
import ManifestModel
import Testing

@testable import ManifestStore

/// Plays back what a record did to a disk that forgets whatever it was not told to keep.
@Suite("Power failures")
struct PowerFailureTests {
  private static let asset = AssetIdentifier(name: "a", id: "1")
  private static let now = Timestamp(microseconds: 1_700_000_000_000_000)

  private static func success(_ run: String, of asset: AssetIdentifier = asset) -> RunReport {
    RunReport(.succeeded, of: asset, runID: run, artifacts: [ArtifactFacts(path: "out/\(run)")])
  }

  struct Scenario: CustomStringConvertible, Sendable {
    let description: String
    var metadataFolder = "_asset_metadata"
    var former: [RunReport] = []
    let reports: [RunReport]
    var synchronizesAll = true
    /// Whether nothing is put on the disk twice: folders above a new asset are, since others may have made them.
    var isSparing = false
  }

  private static let many = (0..<20).map { success("r\($0)", of: AssetIdentifier(name: "n\($0 % 3)", id: "1")) }
  private static let scenarios = [
    Scenario(description: "a root without a metadata folder", reports: [success("r1")]),
    Scenario(description: "a metadata folder two levels deep", metadataFolder: "meta/data", reports: [success("r1")]),
    Scenario(description: "a beginning", reports: [RunReport(.started, of: asset, runID: "r1")]),
    Scenario(description: "another run", former: [success("r0")], reports: [success("r1")], isSparing: true),
    Scenario(
      description: "a run that was begun", former: [success("r0"), RunReport(.started, of: asset, runID: "r1")],
      reports: [success("r1")], isSparing: true),
    Scenario(
      description: "a beginning of another run", former: [success("r0")],
      reports: [RunReport(.started, of: asset, runID: "r1")], isSparing: true),
    Scenario(description: "the same report again", former: [success("r1")], reports: [success("r1")], isSparing: true),
    Scenario(description: "a batch", former: Array(many.prefix(1)), reports: many, isSparing: true),
    Scenario(description: "a batch, file by file", reports: many, synchronizesAll: false),
  ]

  /// What was done to the tree for `former`, and then for `reports`.
  private func record(_ scenario: Scenario) throws -> (former: [Operation], new: [Operation]) {
    let scratch = try ScratchTree()
    try scratch.remove(.metadata)
    let durable = DurableFiles()
    func write(_ reports: [RunReport], at time: Timestamp) throws -> [Operation] {
      let fileSystem = FaultyFileSystem(synchronizesAll: scenario.synchronizesAll)
      let tree = try MetadataTree.openForWriting(
        root: scratch.root, metadataFolder: scenario.metadataFolder, fileSystem: fileSystem)
      let outcome = AssetWriter(LocalPublisher(tree, through: fileSystem, durable: durable), now: time).write(reports)
      for result in outcome.results { _ = try result.get() }
      return fileSystem.operations
    }
    let former = scenario.former.isEmpty ? [] : try write(scenario.former, at: Self.now.advanced(byMilliseconds: -1))
    return (former, try write(scenario.reports, at: Self.now))
  }

  /// What may be wrong after a power failure at any moment; in the end, everything must be there.
  private func violations(_ former: [Operation], _ new: [Operation]) throws -> [String] {
    var disk = ForgetfulDisk()
    for operation in former { disk.apply(operation) }
    let old = disk.files { _ in true }
    var whole = disk
    for operation in new { whole.apply(operation) }
    let final = whole.files { _ in true }
    var violations: Set<String> = []
    func check(_ files: [String: [UInt8]], isOver: Bool) throws {
      for (path, bytes) in files where !path.hasSuffix(".tmp") {
        if bytes != old[path] && bytes != final[path] { violations.insert("\(path) is neither old nor new") }
        guard path.hasSuffix("/manifest.json"), let manifest = try? ManifestCodec.decodeManifest(bytes) else {
          continue
        }
        let run = try #require(manifest.lastRun?.id)
        let metadata = path.replacing("manifest.json", with: "asset_run_id=\(run)/metadata.json")
        if files[metadata] == nil { violations.insert("\(path) names a run that is not there") }
      }
      for path in old.keys where files[path] == nil { violations.insert("\(path) is gone") }
      guard isOver else { return }
      for (path, bytes) in final where files[path] != bytes && !path.hasSuffix(".tmp") {
        violations.insert("\(path) was recorded and is not there")
      }
    }
    var random = SplitMix64(seed: 7)
    for (index, operation) in ([nil] + new.map { $0 }).enumerated() {
      if let operation { disk.apply(operation) }
      let isOver = index == new.count
      let count = disk.openCount
      if count <= 8 {
        for choice in 0..<(1 << count) { try check(disk.files { choice >> $0 & 1 == 1 }, isOver: isOver) }
      } else {
        for one in 0..<count {
          try check(disk.files { $0 == one }, isOver: isOver)
          try check(disk.files { $0 != one }, isOver: isOver)
        }
        for _ in 0..<20 {
          let kept = (0..<count).map { _ in Bool.random(using: &random) }
          try check(disk.files { kept[$0] }, isOver: isOver)
        }
      }
    }
    return violations.sorted()
  }

  @Test("leave every file whole, no manifest without its run, and whatever was recorded", arguments: scenarios)
  func everyMoment(scenario: Scenario) throws {
    let (former, new) = try record(scenario)
    #expect(try violations(former, new) == [])
  }

  @Test(
    "would do harm if any one of the calls were left out that put something on the disk",
    arguments: scenarios.filter(\.isSparing))
  func noneIsIdle(scenario: Scenario) throws {
    let (former, new) = try record(scenario)
    for index in new.indices where new[index].isSynchronizing {
      var shortened = new
      shortened.remove(at: index)
      #expect(!(try violations(former, shortened)).isEmpty, "nothing depends on \(new[index]), number \(index)")
    }
  }

  @Test("take nothing that was recorded over what mad_prefect left, of which nothing was on the disk")
  func careless() throws {
    let scratch = try ScratchTree()
    func write(_ reports: [RunReport]) throws -> [Operation] {
      let fileSystem = FaultyFileSystem()
      let tree = try MetadataTree.openForWriting(
        root: scratch.root, metadataFolder: "_asset_metadata", fileSystem: fileSystem)
      _ = AssetWriter(LocalPublisher(tree, through: fileSystem), now: Self.now).write(reports)
      return fileSystem.operations
    }
    var disk = ForgetfulDisk()
    disk.apply(.makeFolder("_asset_metadata"))
    for operation in try write([Self.success("r0"), RunReport(.started, of: Self.asset, runID: "r1")])
    where !operation.isSynchronizing { disk.apply(operation) }
    for operation in try write([Self.success("r1")]) { disk.apply(operation) }
    let all = disk.files { _ in true }
    let least = disk.files { _ in false }
    for name in ["manifest.json", "asset_run_id=r1/metadata.json"] {
      let path = "_asset_metadata/asset_name=a/asset_id=1/\(name)"
      #expect(least[path] != nil && least[path] == all[path])
    }
  }
}

import CatalogTestSupport
import Glibc
import ManifestModel
internal import StoredTree
import Testing

@testable import ManifestStore

/// Each system call fails in its turn.
extension AssetWriterTests {
  struct Scenario: CustomStringConvertible, Sendable {
    let description: String
    /// Whether each asset has a manifest and a started run before.
    let hasFormer: Bool
    let assets: Int
  }

  private static let scenarios = [
    Scenario(description: "a new asset", hasFormer: false, assets: 1),
    Scenario(description: "an asset with a history", hasFormer: true, assets: 1),
    Scenario(description: "many assets at once", hasFormer: true, assets: 17),
  ]
  private static let faults: [FaultyFileSystem.Fault] = [.error(EIO), .error(ENOSPC), .shortWrite, .interruptedWrite]

  @Test(
    "leaves every file old or new, no draft and no open descriptor, whichever system call fails", arguments: scenarios,
    faults)
  func faultLoop(scenario: Scenario, fault: FaultyFileSystem.Fault) throws {
    let assets = (0..<scenario.assets).map { AssetIdentifier(name: "a\($0 / 2)", id: "\($0)") }
    func prepared() throws -> ScratchTree {
      let scratch = try ScratchTree()
      if scenario.hasFormer {
        _ = try write(assets.map { success("r0", of: $0) }, in: scratch, at: Self.former)
        _ = try write(assets.map { RunReport(.started, of: $0, runID: "r1") }, in: scratch, at: Self.former)
      }
      return scratch
    }
    let reports = assets.map { success("r1", of: $0) }
    let untouched = try prepared()
    let old = contents(untouched)
    let sound = FaultyFileSystem()
    #expect(try write(reports, in: untouched, through: sound).results.allSatisfy { $0.isSuccess })
    let new = contents(untouched)

    for forever in [false, true] {
      for failing in places(for: fault, forever: forever, in: sound.log, isLong: scenario.assets > 1) {
        let scratch = try prepared()
        // Where the kind of error should not matter, each has its turn.
        let error = FaultyFileSystem.errors[failing % 11]
        let fileSystem = FaultyFileSystem(
          failing: failing, forever: forever, with: fault == .error(EIO) ? .error(error) : fault)
        var results: [Result<RunMetadata, StoreError>] = []
        do {
          results = try write(reports, in: scratch, through: fileSystem).results
        } catch {
          #expect(error is StoreError)
        }
        #expect(fileSystem.hasFailed)
        let place = "\(fileSystem.log.last ?? ""), call \(failing)\(forever ? " and later" : "")"
        let found = contents(scratch)
        for (path, bytes) in found where bytes != old[path] && bytes != new[path] {
          // Once nothing works any more, what was made cannot be removed either.
          let isRemnant = path.hasSuffix(".tmp") || path.hasSuffix("/")
          #expect(forever && isRemnant, "\(path) is neither old nor new after \(place)")
        }
        for path in old.keys where found[path] == nil && !path.hasSuffix("/") {
          Issue.record("\(path) is gone after \(place)")
        }
        for (asset, result) in zip(assets, results) {
          guard case .success = result else { continue }
          let manifest = "\(TreePath.manifest(asset.name, asset.id))"
          let run = "\(TreePath.run(asset.name, asset.id, "r1"))"
          #expect(found[manifest] == new[manifest], "said to be recorded, but is not, after \(place)")
          #expect(found[run] == new[run], "said to be recorded, but is not, after \(place)")
        }
        if case .error = fault {} else { #expect(found == new, "\(fault) must not matter: \(place)") }
        #expect(fileSystem.openDescriptors == 0, "descriptors are left open after \(place)")
        #expect(fileSystem.retriedSyncs == 0, "a failed fsync was tried again after \(place)")
      }
    }
  }

  @Test("records all reports though the process runs out of descriptors on the way", arguments: [EMFILE, ENFILE])
  func exhaustion(number: Int32) throws {
    let reports = (0..<18).flatMap { asset in
      let asset = AssetIdentifier(name: "a\(asset)", id: "1")
      return [RunReport(.started, of: asset, runID: "r1"), success("r1", of: asset)]
    }
    let sound = FaultyFileSystem()
    _ = try write(reports, in: ScratchTree(), through: sound)
    let opening = sound.log.indices.filter { place in
      ["openFolder", "openFile", "createFile"].contains { sound.log[place].hasPrefix($0) }
    }
    #expect(opening.count > 80)
    // The tree itself comes first; without it nothing can be recorded.
    for place in opening.dropFirst() where place % 7 < 2 {
      let scratch = try ScratchTree()
      let fileSystem = FaultyFileSystem(failing: place + 1, with: .error(number))
      let results = try write(reports, in: scratch, through: fileSystem).results
      let isRecorded = results.allSatisfy(\.isSuccess)
      #expect(isRecorded, "\(sound.log[place]), call \(place)")
      #expect(fileSystem.hasFailed)
      #expect(fileSystem.openDescriptors == 0)
      let manifests = contents(scratch).keys.filter { $0.hasSuffix("/manifest.json") }
      #expect(manifests.count == 18)
    }
  }

  /// The numbers of the calls that are to fail.
  private func places(for fault: FaultyFileSystem.Fault, forever: Bool, in log: [String], isLong: Bool) -> [Int] {
    guard case .error = fault else {
      // Only calls to write can be short.
      let writes = log.indices.filter { log[$0] == "write" }.map { $0 + 1 }
      return forever ? Array(writes.prefix(isLong ? 0 : 2)) : isLong ? Array(writes.prefix(3)) : writes
    }
    // Many assets have many calls; there a stride tries enough of them.
    return Array(stride(from: 1, through: log.count, by: isLong ? 17 : 1))
  }
}

extension Result {
  fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}

import CatalogTestSupport
import Glibc
internal import LocalTree
import ManifestModel
internal import StoredTree
import Synchronization
import Testing

@testable import ManifestStore

@Suite("The first record below a root")
struct FreshRootTests {
  private func open(
    _ scratch: ScratchTree, _ folder: String = "_asset_metadata", through fileSystem: FaultyFileSystem = .init()
  ) throws -> MetadataTree {
    try MetadataTree.openForWriting(root: scratch.root, metadataFolder: folder, fileSystem: fileSystem)
  }

  private func emptyRoot() throws -> ScratchTree {
    let scratch = try ScratchTree()
    try scratch.remove(.metadata)
    return scratch
  }

  @Test("finds the folder that another writer makes at the same moment")
  func overtaken() throws {
    let scratch = try emptyRoot()
    let path = scratch.absolute(.metadata)
    let fileSystem = FaultyFileSystem(beforeMakingFolder: { _ in mkdir(path, 0o777) })
    #expect(throws: Never.self) { try open(scratch, through: fileSystem) }
    // The other writer may not have put it on the disk yet.
    #expect(fileSystem.operations == [.synchronize("")])
  }

  @Test("is made by many writers at once, and none fails")
  func many() throws {
    for _ in 0..<20 {
      let scratch = try emptyRoot()
      let failures = Mutex<[String]>([])
      let group = ThreadGroup(count: 8) { number in
        do {
          let fileSystem = LinuxFileSystem()
          let tree = try MetadataTree.openForWriting(
            root: scratch.root, metadataFolder: "_asset_metadata", fileSystem: fileSystem)
          let asset = AssetIdentifier(name: "a\(number % 2)", id: "1")
          let outcome = AssetWriter(LocalPublisher(tree, through: fileSystem), now: Timestamp(microseconds: 1))
            .write([RunReport(.succeeded, of: asset, runID: "r\(number)")])
          _ = try outcome.results[0].get()
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      group.wait()
      #expect(failures.withLock { $0 } == [])
    }
  }

  @Test("puts each new folder of a path on the disk")
  func path() throws {
    let scratch = try emptyRoot()
    let fileSystem = FaultyFileSystem()
    _ = try open(scratch, "a/b/c", through: fileSystem)
    #expect(
      fileSystem.operations == [
        .makeFolder("a"), .synchronize(""), .makeFolder("a/b"), .synchronize("a"), .makeFolder("a/b/c"),
        .synchronize("a/b"),
      ])
    #expect(fileSystem.openDescriptors == 0)
  }

  @Test("makes nothing behind a link, and nothing in the place of something else", arguments: ["link", "file"])
  func link(first: String) throws {
    let scratch = try emptyRoot()
    try scratch.makeFolder("elsewhere")
    #expect(symlink(scratch.root + "/elsewhere", scratch.root + "/link") == 0)
    try scratch.write("", to: "file")
    let fileSystem = FaultyFileSystem()
    let error = #expect(throws: StoreError.self) { try open(scratch, "\(first)/meta", through: fileSystem) }
    #expect(error?.code == .noSuchRoot)
    #expect(ScratchTree.entries(scratch.absolute("elsewhere")).isEmpty)
    #expect(fileSystem.openDescriptors == 0)
  }
}

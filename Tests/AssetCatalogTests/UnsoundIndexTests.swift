import AssetCatalog
import CatalogTestSupport
import LinuxSystem
import LocalTree
import ManifestModel
import ManifestStore
import Synchronization
import Testing

/// Questions that meet an index which is not what it should be.
@Suite struct UnsoundIndexTests {
  private func options(_ reconciling: Catalog.Reconciling) -> Catalog.Options {
    var options = Catalog.Options()
    options.reconciling = reconciling
    options.fileSystem = SettledFileSystem()
    return options
  }

  /// Makes every page unreadable that holds a path which only rows of artifacts hold.
  private func damageArtifacts(_ tree: ScratchTree) throws {
    let file: TreePath = "_asset_metadata/.index/catalog-1.sqlite"
    var bytes = try #require(tree.read(file))
    let path = Array("h/4.csv".utf8)
    var damaged = 0
    let pageSize = Int(bytes[16]) << 8 | Int(bytes[17])
    for page in stride(from: 0, to: bytes.count, by: pageSize) where bytes[page..<(page + pageSize)].contains(path) {
      for index in page..<(page + 8) { bytes[index] = 0xFF }
      damaged += 1
    }
    try #require(damaged == 2)
    try tree.write(bytes, to: file)
  }

  @Test("an index that a question finds damaged is rebuilt, and the question answered", arguments: [false, true])
  func damaged(isSQL: Bool) throws {
    let tree = try ScratchTree.fixture()
    _ = try Catalog(root: tree.root, options: options(.always)).reconcile()
    try damageArtifacts(tree)
    let warnings = Mutex<[String]>([])
    var options = options(.maxLag(.seconds(3600)))
    options.onWarning = { warning in warnings.withLock { $0.append(warning) } }
    let catalog = try Catalog(root: tree.root, options: options)
    if isSQL {
      let sql = "SELECT asset_name FROM artifacts WHERE path = 'h/4.csv'"
      #expect(try catalog.query(sql).rows == [[.text("history.full")]])
    } else {
      #expect(try catalog.producers(of: "h/4.csv").rows.map(\.asset.name) == ["history.full"])
    }
    #expect(warnings.withLock { $0.count } == 1)
  }

  @Test("a damaged index that was copied to its place is not believed, though nothing that a question reads is damaged")
  func copied() throws {
    let tree = try ScratchTree.fixture()
    _ = try Catalog(root: tree.root, options: options(.always)).reconcile()
    try damageArtifacts(tree)
    // In the file that it always was, nobody looks.
    let trusting = try Catalog(root: tree.root, options: options(.never))
    #expect(try trusting.assets().rows.count == 31)
    let file: TreePath = "_asset_metadata/.index/catalog-1.sqlite"
    try tree.write(try #require(tree.read(file)), to: "_asset_metadata/.index/copy")
    try tree.rename("_asset_metadata/.index/copy", to: file)
    let wary = try Catalog(root: tree.root, options: options(.never))
    #expect(try #require(throws: CatalogError.self) { try wary.assets() }.code == .damagedIndex)
    let mending = try Catalog(root: tree.root, options: options(.maxLag(.seconds(3600))))
    #expect(try mending.assets().rows.count == 31)
    #expect(try wary.assets().rows.count == 31)
  }

  @Test("an index that could not be filled is not there, so that nobody is told that there is nothing")
  func neverFilled() throws {
    let tree = try ScratchTree.fixture()
    var failing = options(.always)
    failing.fileSystem = ExhaustedFileSystem()
    let first = try Catalog(root: tree.root, options: failing)
    #expect(throws: CatalogError.self) { try first.reconcile() }
    #expect(tree.status("_asset_metadata/.index/catalog.sqlite") == nil)
    let catalog = try Catalog(root: tree.root, options: options(.never))
    #expect(try #require(throws: CatalogError.self) { try catalog.stale(maxAge: .zero) }.code == .inputOutput)
    #expect(try #require(throws: CatalogError.self) { try catalog.query("SELECT 1") }.code == .inputOutput)
    let patient = try Catalog(root: tree.root, options: options(.maxLag(.seconds(3600))))
    #expect(try patient.assets().rows.count == 31)
  }
}

/// The real system calls, except that no file can be opened for want of descriptors.
private struct ExhaustedFileSystem: FileSystem {
  private let real = SettledFileSystem()

  func openFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 { throw SystemError(24) }
  func clock(near path: String, device: UInt64) -> FileSystemClock { real.clock(near: path, device: device) }
  func openFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try real.openFolder(path, in: folder)
  }
  func status(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> FileStatus {
    try real.status(path, in: folder)
  }
  func status(of descriptor: Int32) throws(SystemError) -> FileStatus { try real.status(of: descriptor) }
  func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try real.read(descriptor, into: buffer)
  }
  func list(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try real.list(descriptor, into: buffer)
  }
  func close(_ descriptor: Int32) { real.close(descriptor) }
  func sleep(microseconds: UInt32) {}
}

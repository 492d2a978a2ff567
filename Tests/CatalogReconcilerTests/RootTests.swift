import CatalogReconciler
import CatalogTestSupport
import ManifestModel
import ManifestStore
import SQLiteDatabase
import StoredTree
import Testing

@testable import CatalogIndex

@Suite("A root that is not what it was")
struct RootTests {
  @Test("A root or metadata folder that is missing is an error, and makes no index")
  func missing() throws {
    let bench = try ReconcilerBench(ScratchTree())
    try bench.tree.remove(.metadata)
    let error = try #require(throws: StoreError.self) { try bench.reconciler().reconcile() }
    #expect(error.code == .noSuchRoot)
    #expect(error.message.hasPrefix("\(bench.tree.root) has no folder _asset_metadata"))
    #expect(bench.tree.status(.metadata) == nil)
  }

  @Test("A metadata folder that is a symbolic link is refused")
  func link() throws {
    let bench = try ReconcilerBench(ScratchTree())
    try bench.tree.rename(.metadata, to: "elsewhere")
    try bench.tree.makeLink(.metadata, to: "elsewhere")
    let error = try #require(throws: StoreError.self) { try bench.reconciler().reconcile() }
    #expect(error.code == .noSuchRoot)
    #expect(error.message.contains("symbolic link"))
  }

  @Test("A tree that is suddenly empty deletes nothing, unless one says so")
  func empty() throws {
    let tree = try ScratchTree.fixture()
    let bench = try ReconcilerBench(tree)
    _ = try bench.reconciler().reconcile()
    let before = try bench.rows()
    for entry in ScratchTree.entries(tree.absolute(.metadata)) where entry != Array(".index".utf8) {
      try tree.remove(TreePath.metadata.appending(entry))
    }
    let error = try #require(throws: ReconcileError.self) { try bench.reconciler().reconcile() }
    #expect(error.code == .noSuchRoot)
    #expect(try bench.rows() == before)
    #expect(try bench.reconciler { $0.acceptsRoot = true }.reconcile().removed == 31)
    #expect(try bench.rows().isEmpty)
  }

  @Test("An empty tree that never was anything else is fine")
  func alwaysEmpty() throws {
    let bench = try ReconcilerBench(ScratchTree())
    #expect(try bench.reconciler().reconcile().added == 0)
    #expect(try bench.reconciler().reconcile().unchanged == 0)
  }

  @Test("The index of one tree is not used for another")
  func foreignIndex() throws {
    let first = try ReconcilerBench.fixture()
    _ = try first.reconciler().reconcile()
    let before = try first.rows()
    let second = try ScratchTree.fixture()
    let mixed = Reconciler(
      location: first.location, root: second.root, metadataFolder: "_asset_metadata",
      fileSystem: ScriptedFileSystem(),
      options: ReconcileOptions(now: { Timestamp(microseconds: 1_800_000_000_000_000) }))
    let error = try #require(throws: ReconcileError.self) { try mixed.reconcile() }
    #expect(error.code == .noSuchRoot)
    #expect(error.message.contains(first.tree.root))
    #expect(try first.rows() == before)
  }

  private func edit(_ bench: ReconcilerBench, _ sql: String) throws {
    let index = try IndexFile.open(bench.location, .writing)
    try index.write { database throws(SQLiteError) in try database.execute(sql) }
  }

  @Test("An index in the tree belongs to it, on whatever device and under whatever path it is mounted")
  func remounted() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    try edit(bench, "UPDATE catalog_state SET tree_device = tree_device + 1")
    #expect(try bench.reconciler().reconcile().unchanged == 31)
    try edit(
      bench, "UPDATE catalog_state SET tree_device = tree_device + 1, tree_inode = tree_inode + 1, root = '/elsewhere'")
    #expect(try bench.reconciler().reconcile().unchanged == 31)
  }

  @Test(
    "An index elsewhere is bound to the path or the folder, and to neither alone",
    arguments: [
      ("tree_device = tree_device + 1", true), ("tree_inode = tree_inode + 1", true),
      ("tree_inode = tree_inode + 1, tree_device = 7", true), ("root = '/elsewhere'", true),
      ("metadata_folder = 'other'", true), ("root = '/elsewhere', tree_inode = tree_inode + 1", false),
      ("root = '/elsewhere', tree_device = tree_device + 1", false),
      ("metadata_folder = 'other', tree_inode = tree_inode + 1", false),
    ])
  func boundElsewhere(change: String, isTaken: Bool) throws {
    let elsewhere = try ScratchTree()
    let bench = try ReconcilerBench(.fixture(), indexPath: elsewhere.root + "/index.sqlite")
    _ = try bench.reconciler().reconcile()
    try edit(bench, "UPDATE catalog_state SET \(change)")
    if isTaken {
      #expect(try bench.reconciler().reconcile().unchanged == 31)
    } else {
      let error = try #require(throws: ReconcileError.self) { try bench.reconciler().reconcile() }
      #expect(error.code == .noSuchRoot)
      #expect(try bench.rows().isEmpty == false)
      #expect(try bench.reconciler { $0.acceptsRoot = true }.reconcile().unchanged == 31)
      #expect(try bench.reconciler().reconcile().unchanged == 31)
    }
  }

  @Test("Another way of reading files makes the next reconcile read them all")
  func projection() throws {
    let bench = try ReconcilerBench.fixture()
    let files = try bench.reconciler().reconcile().filesRead
    let index = try IndexFile.open(bench.location, .writing)
    try index.write { database throws(SQLiteError) in
      try database.execute("UPDATE catalog_state SET projection_version = projection_version - 1")
    }
    #expect(try bench.reconciler().reconcile().filesRead == files)
    #expect(try bench.reconciler().reconcile().filesRead == 0)
  }

  @Test("Who does not want to wait for another reconcile is told so; nothing is done")
  func busy() throws {
    let bench = try ReconcilerBench.fixture()
    let lock = try ReconcileLock(bench.location, isWaiting: false)
    let error = try #require(throws: IndexError.self) {
      try bench.reconciler { $0.patienceMilliseconds = 0 }.reconcile()
    }
    #expect(error.code == .busy)
    withExtendedLifetime(lock) {}
  }
}

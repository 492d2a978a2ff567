import AssetCatalog
import CatalogTestSupport
import ManifestModel
import SQLiteDatabase
import Testing

/// A tree with every oddity we know of, what a reading of all its files gives, and the files of an index of it, which
/// can be put back in place as often as somebody has damaged them.
struct StoredIndex {
  static let folder: TreePath = "_asset_metadata/.index"

  let tree: ScratchTree
  let now: Int64
  let truth: LinearScan
  let database: [UInt8]
  /// What is not in the database file yet; empty where all of it is.
  let log: [UInt8]

  /// - Parameter hasLog: whether the last changes are in the log alone.
  init(seed: UInt64, hasLog: Bool) throws {
    var model = TreeModel(try ScratchTree(), seed: seed)
    try model.populate(24)
    for _ in 0..<30 { _ = try model.edit() }
    tree = model.tree
    now = model.now
    _ = try CatalogUnderTest(tree, now: now).catalog.reconcile()
    if hasLog {
      try tree.awaitTick()
      try model.populate(6)
      _ = try CatalogUnderTest(tree, now: now).catalog.reconcile()
    }
    var scan = LinearScan(tree)
    scan.scan()
    truth = scan
    database = try #require(tree.read(Self.folder / "catalog-1.sqlite"))
    log = tree.read(Self.folder / "catalog-1.sqlite-wal") ?? []
    try #require(log.isEmpty != hasLog)
  }

  /// Puts an index in place, into the file that it always was: in another one, nothing is believed unseen.
  func restore(_ database: [UInt8]? = nil, log: [UInt8]? = nil) throws {
    for name in ScratchTree.entries(tree.absolute(Self.folder)).map({ String(decoding: $0, as: UTF8.self) })
    where name != "catalog-1.sqlite" {
      try tree.remove(Self.folder / name)
    }
    try tree.write(database ?? self.database, to: Self.folder / "catalog-1.sqlite")
    if !self.log.isEmpty { try tree.write(log ?? self.log, to: Self.folder / "catalog-1.sqlite-wal") }
    try tree.makeLink(Self.folder / "catalog.sqlite", to: "catalog-1.sqlite")
  }

  /// Runs SQL in the index, as anybody may who can write the file.
  func execute(_ script: String) throws {
    let connection = try Connection(
      path: "\(tree.root)/\(Self.folder)/catalog.sqlite", mode: .readWrite, isDefensive: false)
    try connection.execute(script)
  }

  /// The pages where the indexes begin, by their name: in a small catalog these are most of their pages.
  func indexRoots() throws -> [(name: String, page: Int)] {
    let connection = try Connection(path: "\(tree.root)/\(Self.folder)/catalog.sqlite", mode: .readOnly)
    return try connection.withStatement("SELECT name, rootpage FROM sqlite_schema WHERE type = 'index' ORDER BY name") {
      row throws(SQLiteError) in
      var roots: [(name: String, page: Int)] = []
      while try row.step() { roots.append((try row.text(0), Int(try row.int64(1)))) }
      return roots
    }
  }

  func rootPage(of index: String) throws -> Int {
    try #require(try indexRoots().first { $0.name == index }?.page)
  }

  func subject(_ reconciling: Catalog.Reconciling) throws -> CatalogUnderTest {
    try CatalogUnderTest(tree, now: now, reconciling: reconciling)
  }
}

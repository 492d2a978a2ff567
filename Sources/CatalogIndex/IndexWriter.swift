package import ManifestModel
internal import SQLiteDatabase
package import StoredTree

/// Writes whole assets, folders, problems and the state of an index, within a transaction that somebody else began.
///
/// It is lent by ``IndexConnection/edit(until:orThrow:_:)`` and belongs to an ``IndexScratch``. What goes wrong is said
/// of the index; SQLite's own errors stay below.
package struct IndexWriter: ~Copyable {
  let connection: Connection
  /// The database file, for messages.
  let path: String

  init(_ connection: consuming Connection, path: String) {
    self.connection = connection
    self.path = path
  }

  borrowing func writing<R>(
    _ body: (borrowing Connection) throws(SQLiteError) -> R
  ) throws(IndexError) -> R {
    do throws(SQLiteError) { return try body(connection) } catch { throw IndexError(error, path: path) }
  }

  // MARK: The index itself

  /// What the index says of itself; `nil` for one that was never filled.
  package borrowing func state() throws(IndexError) -> CatalogState? {
    try writing { database throws(SQLiteError) in try TreeRows.state(from: database) }
  }

  /// Replaces what the index says of itself.
  package borrowing func write(_ state: CatalogState) throws(IndexError) {
    try writing { database throws(SQLiteError) in try TreeRows.write(state, into: database) }
  }

  // MARK: Folders of names

  /// Says when the folder of a name was listed.
  package borrowing func write(folder name: String, _ seen: SeenFile) throws(IndexError) {
    try writing { database throws(SQLiteError) in try TreeRows.write(folder: name, seen, into: database) }
  }

  /// Makes sure that a name has a row, since assets without one are not found: one that says to list the folder.
  package borrowing func ensure(folder name: String) throws(IndexError) {
    try writing { database throws(SQLiteError) in try TreeRows.ensure(folder: name, in: database) }
  }

  /// The assets that the index has of a name.
  package borrowing func assets(of name: String) throws(IndexError) -> [AssetIdentifier] {
    try writing { database throws(SQLiteError) in try KnownFolders.assets(of: name, from: database) }
  }

  /// Removes a name and all assets of it.
  package borrowing func remove(folder name: String) throws(IndexError) {
    try writing { database throws(SQLiteError) in try TreeRows.remove(folder: name, from: database) }
  }

  // MARK: Problems

  /// Replaces what is known to be wrong in one scope.
  package borrowing func write(_ scope: ProblemScope, at time: Timestamp) throws(IndexError) {
    try writing { database throws(SQLiteError) in try TreeRows.write(scope, at: time, into: database) }
  }

  /// Removes the problems of a folder and of all below it.
  ///
  /// - Parameter folder: bytes of a path relative to the root.
  package borrowing func removeProblems(beneath folder: [UInt8]) throws(IndexError) {
    try writing { database throws(SQLiteError) in try TreeRows.removeProblems(beneath: folder, from: database) }
  }

  /// How many problems there are.
  package borrowing func problemCount() throws(IndexError) -> Int {
    try writing { database throws(SQLiteError) in try TreeRows.problemCount(in: database) }
  }

  // MARK: Assets

  /// Adds an asset that is not in the index.
  package borrowing func insert(_ asset: IndexedAsset) throws(IndexError) {
    try writing { database throws(SQLiteError) in _ = try AssetRows.insert(asset, into: database) }
  }

  /// Fills an index that has no journal with folders and assets that are not in it.
  package borrowing func fill(_ batch: ImportBatch) throws(IndexError) {
    try writing { database throws(SQLiteError) in try AssetRows.fill(database, with: batch) }
  }

  /// Writes what differs between an asset as it was loaded and as it is now.
  package borrowing func update(_ new: IndexedAsset, from old: IndexedAsset, key: Int64) throws(IndexError) {
    try writing { database throws(SQLiteError) in try AssetRows.update(new, from: old, key: key, in: database) }
  }

  /// Removes an asset and all that belongs to it.
  package borrowing func remove(assetKey key: Int64) throws(IndexError) {
    try writing { database throws(SQLiteError) in try AssetRows.remove(key: key, from: database) }
  }

  /// Reads an asset with all its runs, without artifacts, and with the long texts of those runs alone that are
  /// `concerned`.
  package borrowing func load(
    _ asset: AssetIdentifier, concerning concerned: [String] = []
  ) throws(IndexError) -> IndexedAsset? {
    try writing { database throws(SQLiteError) in
      try AssetRows.load(asset, concerning: concerned, from: database)
    }
  }

  /// Reads an asset with no more of its runs than it takes to apply a change to those that are `concerned`.
  package borrowing func loadPart(
    of asset: AssetIdentifier, concerning concerned: [String]
  ) throws(IndexError) -> IndexedAsset? {
    try writing { database throws(SQLiteError) in
      try AssetRows.loadPart(of: asset, concerning: concerned, from: database)
    }
  }

  /// What the manifest of an asset names.
  package borrowing func artifacts(ofKey key: Int64) throws(IndexError) -> [String] {
    try writing { database throws(SQLiteError) in try AssetRows.artifacts(of: key, from: database) }
  }
}

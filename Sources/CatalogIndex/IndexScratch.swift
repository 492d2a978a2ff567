internal import LinuxSystem
internal import SQLiteDatabase

#if canImport(Glibc)
  import Glibc
#endif

/// A private index to be filled at leisure and then published; removed unless it became the index.
///
/// It has no journal and waits for no disk: if the process dies, it is rubbish, and the next process removes it.
package struct IndexScratch: ~Copyable {
  /// Nobody else knows the file, so that transactions need no gate.
  package let writer: IndexWriter
  let file: ScratchFile
  /// For statements.
  var connection: Connection { _read { yield writer.connection } }

  /// Bytes in a page of a new index. Against SQLite's own 4096, a rebuild makes half the calls and ends in a smaller
  /// file, while a record writes little more to the log.
  private static let newPageSize: Int64 = 8192

  /// Makes an empty one with the current schema.
  ///
  /// - Parameter pageSize: that of the index it is to replace; `nil` for that of new indexes.
  static func make(
    in location: IndexLocation, migrator: Migrator, pageSize: Int64?
  ) throws(IndexError) -> IndexScratch {
    let file = try ScratchFile(in: location)
    let path = file.path
    // Made here and not by SQLite, whose files are 0644 whatever the umask.
    try IndexRights.makeFile(path, .scratch, of: location)
    do throws(SQLiteError) {
      let connection = try Connection(path: path, mode: .create, isDefensive: false)
      try connection.execute("PRAGMA page_size = \(pageSize ?? newPageSize)")
      try connection.addChecksums()
      guard try connection.text("PRAGMA journal_mode = OFF") == "off" else {
        throw SQLiteError(unusablePlace: "the journal cannot be turned off")
      }
      try connection.execute("PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16384")
      try migrator.migrate(connection, from: 0)
      // Whoever fills it writes each asset before what belongs to it; looking that up for each row would prove nothing.
      try connection.execute("PRAGMA foreign_keys = OFF")
      return IndexScratch(writer: IndexWriter(connection, path: path), file: file)
    } catch {
      throw IndexError(error, path: path)
    }
  }

  /// Fills the tables in one transaction, and makes the indexes afterwards, by sorting: cheaper than keeping them
  /// sorted.
  ///
  /// Unique indexes stay, as they are rules as well, and those of `problem`, which is looked up while it is filled.
  package borrowing func fill<R>(_ body: (borrowing IndexWriter) throws -> R) throws -> R {
    try naming { () throws(SQLiteError) in try connection.execute("BEGIN") }
    let later = try naming { () throws(SQLiteError) in try dropIndexes() }
    let result = try body(writer)
    try naming { () throws(SQLiteError) in
      for sql in later { try connection.execute(sql) }
      try connection.execute("COMMIT")
    }
    return result
  }

  /// Writes over what is there already, in one transaction: a row that is replaced takes what belongs to it along.
  package borrowing func amend<R>(_ body: (borrowing IndexWriter) throws -> R) throws -> R {
    try naming { () throws(SQLiteError) in try connection.execute("PRAGMA foreign_keys = ON; BEGIN") }
    let result = try body(writer)
    try naming { () throws(SQLiteError) in try connection.execute("COMMIT") }
    return result
  }

  /// Drops the indexes that are made again afterwards.
  ///
  /// - Returns: their statements.
  private borrowing func dropIndexes() throws(SQLiteError) -> [String] {
    let later = try connection.withStatement(
      """
      SELECT name, sql FROM sqlite_schema
      WHERE type = 'index' AND sql LIKE 'CREATE INDEX %' AND tbl_name <> 'problem' ORDER BY rowid
      """
    ) { statement throws(SQLiteError) in
      var indexes: [(name: String, sql: String)] = []
      while try statement.step() { indexes.append((try statement.text(0), try statement.text(1))) }
      return indexes
    }
    for index in later { try connection.execute("DROP INDEX \(index.name)") }
    return later.map(\.sql)
  }

  private borrowing func naming<R>(_ body: () throws(SQLiteError) -> R) throws(IndexError) -> R {
    try IndexError.wrapping(file.path, body)
  }

  /// Writes down in which file this will be.
  borrowing func remember(_ file: CatalogState.File) throws(SQLiteError) {
    try TreeRows.remember(file, in: connection)
  }

  /// Makes the file itself the index, as a new generation. The caller has passed the gate, and has no statement left.
  ///
  /// - Parameter readers: who may read the files that it is made from.
  /// - Returns: the new name of a file that was at the place itself, `nil` where there was none.
  consuming func install(at location: IndexLocation, for readers: Readership) throws(IndexError) -> String? {
    let path = file.path
    if let status = try Files.status(path, followingLinks: false) {
      try IndexError.wrapping(path) { () throws(SQLiteError) in
        try remember(CatalogState.File(device: status.device, inode: status.inode))
      }
    }
    try Self.finish(writer, path: path)
    // Closed by now; a log that is still there means that it was not.
    if let log = try Files.status(path + "-wal", followingLinks: false), log.size > 0 {
      throw IndexError(.internal, "The new index \(path) is still in use and cannot be put in place.")
    }
    IndexRights.open(up: path, of: location, to: readers)
    return try location.install(path)
  }

  /// Gives the file the log mode of an index, everything on the disk, and closes it.
  private static func finish(_ writer: consuming IndexWriter, path: String) throws(IndexError) {
    do throws(SQLiteError) {
      try writer.connection.execute("PRAGMA locking_mode = NORMAL; PRAGMA synchronous = FULL")
      guard try writer.connection.text("PRAGMA journal_mode = WAL") == "wal" else {
        throw SQLiteError(unusablePlace: "it cannot have a write-ahead log")
      }
      try writer.connection.checkpoint(.truncate)
    } catch {
      throw IndexError(error, path: path)
    }
  }
}

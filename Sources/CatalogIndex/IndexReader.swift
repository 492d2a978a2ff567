internal import ManifestModel
internal import SQLiteDatabase

/// Answers questions from one read-only connection to the index.
///
/// One thread at a time may use it. Each question is a few statements; ``snapshot(_:)`` puts them into one read
/// transaction, which must stay short: while it is open the write-ahead log cannot be emptied.
package struct IndexReader: ~Copyable {
  package let index: IndexConnection

  /// Takes over an index that was opened for reading.
  package init(_ index: consuming IndexConnection) {
    self.index = index
    // At most 32 MiB: a page is kept once it was read. A report on all assets comes back to each page many times.
    try? self.index.connection.execute("PRAGMA cache_size = -32768")
  }

  /// Whether this is still the index, see ``IndexConnection/isCurrent()``.
  package borrowing func isCurrent() -> Bool { index.isCurrent() }

  /// Lets `body` see one state of the index, however many statements it runs.
  package borrowing func snapshot<R>(_ body: () throws(IndexError) -> R) throws(IndexError) -> R {
    try index.read(orThrow: { $0 }) { _ throws(IndexError) in try body() }
  }

  /// What the index is; `nil` for one that was never filled.
  package borrowing func state() throws(IndexError) -> IndexState? {
    try withStatement(QuestionSQL.state) { row throws(SQLiteError) in
      guard try row.step() else { return nil }
      return IndexState(
        root: try row.text(0), metadataFolder: try row.text(1), reconcileStartedAt: try row.optionalInt64(2),
        reconcileEndedAt: try row.optionalInt64(3))
    }
  }

  /// The number of the newest migration that the index has.
  package borrowing func schemaVersion() throws(IndexError) -> Int {
    Int(try number(StatementText("PRAGMA user_version")))
  }
}

extension IndexReader {
  /// Runs a statement, and says what its error means for the index.
  borrowing func withStatement<R>(
    _ sql: StatementText, _ body: (borrowing Statement) throws(SQLiteError) -> R
  ) throws(IndexError) -> R {
    try asking { connection throws(SQLiteError) in try connection.withStatement(sql, body) }
  }

  /// The one number that a statement gives.
  borrowing func number(_ sql: StatementText) throws(IndexError) -> Int64 {
    try asking { connection throws(SQLiteError) in try connection.int64(sql) }
  }

  /// Asks the database, and says what its error means for the index.
  borrowing func asking<R>(
    _ body: (borrowing Connection) throws(SQLiteError) -> R
  ) throws(IndexError) -> R {
    do throws(SQLiteError) { return try body(index.connection) } catch { throw IndexError(error, path: index.path) }
  }

  /// What the index holds of an asset; `nil` where it has no such folder.
  borrowing func load(_ asset: AssetIdentifier) throws(IndexError) -> IndexedAsset? {
    try asking { connection throws(SQLiteError) in try AssetRows.load(asset, from: connection) }
  }

  /// The same, with its errors and artifacts.
  borrowing func loadWhole(_ asset: AssetIdentifier) throws(IndexError) -> IndexedAsset? {
    try asking { connection throws(SQLiteError) in try AssetRows.loadWhole(asset, from: connection) }
  }

  /// What the manifest of an asset names.
  borrowing func artifacts(ofKey key: Int64) throws(IndexError) -> [String] {
    try asking { connection throws(SQLiteError) in try AssetRows.artifacts(of: key, from: connection) }
  }

  /// Bytes of long texts that end a page before it has as many rows as were asked for.
  static let pageWeight = 8 << 20

  /// Runs a statement that gives the rows after a place, and makes an entry of each until the page is full.
  ///
  /// - Parameters:
  ///   - count: how many rows a page has at most, which is the limit of the statement too.
  ///   - weigh: bytes of what may be long in an entry.
  /// - Returns: at least one row if there is any, and whether there may be more.
  borrowing func page<Entry>(
    _ sql: StatementText, of count: Int, bind: (borrowing Statement) throws(SQLiteError) -> Void,
    entry: (borrowing Statement) throws(SQLiteError) -> Entry, weigh: (Entry) -> Int
  ) throws(IndexError) -> (rows: [Entry], isFull: Bool) {
    try withStatement(sql) { statement throws(SQLiteError) in
      try bind(statement)
      var entries: [Entry] = []
      var weight = 0
      while try statement.step() {
        let next = try entry(statement)
        entries.append(next)
        weight += weigh(next)
        if entries.count == count || weight >= Self.pageWeight { return (entries, true) }
      }
      return (entries, false)
    }
  }

  /// Runs a statement and makes an entry of each of its rows.
  borrowing func rows<Entry>(
    _ sql: StatementText, bind: (borrowing Statement) throws(SQLiteError) -> Void,
    entry: (borrowing Statement) throws(SQLiteError) -> Entry
  ) throws(IndexError) -> [Entry] {
    try withStatement(sql) { statement throws(SQLiteError) in
      try bind(statement)
      return try Self.rows(of: statement, entry: entry)
    }
  }

  static func rows<Entry>(
    of statement: borrowing Statement, entry: (borrowing Statement) throws(SQLiteError) -> Entry
  ) throws(SQLiteError) -> [Entry] {
    var entries: [Entry] = []
    while try statement.step() { entries.append(try entry(statement)) }
    return entries
  }
}

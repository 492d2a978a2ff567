package import SQLiteDatabase

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
  package borrowing func snapshot<R>(_ body: () throws(SQLiteError) -> R) throws(IndexError) -> R {
    try index.read { _ throws(SQLiteError) in try body() }
  }

  /// What the index is; `nil` for one that was never filled.
  package borrowing func state() throws(SQLiteError) -> IndexState? {
    try index.connection.withStatement(QuestionSQL.state) { row throws(SQLiteError) in
      guard try row.step() else { return nil }
      return IndexState(
        root: try row.text(0), metadataFolder: try row.text(1), reconcileStartedAt: try row.optionalInt64(2),
        reconcileEndedAt: try row.optionalInt64(3))
    }
  }

  /// The number of the newest migration that the index has.
  package borrowing func schemaVersion() throws(SQLiteError) -> Int {
    Int(try index.connection.int64("PRAGMA user_version"))
  }
}

/// What an index says of itself.
package struct IndexState: Sendable {
  package let root: String
  package let metadataFolder: String
  /// When the last complete reconcile began, in microseconds: what was true in the tree then is in the index.
  package let reconcileStartedAt: Int64?
  package let reconcileEndedAt: Int64?
}

/// An answer that is read page by page, each page behind the last row of the one before.
package protocol PageCursor<Record>: Sendable {
  associatedtype Record: Sendable

  /// The next rows, about `count` of them; none at the end.
  mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(SQLiteError) -> [Record]
}

extension IndexReader {
  /// Bytes of long texts that end a page before it has as many rows as were asked for.
  static let pageWeight = 8 << 20

  /// Runs a statement that gives the rows behind a place, and makes a record of each until the page is full.
  ///
  /// - Parameters:
  ///   - count: how many rows a page has at most, which is the limit of the statement too.
  ///   - weigh: bytes of what may be long in a record.
  /// - Returns: at least one row if there is any, and whether there may be more.
  borrowing func page<Record>(
    _ sql: StaticString, of count: Int, bind: (borrowing Statement) throws(SQLiteError) -> Void,
    record: (borrowing Statement) throws(SQLiteError) -> Record, weigh: (Record) -> Int
  ) throws(SQLiteError) -> (rows: [Record], isFull: Bool) {
    try index.connection.withStatement(sql) { statement throws(SQLiteError) in
      try bind(statement)
      var records: [Record] = []
      var weight = 0
      while try statement.step() {
        let next = try record(statement)
        records.append(next)
        weight += weigh(next)
        if records.count == count || weight >= Self.pageWeight { return (records, true) }
      }
      return (records, false)
    }
  }

  /// Runs a statement and makes a record of each of its rows.
  borrowing func rows<Record>(
    _ sql: StaticString, bind: (borrowing Statement) throws(SQLiteError) -> Void,
    record: (borrowing Statement) throws(SQLiteError) -> Record
  ) throws(SQLiteError) -> [Record] {
    try index.connection.withStatement(sql) { statement throws(SQLiteError) in
      try bind(statement)
      return try Self.rows(of: statement, record: record)
    }
  }

  static func rows<Record>(
    of statement: borrowing Statement, record: (borrowing Statement) throws(SQLiteError) -> Record
  ) throws(SQLiteError) -> [Record] {
    var records: [Record] = []
    while try statement.step() { records.append(try record(statement)) }
    return records
  }
}

internal import CatalogIndex
package import ManifestModel
internal import SQLiteDatabase

extension Catalog {
  /// One value of a row that SQL gave.
  package enum Value: Sendable, Hashable {
    /// NULL.
    case null
    /// An INTEGER.
    case integer(Int64)
    /// A REAL.
    case real(Double)
    /// A TEXT; bytes that are not UTF-8 are replaced.
    case text(String)
    /// A BLOB.
    case blob([UInt8])
  }

  /// What a query gave.
  package struct QueryResult: Sendable {
    /// When the answer was given.
    package let generatedAt: Timestamp
    /// What was true in the tree at this moment was in the index right before the query ran.
    package let asOf: Timestamp?
    /// The names of the columns.
    package let columns: [String]
    /// The rows, each with a value for every column.
    package let rows: [[Value]]
  }

  /// Runs one SELECT over the views `assets`, `runs`, `artifacts`, `run_artifacts`, `problems` and `catalog`.
  ///
  /// The statement can read and nothing else: it has a connection of its own, and every other action is refused. It has
  /// 256 MiB of memory to work with, sorting included, and as much for its answer. In a process that does nothing else,
  /// ``limitMemoryOfSQLite()`` makes sure of it even where one function takes all of that at once.
  ///
  /// ```swift
  /// let result = try catalog.query("SELECT last_status, count(*) FROM assets GROUP BY last_status")
  /// for row in result.rows { print(row) }
  /// ```
  ///
  /// - Parameters:
  ///   - sql: one statement, without parameters.
  ///   - timeout: how long it may take.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/badData`` for SQL that is not well formed or does more than read,
  ///   ``CatalogError/Code/timedOut``, ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and
  ///   reading throw.
  package func query(
    _ sql: String, timeout: Duration = .seconds(5), limit: Int? = nil
  ) throws(CatalogError) -> QueryResult {
    let rowLimit = try Self.checked(limit)
    let nanoseconds = timeout.microseconds.multipliedReportingOverflow(by: 1000)
    return try mendingIndex { () throws(CatalogError) in
      try CatalogError.wrapping { () throws(IndexError) in
        try readers.read { reader throws(IndexError) in
          let asOf = try reader.snapshot { () throws(IndexError) in try reader.state()?.reconcileStartedAt }
          guard let asOf else { throw IndexError.neverFilled(try location) }
          let result = try reader.index.query(
            sql, timeoutNanoseconds: nanoseconds.overflow ? .max : nanoseconds.partialValue,
            rowLimit: rowLimit == .max ? nil : rowLimit)
          return QueryResult(now, asOf: Timestamp(microseconds: asOf), consuming: consume result)
        }
      }
    }
  }
}

extension Catalog {
  /// From here on, SQLite takes no more than 256 MiB of memory in this process, for whatever and for whomever: what
  /// needs more fails. For a program that runs one query and ends.
  package static func limitMemoryOfSQLite() { SQLiteLibrary.limitMemory(toBytes: 256 << 20) }
}

extension Catalog.QueryResult {
  /// Gives up each row of SQLite's as its values are taken over, so that none is held twice.
  fileprivate init(_ now: Timestamp, asOf: Timestamp, consuming result: consuming SandboxedRows) {
    generatedAt = now
    self.asOf = asOf
    columns = result.columns
    var taken: [[Catalog.Value]] = []
    taken.reserveCapacity(result.rows.count)
    for index in result.rows.indices {
      taken.append(result.rows[index].map { Catalog.Value($0) })
      result.rows[index] = []
    }
    rows = taken
  }
}

extension Catalog.Value {
  fileprivate init(_ value: SQLValue) {
    self =
      switch value {
      case .null: .null
      case .integer(let integer): .integer(integer)
      case .real(let real): .real(real)
      case .text(let text): .text(text)
      case .blob(let blob): .blob(blob)
      }
  }
}

import CSQLite

/// A prepared statement, finalized when it goes out of scope.
///
/// Parameters count from 1, columns from 0, as in SQLite. A statement that outlives its connection stays valid: the
/// connection is then closed with the last of its statements.
package struct Statement: ~Copyable {
  let handle: OpaquePointer

  init(owning handle: OpaquePointer) { self.handle = handle }

  deinit { sqlite3_finalize(handle) }

  /// Runs to the next row.
  ///
  /// - Returns: whether there is a row; `false` at the end.
  package borrowing func step() throws(SQLiteError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw SQLiteError(statement: handle, code: code)
    }
  }

  /// Runs to the end, passes over any rows, and makes the statement ready for its next use; bindings stay.
  package borrowing func run() throws(SQLiteError) {
    var code = sqlite3_step(handle)
    while code == SQLITE_ROW { code = sqlite3_step(handle) }
    guard code == SQLITE_DONE else {
      let error = SQLiteError(statement: handle, code: code)
      sqlite3_reset(handle)
      throw error
    }
    sqlite3_reset(handle)
  }

  /// Makes the statement ready to run again; bindings stay. The error of the last run, if any, was thrown by then.
  package borrowing func reset() { sqlite3_reset(handle) }

  /// Sets every parameter to NULL.
  package borrowing func clearBindings() { sqlite3_clear_bindings(handle) }

  /// Whether the statement makes no direct change to the database file.
  package borrowing func isReadOnly() -> Bool { sqlite3_stmt_readonly(handle) != 0 }

  /// How many parameters the statement has.
  package var parameterCount: Int32 { sqlite3_bind_parameter_count(handle) }

  /// The statement's text.
  package var sql: String { sqlite3_sql(handle).map { String(cString: $0) } ?? "" }
}

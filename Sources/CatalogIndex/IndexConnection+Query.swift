internal import ManifestModel
package import SQLiteDatabase

extension IndexConnection {
  /// Runs one statement that a user wrote, reading only, on a connection of its own.
  ///
  /// - Throws: `timedOut`, `badQuery` with SQLite's words, or what is wrong with the index.
  package borrowing func query(
    _ sql: String, timeoutNanoseconds: Int64, rowLimit: Int? = nil
  ) throws(IndexError) -> SandboxedRows {
    var sandbox = QuerySandbox(path: path, isImmutable: isImmutable) { [migrator] connection throws(SQLiteError) in
      // A view that lies must not answer. What the connection of the index saw may be another state of the file.
      let isCurrent: Bool
      do throws(SQLiteError) {
        isCurrent = try migrator.examine(connection) == .current
      } catch {
        throw error.contradictsStatement ? SQLiteError(damage: error.message) : error
      }
      guard isCurrent else { throw SQLiteError(damage: "it has another schema than before") }
    }
    sandbox.timeoutNanoseconds = timeoutNanoseconds
    do throws(SQLiteError) {
      return try sandbox.run(sql, rowLimit: rowLimit)
    } catch {
      if error.isInterrupted {
        throw IndexError(
          .timedOut, "The query took longer than it may: make it narrower, or give it more time.",
          .allowMoreTime)
      }
      if error.isTooBig {
        throw IndexError(
          .badQuery, "The query was stopped (\(error.message)): ask for fewer rows or columns, or for less of each.")
      }
      let isOfIndex =
        error.isDamaged || error.isBusy || error.cannotOpen || error.isInputOutput || error.isFull
        || error.isOverFileLimit
      if isOfIndex { throw IndexError(error, path: path) }
      if error.isDenied || error.isRefusedChange {
        throw IndexError(
          .badQuery, "The query was refused (\(error.message)): it can read views and tables, and change nothing.")
      }
      throw IndexError(.badQuery, "The query failed (\(error.message)): correct the SQL.")
    }
  }
}

/// How a transaction begins.
package enum TransactionKind: Sendable {
  /// With the first statement: for readers, who get one snapshot for all their statements.
  case deferred
  /// With the write lock, waiting for it as long as the busy timeout allows: for writers. A transaction that reads
  /// first and asks for the lock later may be refused at once, whatever the timeout.
  case immediate
}

extension Connection {
  /// Runs `body` in one transaction: committed when it returns, rolled back when it throws.
  package borrowing func transaction<R>(
    _ kind: TransactionKind, _ body: () throws(SQLiteError) -> R
  ) throws(SQLiteError) -> R {
    try transaction(kind, orThrow: { $0 }, body)
  }

  /// Runs `body` in one transaction, for a body with errors of its own.
  ///
  /// - Parameter wrap: makes such an error of what beginning or committing throws.
  package borrowing func transaction<R, E: Error>(
    _ kind: TransactionKind, orThrow wrap: (SQLiteError) -> E, _ body: () throws(E) -> R
  ) throws(E) -> R {
    do { try begin(kind) } catch { throw wrap(error) }
    let result: R
    do {
      result = try body()
    } catch {
      rollBack()
      throw error
    }
    do {
      try withStatement("COMMIT") { commit throws(SQLiteError) in try commit.run() }
    } catch {
      rollBack()
      throw wrap(error)
    }
    return result
  }

  /// Begins a read transaction that ends with the connection: from its first statement on, all see one state of the
  /// file.
  package borrowing func holdSnapshot() throws(SQLiteError) { try begin(.deferred) }

  private borrowing func begin(_ kind: TransactionKind) throws(SQLiteError) {
    switch kind {
    case .deferred: try withStatement("BEGIN DEFERRED") { begin throws(SQLiteError) in try begin.run() }
    case .immediate: try withStatement("BEGIN IMMEDIATE") { begin throws(SQLiteError) in try begin.run() }
    }
  }

  /// A full disk or an input/output error may have rolled back already.
  private borrowing func rollBack() {
    guard isInTransaction else { return }
    do throws(SQLiteError) {
      try withStatement("ROLLBACK") { statement throws(SQLiteError) in try statement.run() }
    } catch {
      // The error that led here is the one to report; an open transaction ends with the connection.
    }
  }
}

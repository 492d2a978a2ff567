import CSQLite
import Dispatch
import LinuxSystem
import Synchronization

/// Runs SQL that a user wrote: one statement that only reads, on a connection of its own, for a bounded time.
///
/// A read-only connection alone is no sandbox: ATTACH creates files, VACUUM INTO copies the database, one call such as
/// `hex(randomblob(4e8))` runs for seconds past any deadline. So an authorizer allows reading and a list of functions
/// and nothing else, limits bound what one instruction can do, and the statement runs on a thread of its own: what
/// SQLite does between two instructions, or while it prepares a statement, cannot be stopped, but it can be left
/// behind. Such a thread ends with its work, and closes its connection then.
///
/// Nothing goes to temporary files: what is sorted stays in memory, so that one limit holds for all that a query takes.
/// The sandbox looks at what SQLite has whenever the clock is looked at; a program that is alone in its process draws
/// the line inside of instructions, too, with ``SQLiteLibrary/limitMemory(toBytes:)``.
package struct QuerySandbox: Sendable {
  /// The database file.
  package let path: String
  /// Whether the file can be opened only as one that nobody writes.
  package let isImmutable: Bool
  /// How long a query may take, in nanoseconds.
  package var timeoutNanoseconds: Int64 = 5_000_000_000
  /// How many bytes of memory one answer may take.
  package var byteLimit = 256 << 20
  /// How many bytes of memory SQLite may take for the query.
  package var memoryLimit = 256 << 20
  /// Looks at the database before the statement does, in the same transaction, without the bounds of the sandbox.
  private let examine: @Sendable (borrowing Connection) throws(SQLiteError) -> Void

  package init(
    path: String, isImmutable: Bool = false,
    examine: @escaping @Sendable (borrowing Connection) throws(SQLiteError) -> Void = { _ in }
  ) {
    self.path = path
    self.isImmutable = isImmutable
    self.examine = examine
  }

  /// Runs one statement.
  ///
  /// - Throws: `isInterrupted` when the time is over, `isDenied` for what a query may not do, `isTooBig` for a text, a
  ///   statement or an answer over a limit, and what SQLite says of SQL that is not well formed.
  package func run(_ sql: String, rowLimit: Int? = nil) throws(SQLiteError) -> SandboxedRows {
    let deadline = MonotonicClock.nanoseconds() &+ Int64(max(0, timeoutNanoseconds))
    let work = Work { running throws(SQLiteError) in try self.answer(sql, rowLimit, deadline, running) }
    guard work.start() else {
      throw SQLiteError(extendedCode: SQLITE_NOMEM, message: "a thread for the query could not be started")
    }
    // The progress handler ends nearly everything at the deadline; the grace is for its error to arrive.
    let grace: Int64 = 100_000_000
    let remaining = Int(clamping: max(0, timeoutNanoseconds).addingReportingOverflow(grace).partialValue)
    guard let result = work.wait(nanoseconds: remaining) else {
      work.abandon()
      throw timedOut(sql)
    }
    do { return try result.get() } catch {
      if error.isInterrupted { throw timedOut(sql) }
      throw error
    }
  }

  private func timedOut(_ sql: String) -> SQLiteError {
    SQLiteError(extendedCode: SQLITE_INTERRUPT, message: "the query took longer than it may", sql: sql)
  }

  private func answer(
    _ sql: String, _ rowLimit: Int?, _ deadline: Int64, _ running: (Interrupter) -> Void
  ) throws(SQLiteError) -> SandboxedRows {
    let connection = try Connection(path: path, mode: isImmutable ? .immutable : .readOnly)
    try connection.setCheckpointOnClose(false)
    running(connection.interrupter)
    // Before anything is refused that is no query.
    try connection.execute("PRAGMA temp_store = MEMORY")
    // It ends with the connection.
    try connection.execute("BEGIN")
    try examine(connection)
    let watch = SandboxWatch(deadline: deadline, memoryLimit: SQLiteLibrary.memoryInUse + memoryLimit)
    try SandboxPolicy.impose(on: connection, watch)
    defer {
      SandboxPolicy.lift(from: connection)
      withExtendedLifetime(watch) {}
    }
    do throws(SQLiteError) {
      return try read(sql, rowLimit, connection)
    } catch {
      if error.code == SQLITE_NOMEM || watch.isOverMemory {
        throw SQLiteError(
          extendedCode: SQLITE_TOOBIG, message: "it takes more than \(memoryLimit >> 20) MiB of memory", sql: sql)
      }
      guard watch.hasDenied else { throw error }
      throw SQLiteError(extendedCode: SQLITE_AUTH, message: error.message, sql: error.sql)
    }
  }

  private func read(
    _ sql: String, _ rowLimit: Int?, _ connection: borrowing Connection
  ) throws(SQLiteError) -> SandboxedRows {
    let statement = try connection.prepare(sql)
    guard statement.isReadOnly(), statement.columnCount > 0 else {
      throw SQLiteError(extendedCode: SQLITE_AUTH, message: "a query can only read", sql: sql)
    }
    guard statement.parameterCount == 0 else {
      throw SQLiteError(extendedCode: SQLITE_ERROR, message: "a query cannot have parameters", sql: sql)
    }
    let width = statement.columnCount
    let columns = (0..<width).map { statement.columnName($0) }
    var rows: [[SQLValue]] = []
    var bytes = 0
    while try statement.step() {
      if let rowLimit, rows.count >= rowLimit {
        return SandboxedRows(columns: columns, rows: rows, isTruncated: true)
      }
      var row: [SQLValue] = []
      row.reserveCapacity(Int(width))
      bytes += SQLValue.rowCost
      for column in 0..<width {
        let value = statement.value(column)
        bytes += value.cost
        row.append(value)
      }
      rows.append(row)
      guard bytes <= byteLimit else {
        throw SQLiteError(
          extendedCode: SQLITE_TOOBIG, message: "its answer takes more than \(byteLimit >> 20) MiB of memory", sql: sql)
      }
    }
    return SandboxedRows(columns: columns, rows: rows, isTruncated: false)
  }
}

extension Statement {
  /// The value of a column, whatever it is. Text that is not UTF-8 is repaired: SQL can make any bytes.
  package borrowing func value(_ column: Int32) -> SQLValue {
    switch columnType(column) {
    case .null: return .null
    case .integer: return .integer(sqlite3_column_int64(handle, column))
    case .real: return .real(sqlite3_column_double(handle, column))
    case .text:
      let address = sqlite3_column_text(handle, column)
      let count = Int(sqlite3_column_bytes(handle, column))
      return .text(
        String(decoding: UnsafeBufferPointer(start: address, count: address == nil ? 0 : count), as: UTF8.self))
    case .blob:
      let address = sqlite3_column_blob(handle, column)
      let count = Int(sqlite3_column_bytes(handle, column))
      return .blob(Array(UnsafeRawBufferPointer(start: address, count: address == nil ? 0 : count)))
    }
  }
}

/// One query on its own thread.
private final class Work: Sendable {
  typealias Outcome = Result<SandboxedRows, SQLiteError>

  private struct State {
    var outcome: Outcome?
    var interrupter: Interrupter?
    var isAbandoned = false
  }

  private let body: @Sendable ((Interrupter) -> Void) throws(SQLiteError) -> SandboxedRows
  private let state = Mutex(State())
  private let isDone = DispatchSemaphore(value: 0)

  init(_ body: @escaping @Sendable ((Interrupter) -> Void) throws(SQLiteError) -> SandboxedRows) { self.body = body }

  /// - Returns: whether a thread could be had.
  func start() -> Bool { SystemThread.detach(stackBytes: 8 << 20) { self.perform() } }

  private func perform() {
    let outcome = Outcome { () throws(SQLiteError) in
      try body { interrupter in
        let isLate = state.withLock { state in
          state.interrupter = interrupter
          return state.isAbandoned
        }
        if isLate { interrupter.interrupt() }
      }
    }
    state.withLock { $0.outcome = outcome }
    isDone.signal()
  }

  func wait(nanoseconds: Int) -> Outcome? {
    _ = isDone.wait(timeout: .now() + .nanoseconds(nanoseconds))
    return state.withLock { state in
      // The rows belong to the caller alone.
      defer { state.outcome = nil }
      return state.outcome
    }
  }

  /// Nobody waits any more: what can be stopped stops.
  func abandon() {
    let interrupter = state.withLock { state in
      state.isAbandoned = true
      return state.interrupter
    }
    interrupter?.interrupt()
  }
}

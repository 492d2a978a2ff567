import CSQLite
import Glibc

/// Why SQLite refused or failed.
///
/// The text of the statement is kept, its bound values never are: they may be secrets, and they may be long.
package struct SQLiteError: Error, Sendable, CustomStringConvertible {
  /// The extended result code, such as `SQLITE_BUSY_SNAPSHOT`.
  package let extendedCode: Int32
  /// What SQLite says about it, in its words.
  package let message: String
  /// The statement that failed, as it was prepared.
  package let sql: String?
  /// The number of the system call that failed, where one did; otherwise 0.
  private let systemError: Int32

  package init(extendedCode: Int32, message: String, sql: String? = nil, systemError: Int32 = 0) {
    self.extendedCode = extendedCode
    self.message = message
    self.sql = sql
    self.systemError = systemError
  }

  /// The place of a file does not let SQLite do what it must, such as have a write-ahead log.
  package init(unusablePlace message: String) { self.init(extendedCode: SQLITE_CANTOPEN, message: message) }

  /// The file is not what it should be, though SQLite finds nothing wrong with it.
  package init(damage message: String) { self.init(extendedCode: SQLITE_CORRUPT, message: message) }

  /// A file is not writable, though nobody has tried yet.
  package init(readOnly message: String) { self.init(extendedCode: SQLITE_READONLY, message: message) }

  /// The primary result code, such as `SQLITE_BUSY`.
  package var code: Int32 { extendedCode & 0xff }

  /// Another connection holds the lock, or a table is locked within this one, or so many others come and go that the
  /// log was never found at rest.
  package var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_PROTOCOL }
  /// A page of the file is not the one that was written: `SQLITE_IOERR_DATA`.
  static let wrongChecksum: Int32 = SQLITE_IOERR | 32 << 8

  /// The file is not, or no longer, a well-formed database.
  package var isDamaged: Bool {
    code == SQLITE_CORRUPT || code == SQLITE_NOTADB || extendedCode == Self.wrongChecksum
  }
  /// The file does not even begin as a database does.
  package var isNoDatabase: Bool { code == SQLITE_NOTADB }
  /// What was met by a statement that is known to be right means that the file is not what it should be: a table or
  /// column is missing, a value has another type, is too long, or breaks a rule of the schema.
  package var contradictsStatement: Bool {
    if extendedCode == Self.wrongChecksum { return true }
    return switch code {
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_SCHEMA, SQLITE_MISMATCH, SQLITE_CONSTRAINT, SQLITE_TOOBIG,
      SQLITE_INTERNAL, SQLITE_EMPTY, SQLITE_FORMAT, SQLITE_NOTFOUND:
      true
    default: false
    }
  }
  /// There is not enough memory, or not as much as the process may have.
  package var isOutOfMemory: Bool { code == SQLITE_NOMEM || extendedCode == SQLITE_IOERR | (12 << 8) }
  package var isReadOnly: Bool { code == SQLITE_READONLY }
  /// There is no room on the disk; for the memory that the connections of a file share, SQLite calls that another
  /// error.
  package var isFull: Bool { !isOverFileLimit && hasNoRoom }
  /// The process may not write a file that long.
  package var isOverFileLimit: Bool { systemError == EFBIG && hasNoRoom }
  /// The process, or the system, has too many files open.
  package var isOutOfDescriptors: Bool { (systemError == EMFILE || systemError == ENFILE) && cannotOpen }
  private var hasNoRoom: Bool { code == SQLITE_FULL || extendedCode == SQLITE_IOERR | (19 << 8) }
  package var isInputOutput: Bool { code == SQLITE_IOERR && extendedCode != Self.wrongChecksum }
  package var cannotOpen: Bool { code == SQLITE_CANTOPEN }
  package var isPermission: Bool { code == SQLITE_PERM }
  /// Stopped by a deadline or by `Interrupter.interrupt()`.
  package var isInterrupted: Bool { code == SQLITE_INTERRUPT }
  /// The authorizer refused it.
  package var isDenied: Bool { code == SQLITE_AUTH }
  /// What was to be changed cannot be changed by anybody, such as a view: SQLite says so before it asks the authorizer.
  package var isRefusedChange: Bool {
    code == SQLITE_ERROR && (message.hasPrefix("cannot modify ") || message.hasSuffix(" may not be modified"))
  }
  /// A text, a blob or the statement itself is over a limit.
  package var isTooBig: Bool { code == SQLITE_TOOBIG }
  package var isConstraint: Bool { code == SQLITE_CONSTRAINT }
  /// A column held another type than the one asked for.
  package var isMismatch: Bool { code == SQLITE_MISMATCH }

  package var description: String {
    guard let sql else { return "\(message) (SQLite \(extendedCode))" }
    return "\(message) (SQLite \(extendedCode)) in: \(sql)"
  }
}

extension SQLiteError {
  /// The number of the system call that failed. SQLite does not keep that of a commit; nothing else was called since
  /// then.
  private static func systemError(of connection: OpaquePointer) -> Int32 {
    let latest = errno
    let kept = sqlite3_system_errno(connection)
    return kept == 0 ? latest : kept
  }

  /// The error that a connection has just met.
  init(connection: OpaquePointer?, code: Int32, sql: String? = nil) {
    // The message belongs to the connection's latest call: it is only used where the codes agree.
    let extended = connection.map { sqlite3_extended_errcode($0) } ?? code
    if extended == Self.wrongChecksum {
      self.init(extendedCode: extended, message: "a page has not the checksum that was written with it", sql: sql)
      return
    }
    if let connection, code & 0xff == SQLITE_IOERR, Self.systemError(of: connection) == EFBIG {
      // The limit on the size of files is to a writer what a full disk is, and passes as that does.
      self.init(
        extendedCode: SQLITE_FULL, message: "the limit on the size of files is reached", sql: sql, systemError: EFBIG)
      return
    }
    if let connection, extended & 0xff == code & 0xff, let text = sqlite3_errmsg(connection) {
      let number = code & 0xff == SQLITE_CANTOPEN ? sqlite3_system_errno(connection) : 0
      self.init(extendedCode: extended, message: String(cString: text), sql: sql, systemError: number)
    } else {
      self.init(extendedCode: code, message: Self.text(of: code), sql: sql)
    }
  }

  /// The error that a statement has just met.
  init(statement: OpaquePointer, code: Int32) {
    self.init(
      connection: sqlite3_db_handle(statement), code: code, sql: sqlite3_sql(statement).map { String(cString: $0) })
  }

  private static func text(of code: Int32) -> String {
    sqlite3_errstr(code).map { String(cString: $0) } ?? "unknown error"
  }
}

import CSQLite

/// A connection to one database file, closed when it goes out of scope.
///
/// It has no lock of its own: one thread at a time may use it (`Mutex<Connection>` where it is shared). Every
/// connection has the same strict settings: double-quoted strings are errors, the schema is not trusted, foreign keys
/// hold, pages have checksums (see ``ChecksummedFileSystem``), cells are checked as they are read, and nothing is
/// memory-mapped, because a mapped file that another process truncates kills the reader.
package struct Connection: ~Copyable {
  /// What a connection may do with its file.
  package enum OpenMode: Sendable {
    case readOnly
    /// Read-only, of a file that nobody writes as long as it is open: no locks, no `-wal`, no `-shm`.
    case immutable
    case readWrite
    /// Read and write; the file comes into being with the first write.
    case create
  }

  let handle: OpaquePointer
  let cache = StatementCache()
  let blockTable = BlockTable()
  /// Stops a running statement from another thread.
  package let interrupter: Interrupter

  /// Opens a file; it is not read before the first statement.
  ///
  /// - Parameters:
  ///   - path: the file; `:memory:` is a database in memory.
  ///   - busyTimeoutMilliseconds: how long a statement waits for another connection's lock.
  ///   - isDefensive: whether SQL that could damage the file is refused; `journal_mode = OFF` counts as such.
  package init(
    path: String, mode: OpenMode, busyTimeoutMilliseconds: Int32 = 10_000, isDefensive: Bool = true
  ) throws(SQLiteError) {
    let handle = try Self.open(path, mode)
    // Before `self` is whole: a throw from here on would not run `deinit`.
    let code = Self.configure(handle, busyTimeoutMilliseconds, isDefensive)
    guard code == SQLITE_OK else {
      let error = SQLiteError(connection: handle, code: code)
      sqlite3_close_v2(handle)
      throw error
    }
    self.handle = handle
    self.interrupter = Interrupter(handle)
  }

  deinit {
    interrupter.disarm()
    cache.removeAll()
    sqlite3_close_v2(handle)
  }

  private static func open(_ path: String, _ mode: OpenMode) throws(SQLiteError) -> OpaquePointer {
    guard !path.utf8.contains(0) else {
      throw SQLiteError(extendedCode: SQLITE_CANTOPEN, message: "a path cannot contain NUL")
    }
    var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE
    var name = path
    switch mode {
    case .readOnly: flags |= SQLITE_OPEN_READONLY
    case .readWrite: flags |= SQLITE_OPEN_READWRITE
    case .create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    case .immutable:
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
      name = "file:" + percentEncoded(path) + "?immutable=1"
    }
    // Debian's SQLite reads every name that begins with `file:` as a URI.
    if mode != .immutable, path.utf8.starts(with: "file:".utf8) { name = "./" + path }
    var handle: OpaquePointer?
    let code = sqlite3_open_v2(name, &handle, flags, try ChecksummedFileSystem.name())
    guard code == SQLITE_OK, let handle else {
      // A failed open leaves a handle as well, with the error in it.
      let error = SQLiteError(connection: handle, code: code)
      sqlite3_close_v2(handle)
      throw error
    }
    return handle
  }

  private static func percentEncoded(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"):
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: encoded.append(byte)
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  private static func configure(
    _ handle: OpaquePointer, _ busyTimeoutMilliseconds: Int32, _ isDefensive: Bool
  ) -> Int32 {
    let flags: [(option: Int32, isOn: Bool)] = [
      (SQLITE_DBCONFIG_DQS_DML, false),
      (SQLITE_DBCONFIG_DQS_DDL, false),
      (SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
      (SQLITE_DBCONFIG_DEFENSIVE, isDefensive),
      (SQLITE_DBCONFIG_ENABLE_FKEY, true),
      (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, false),
    ]
    for flag in flags {
      let code = catalog_configure_flag(handle, flag.option, flag.isOn ? 1 : 0)
      guard code == SQLITE_OK else { return code }
    }
    let code = sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
    guard code == SQLITE_OK else { return code }
    // Neither of the two reads the file.
    return sqlite3_exec(handle, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;", nil, nil, nil)
  }

  // MARK: Statements

  /// Runs any number of statements, one after the other; rows are passed over. It stops at the first that fails.
  package borrowing func execute(_ script: String) throws(SQLiteError) {
    var script = script
    let result = script.withUTF8 { utf8 in
      Result<Void, SQLiteError> { () throws(SQLiteError) in try execute(UnsafeRawBufferPointer(utf8)) }
    }
    try result.get()
  }

  /// Runs any number of statements given as UTF-8.
  package borrowing func execute(_ script: UnsafeRawBufferPointer) throws(SQLiteError) {
    var rest = script
    while !rest.isEmpty {
      let (next, behind) = try Preparation.next(rest, in: handle, isPersistent: false)
      if let next {
        let statement = Statement(owning: next)
        try statement.run()
      } else if behind.count == rest.count {
        throw SQLiteError(extendedCode: SQLITE_ERROR, message: "the script contains NUL")
      }
      rest = behind
    }
  }

  /// Prepares the one statement that `sql` consists of, for the caller to own.
  ///
  /// - Parameter isPersistent: a hint that the statement will be kept and used many times.
  package borrowing func prepare(_ sql: String, isPersistent: Bool = false) throws(SQLiteError) -> Statement {
    var sql = sql
    let result = sql.withUTF8 { utf8 in
      Result<OpaquePointer, SQLiteError> { () throws(SQLiteError) in
        try Preparation.single(UnsafeRawBufferPointer(utf8), in: handle, isPersistent: isPersistent)
      }
    }
    return Statement(owning: try result.get())
  }

  /// Lends a prepared statement that is kept for the next call with the same literal.
  ///
  /// Afterwards it is reset and its bindings are cleared. A call within the body with the same literal gets a statement
  /// of its own.
  package borrowing func withStatement<R: ~Copyable>(
    _ sql: StaticString, _ body: (borrowing Statement) throws(SQLiteError) -> R
  ) throws(SQLiteError) -> R {
    try withStatement(StatementText(sql), body)
  }

  /// The same for a text that was made.
  package borrowing func withStatement<R: ~Copyable>(
    _ sql: StatementText, _ body: (borrowing Statement) throws(SQLiteError) -> R
  ) throws(SQLiteError) -> R {
    let entry = try cache.entry(for: sql, in: handle)
    guard !entry.isInUse else {
      let statement = Statement(owning: try Preparation.single(sql.bytes, in: handle, isPersistent: false))
      return try body(statement)
    }
    return try entry.lend(body)
  }

  /// Lends the statement of an insertion. The body inserts, and calls nothing that does.
  borrowing func withStatement(
    _ insertion: Insertion, _ form: Insertion.Form, _ body: (borrowing Statement) throws(SQLiteError) -> Void
  ) throws(SQLiteError) {
    try cache.entry(for: insertion, form, in: handle).lend(body)
  }

  // MARK: What happened

  package var lastInsertRowID: Int64 { sqlite3_last_insert_rowid(handle) }
  package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  // MARK: Inside

  borrowing func check(_ code: Int32) throws(SQLiteError) {
    guard code == SQLITE_OK else { throw SQLiteError(connection: handle, code: code) }
  }

  borrowing func setFlag(_ option: Int32, _ isOn: Bool) throws(SQLiteError) {
    try check(catalog_configure_flag(handle, option, isOn ? 1 : 0))
  }
}

import CSQLite

#if canImport(Glibc)
  import Glibc
#endif

/// How far a checkpoint goes.
package enum CheckpointMode: Sendable {
  /// As much as possible without waiting for anyone.
  case passive
  /// Everything, waiting for readers up to the busy timeout, and the log is cut to nothing.
  case truncate
}

extension Connection {
  /// Whether the log stays as it is when the last connection closes. Readers never checkpoint; writers do it at a time
  /// of their choice.
  package borrowing func setCheckpointOnClose(_ isOn: Bool) throws(SQLiteError) {
    try setFlag(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !isOn)
  }

  /// Moves pages of the log into the database file.
  ///
  /// - Returns: whether the log is in the file as a whole.
  @discardableResult
  package borrowing func checkpoint(_ mode: CheckpointMode) throws(SQLiteError) -> Bool {
    var logged: Int32 = 0
    var moved: Int32 = 0
    let rawMode =
      switch mode {
      case .passive: SQLITE_CHECKPOINT_PASSIVE
      case .truncate: SQLITE_CHECKPOINT_TRUNCATE
      }
    let code = sqlite3_wal_checkpoint_v2(handle, "main", rawMode, &logged, &moved)
    if code & 0xff == SQLITE_BUSY { return false }
    try check(code)
    return logged == moved
  }

  package borrowing func setBusyTimeout(milliseconds: Int32) throws(SQLiteError) {
    try check(sqlite3_busy_timeout(handle, milliseconds))
  }

  /// Keeps `-wal` and `-shm` when the last connection closes, so that users who cannot write the folder can read.
  package borrowing func setPersistentLog(_ isOn: Bool) throws(SQLiteError) {
    var value: Int32 = isOn ? 1 : 0
    try check(sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &value))
  }

  /// Gives each page of a new, still empty database a checksum, or those of an older one as soon as it is made compact.
  package borrowing func addChecksums() throws(SQLiteError) {
    var size = Int32(PageChecksum.size)
    try check(sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &size))
  }

  /// Writes the database again, without gaps, and with checksums where they were asked for. Its temporary file is made
  /// beside it: room for that is asked for where the database is, and nowhere else.
  package borrowing func makeCompact() throws(SQLiteError) {
    guard let name = sqlite3_db_filename(handle, "main"), name.pointee != 0 else { return try execute("VACUUM") }
    // SQLite has the absolute path. Never freed: another thread may be about to make a file of its own there, which
    // does no harm.
    let path = String(cString: name)
    let former = catalog_set_temporary_folder(
      strdup(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex) + "/"))
    defer { _ = catalog_set_temporary_folder(former) }
    try execute("VACUUM")
  }

  /// Whether the pages of the database have checksums. Only told once it has been read.
  package borrowing func hasChecksums() throws(SQLiteError) -> Bool {
    var size: Int32 = -1
    try check(sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &size))
    return size == PageChecksum.size
  }

  /// Whether this connection cannot write its file, asked for or not.
  package borrowing func isReadOnly() -> Bool { sqlite3_db_readonly(handle, "main") != 0 }

  /// The one INTEGER that a statement gives.
  package borrowing func int64(_ sql: StaticString) throws(SQLiteError) -> Int64 { try int64(StatementText(sql)) }

  /// The same for a text that was made.
  package borrowing func int64(_ sql: StatementText) throws(SQLiteError) -> Int64 {
    try withStatement(sql) { statement throws(SQLiteError) in
      guard try statement.step() else {
        throw SQLiteError(extendedCode: SQLITE_MISMATCH, message: "no row", sql: statement.sql)
      }
      return try statement.int64(0)
    }
  }

  /// The one TEXT that a statement gives.
  package borrowing func text(_ sql: StaticString) throws(SQLiteError) -> String {
    try withStatement(sql) { statement throws(SQLiteError) in
      guard try statement.step() else {
        throw SQLiteError(extendedCode: SQLITE_MISMATCH, message: "no row", sql: statement.sql)
      }
      return try statement.text(0)
    }
  }

  /// What is wrong with the file; empty where nothing is.
  ///
  /// - Parameter isFull: also compares every index with its table, which takes several times as long.
  package borrowing func findDamage(isFull: Bool = false, limit: Int = 10) throws(SQLiteError) -> [String] {
    var found: [String] = []
    let statement = try prepare(isFull ? "PRAGMA integrity_check(\(limit))" : "PRAGMA quick_check(\(limit))")
    while try statement.step() {
      // What it finds in the structure comes in one text of many lines, below a heading that names the database.
      let lines = try statement.text(0).split(separator: "\n").map(String.init)
      found += lines.filter { $0 != "ok" && !$0.hasPrefix("*** in database") }
    }
    return found
  }
}

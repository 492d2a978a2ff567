import CSQLite

/// The prepared statements of one connection, by the address of their text.
///
/// Such a text never moves, so that its address stands for its contents: a look-up hashes a word or two.
final class StatementCache {
  final class Entry {
    let statement: Statement
    var isInUse = false

    init(_ statement: consuming Statement) { self.statement = statement }

    /// Lends the statement, which nobody may have; afterwards it is reset and its bindings are cleared.
    func lend<R: ~Copyable>(
      _ body: (borrowing Statement) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R {
      precondition(!isInUse)
      isInUse = true
      defer {
        statement.reset()
        statement.clearBindings()
        isInUse = false
      }
      return try body(statement)
    }
  }

  private struct Key: Hashable {
    var text: UnsafePointer<UInt8>
    /// How the text is completed, where it is only the beginning of one.
    var ending: Insertion.Ending?
  }

  private var entries: [Key: Entry] = [:]

  func entry(for sql: StatementText, in connection: OpaquePointer) throws(SQLiteError) -> Entry {
    let key = Key(text: sql.start)
    if let entry = entries[key] { return entry }
    return try add(sql.bytes, for: key, in: connection)
  }

  func entry(
    for insertion: Insertion, _ form: Insertion.Form, in connection: OpaquePointer
  ) throws(SQLiteError) -> Entry {
    let key = Key(text: insertion.head.start, ending: insertion.ending(form))
    if let entry = entries[key] { return entry }
    var sql = insertion.text(form)
    let result = sql.withUTF8 { text in
      Result<Entry, SQLiteError> { () throws(SQLiteError) in
        try add(UnsafeRawBufferPointer(text), for: key, in: connection)
      }
    }
    return try result.get()
  }

  private func add(
    _ sql: UnsafeRawBufferPointer, for key: Key, in connection: OpaquePointer
  ) throws(SQLiteError) -> Entry {
    let entry = Entry(Statement(owning: try Preparation.single(sql, in: connection, isPersistent: true)))
    entries[key] = entry
    return entry
  }

  func removeAll() { entries.removeAll() }
}

/// From SQL text to statements.
enum Preparation {
  /// The statement that `sql` consists of, for the caller to finalize; nothing but blanks and comments may follow it.
  static func single(
    _ sql: UnsafeRawBufferPointer, in connection: OpaquePointer, isPersistent: Bool
  ) throws(SQLiteError) -> OpaquePointer {
    let (first, rest) = try next(sql, in: connection, isPersistent: isPersistent)
    guard let first else {
      throw SQLiteError(extendedCode: SQLITE_ERROR, message: "there is no statement in the text", sql: text(sql))
    }
    guard isBlank(rest, in: connection) else {
      sqlite3_finalize(first)
      throw SQLiteError(extendedCode: SQLITE_ERROR, message: "there is more than one statement", sql: text(sql))
    }
    return first
  }

  /// The first statement, `nil` where there are only blanks and comments, and the text after it.
  static func next(
    _ sql: UnsafeRawBufferPointer, in connection: OpaquePointer, isPersistent: Bool
  ) throws(SQLiteError) -> (OpaquePointer?, UnsafeRawBufferPointer) {
    guard let start = sql.baseAddress, !sql.isEmpty else { return (nil, sql) }
    guard let length = Int32(exactly: sql.count) else {
      throw SQLiteError(extendedCode: SQLITE_TOOBIG, message: "the statement is too long")
    }
    var statement: OpaquePointer?
    var tail: UnsafePointer<CChar>?
    let flags = isPersistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
    let code = sqlite3_prepare_v3(
      connection, start.assumingMemoryBound(to: CChar.self), length, flags, &statement, &tail)
    guard code == SQLITE_OK else { throw SQLiteError(connection: connection, code: code, sql: text(sql)) }
    let consumed = tail.map { UnsafeRawPointer($0) - start } ?? sql.count
    return (statement, UnsafeRawBufferPointer(rebasing: sql[consumed...]))
  }

  private static func isBlank(_ rest: UnsafeRawBufferPointer, in connection: OpaquePointer) -> Bool {
    var rest = rest
    while !rest.isEmpty {
      let statement: OpaquePointer?
      let behind: UnsafeRawBufferPointer
      do {
        (statement, behind) = try next(rest, in: connection, isPersistent: false)
      } catch {
        return false
      }
      if let statement {
        sqlite3_finalize(statement)
        return false
      }
      // A NUL ends the text for SQLite, but not for us.
      guard behind.count < rest.count else { return false }
      rest = behind
    }
    return true
  }

  private static func text(_ sql: UnsafeRawBufferPointer) -> String {
    String(decoding: sql.prefix(2000), as: UTF8.self)
  }
}

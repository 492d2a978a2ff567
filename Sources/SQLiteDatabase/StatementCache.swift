import CSQLite

/// The prepared statements of one connection, by the address of their text.
///
/// A `StaticString` never moves, so that its address stands for its contents: a look-up hashes one word.
final class StatementCache {
  final class Entry {
    let statement: Statement
    var isInUse = false

    init(_ statement: consuming Statement) { self.statement = statement }
  }

  private var entries: [UnsafePointer<UInt8>: Entry] = [:]

  func entry(for sql: StaticString, in connection: OpaquePointer) throws(SQLiteError) -> Entry {
    if let entry = entries[sql.utf8Start] { return entry }
    let bytes = UnsafeRawBufferPointer(start: sql.utf8Start, count: sql.utf8CodeUnitCount)
    let entry = Entry(Statement(owning: try Preparation.single(bytes, in: connection, isPersistent: true)))
    entries[sql.utf8Start] = entry
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

  /// The first statement, `nil` where there are only blanks and comments, and the text behind it.
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

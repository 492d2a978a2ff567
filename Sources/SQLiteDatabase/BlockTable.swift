import CSQLite

/// The rows of a block as a table that statements of one connection can select from, under the name `block_row`.
///
/// It is a virtual table (<https://sqlite.org/vtab.html>), of the kind that exists without having been created: it
/// stands in no schema, and holds rows only while a block is lent to it.
final class BlockTable {
  /// How many columns the table has, whatever the width of a block.
  static let largestWidth = 32
  static let name = "block_row"

  struct Rows {
    var block: RowBlock.Reader
    var width: Int
    var count: Int
  }

  /// What the table holds. It belongs to the module, which SQLite gives up with the connection.
  private var lent: UnsafeMutablePointer<Rows?>?

  /// Makes the table known to a connection, once.
  func register(in connection: OpaquePointer) throws(SQLiteError) {
    guard lent == nil else { return }
    let lent = UnsafeMutablePointer<Rows?>.allocate(capacity: 1)
    lent.initialize(to: nil)
    // Where it fails, SQLite gives the rows up as well.
    let code = sqlite3_create_module_v2(connection, Self.name, Self.module, lent) { rows in
      rows?.assumingMemoryBound(to: Rows?.self).deallocate()
    }
    guard code == SQLITE_OK else { throw SQLiteError(connection: connection, code: code) }
    self.lent = lent
  }

  /// Fills the table for the time of `body`; the rows must not be used after it.
  func lend<R, E: Error>(_ rows: Rows, _ body: () throws(E) -> R) throws(E) -> R {
    precondition(lent?.pointee == nil)
    lent?.pointee = rows
    defer { lent?.pointee = nil }
    return try body()
  }

  private static let declaration =
    "CREATE TABLE \(name) (\((0..<largestWidth).map { "c\($0)" }.joined(separator: ", ")))"

  // Written once and never changed or freed, as SQLite asks for.
  private nonisolated(unsafe) static let module: UnsafePointer<sqlite3_module> = {
    let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    var methods = sqlite3_module()
    // Without xCreate there is no CREATE VIRTUAL TABLE, only the name.
    methods.xConnect = { connection, rows, _, _, result, _ in
      let code = sqlite3_declare_vtab(connection, BlockTable.declaration)
      guard code == SQLITE_OK else { return code }
      let table = UnsafeMutablePointer<catalog_block_table>.allocate(capacity: 1)
      table.initialize(to: catalog_block_table(base: sqlite3_vtab(), rows: rows))
      result?.pointee = UnsafeMutableRawPointer(table).assumingMemoryBound(to: sqlite3_vtab.self)
      return SQLITE_OK
    }
    methods.xDisconnect = { table in
      UnsafeMutableRawPointer(table)?.deallocate()
      return SQLITE_OK
    }
    // There is one way to read it: from the first row to the last.
    methods.xBestIndex = { _, _ in SQLITE_OK }
    methods.xOpen = { table, result in
      guard let table = UnsafeMutableRawPointer(table)?.assumingMemoryBound(to: catalog_block_table.self) else {
        return SQLITE_MISUSE
      }
      let cursor = UnsafeMutablePointer<catalog_block_cursor>.allocate(capacity: 1)
      cursor.initialize(to: catalog_block_cursor(base: sqlite3_vtab_cursor(), rows: table.pointee.rows, row: 0))
      result?.pointee = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
      return SQLITE_OK
    }
    methods.xClose = { cursor in
      UnsafeMutableRawPointer(cursor)?.deallocate()
      return SQLITE_OK
    }
    methods.xFilter = { cursor, _, _, _, _ in
      BlockTable.cursor(cursor).pointee.row = 0
      return SQLITE_OK
    }
    methods.xNext = { cursor in
      BlockTable.cursor(cursor).pointee.row += 1
      return SQLITE_OK
    }
    methods.xEof = { cursor in
      let cursor = BlockTable.cursor(cursor)
      guard let rows = BlockTable.rows(cursor).pointee else { return 1 }
      return cursor.pointee.row < rows.count ? 0 : 1
    }
    methods.xColumn = { cursor, context, column in
      let cursor = BlockTable.cursor(cursor)
      guard let rows = BlockTable.rows(cursor).pointee, column < rows.width else { return SQLITE_RANGE }
      rows.block.give(cursor.pointee.row * rows.width + Int(column), to: context)
      return SQLITE_OK
    }
    methods.xRowid = { cursor, result in
      result?.pointee = sqlite3_int64(BlockTable.cursor(cursor).pointee.row)
      return SQLITE_OK
    }
    module.initialize(to: methods)
    return UnsafePointer(module)
  }()

  private static func cursor(
    _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?
  ) -> UnsafeMutablePointer<catalog_block_cursor> {
    UnsafeMutableRawPointer(cursor!).assumingMemoryBound(to: catalog_block_cursor.self)
  }

  private static func rows(_ cursor: UnsafeMutablePointer<catalog_block_cursor>) -> UnsafePointer<Rows?> {
    cursor.pointee.rows.assumingMemoryBound(to: Rows?.self)
  }
}

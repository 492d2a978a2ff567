import CSQLite

/// Values of the current row, columns counted from 0.
///
/// Nothing is converted: a value of another type than the one asked for is an error (`isMismatch`), because it means
/// that the file is not what the program takes it for.
extension Statement {
  package var columnCount: Int32 { sqlite3_column_count(handle) }

  package borrowing func columnName(_ column: Int32) -> String {
    sqlite3_column_name(handle, column).map { String(cString: $0) } ?? ""
  }

  package borrowing func columnType(_ column: Int32) -> ColumnType {
    ColumnType(rawValue: sqlite3_column_type(handle, column)) ?? .null
  }

  package borrowing func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  package borrowing func int64(_ column: Int32) throws(SQLiteError) -> Int64 {
    guard sqlite3_column_type(handle, column) == SQLITE_INTEGER else { throw mismatch(column, .integer) }
    return sqlite3_column_int64(handle, column)
  }

  package borrowing func optionalInt64(_ column: Int32) throws(SQLiteError) -> Int64? {
    isNull(column) ? nil : try int64(column)
  }

  /// An INTEGER that is 0 or 1.
  package borrowing func bool(_ column: Int32) throws(SQLiteError) -> Bool {
    switch try int64(column) {
    case 0: return false
    case 1: return true
    default: throw mismatch(column, .integer)
    }
  }

  package borrowing func double(_ column: Int32) throws(SQLiteError) -> Double {
    guard sqlite3_column_type(handle, column) == SQLITE_FLOAT else { throw mismatch(column, .real) }
    return sqlite3_column_double(handle, column)
  }

  /// Text that must be UTF-8; NULs within it are kept.
  package borrowing func text(_ column: Int32) throws(SQLiteError) -> String {
    let bytes = try textBytes(column)
    let characters = UnsafeBufferPointer(
      start: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    // What is ASCII, as nearly all is, needs no other look.
    if characters.isASCII { return String(decoding: characters, as: UTF8.self) }
    guard let text = String(validating: characters, as: UTF8.self) else {
      throw SQLiteError(
        extendedCode: SQLITE_MISMATCH, message: "column \(columnName(column)) is TEXT that is not UTF-8", sql: sql)
    }
    return text
  }

  package borrowing func optionalText(_ column: Int32) throws(SQLiteError) -> String? {
    isNull(column) ? nil : try text(column)
  }

  package borrowing func blob(_ column: Int32) throws(SQLiteError) -> [UInt8] {
    guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { throw mismatch(column, .blob) }
    let address = sqlite3_column_blob(handle, column)
    return Array(UnsafeRawBufferPointer(start: address, count: Int(sqlite3_column_bytes(handle, column))))
  }

  /// Lends the bytes of a TEXT column, unchecked and without a copy; they are gone with the next step.
  package borrowing func withText<R: ~Copyable>(
    _ column: Int32, _ body: (UnsafeRawBufferPointer) throws(SQLiteError) -> R
  ) throws(SQLiteError) -> R {
    try body(try textBytes(column))
  }

  private borrowing func textBytes(_ column: Int32) throws(SQLiteError) -> UnsafeRawBufferPointer {
    guard sqlite3_column_type(handle, column) == SQLITE_TEXT else { throw mismatch(column, .text) }
    // In this order: the text first, then its length in the encoding it was asked for.
    guard let address = sqlite3_column_text(handle, column) else {
      throw SQLiteError(statement: handle, code: SQLITE_NOMEM)
    }
    return UnsafeRawBufferPointer(start: address, count: Int(sqlite3_column_bytes(handle, column)))
  }

  private borrowing func mismatch(_ column: Int32, _ expected: ColumnType) -> SQLiteError {
    SQLiteError(
      extendedCode: SQLITE_MISMATCH,
      message: "column \(columnName(column)) holds \(columnType(column)) where \(expected) is expected", sql: sql)
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether no byte has its high bit set, eight at a time.
  fileprivate var isASCII: Bool {
    let bytes = UnsafeRawBufferPointer(self)
    var gathered: UInt64 = 0
    var place = 0
    while place + 8 <= bytes.count {
      gathered |= bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      place += 8
    }
    while place < bytes.count {
      gathered |= UInt64(bytes[place])
      place += 1
    }
    return gathered & 0x8080_8080_8080_8080 == 0
  }
}

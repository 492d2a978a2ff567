import CSQLite

/// Values for the parameters of a statement, counted from 1.
///
/// SQLite copies text and blobs; the `inPlace` forms do not, for imports whose buffers outlive the step.
extension Statement {
  package borrowing func bind(_ value: Int64, at index: Int32) throws(SQLiteError) {
    try check(sqlite3_bind_int64(handle, index, value))
  }

  package borrowing func bind(_ value: Int64?, at index: Int32) throws(SQLiteError) {
    guard let value else { return try bindNull(at: index) }
    try check(sqlite3_bind_int64(handle, index, value))
  }

  package borrowing func bind(_ value: Double?, at index: Int32) throws(SQLiteError) {
    guard let value else { return try bindNull(at: index) }
    try check(sqlite3_bind_double(handle, index, value))
  }

  package borrowing func bind(_ value: String?, at index: Int32) throws(SQLiteError) {
    guard let value else { return try bindNull(at: index) }
    let bound = value.utf8.withContiguousStorageIfAvailable { utf8 in
      catalog_bind_text_copied(handle, index, Self.address(of: utf8), UInt64(utf8.count))
    }
    let code =
      bound
      ?? Array(value.utf8).withUnsafeBufferPointer { utf8 in
        catalog_bind_text_copied(handle, index, Self.address(of: utf8), UInt64(utf8.count))
      }
    try check(code)
  }

  /// Binds bytes as TEXT. They should be UTF-8; NUL is a character like any other.
  package borrowing func bind(text: UnsafeRawBufferPointer, at index: Int32) throws(SQLiteError) {
    try check(catalog_bind_text_copied(handle, index, text.baseAddress ?? Self.emptyAddress, UInt64(text.count)))
  }

  package borrowing func bind(blob: [UInt8]?, at index: Int32) throws(SQLiteError) {
    guard let blob else { return try bindNull(at: index) }
    let code = blob.withUnsafeBufferPointer { bytes in
      catalog_bind_blob_copied(handle, index, Self.address(of: bytes), UInt64(bytes.count))
    }
    try check(code)
  }

  /// Binds bytes as TEXT without a copy. They must stay where they are until the parameter is bound again or cleared.
  package borrowing func bind(inPlaceText text: UnsafeRawBufferPointer, at index: Int32) throws(SQLiteError) {
    try check(catalog_bind_text_in_place(handle, index, text.baseAddress ?? Self.emptyAddress, UInt64(text.count)))
  }

  package borrowing func bindNull(at index: Int32) throws(SQLiteError) {
    try check(sqlite3_bind_null(handle, index))
  }

  private borrowing func check(_ code: Int32) throws(SQLiteError) {
    guard code == SQLITE_OK else { throw SQLiteError(statement: handle, code: code) }
  }

  /// An empty buffer may have no address, and SQLite reads a missing address as NULL.
  private static func address(of buffer: UnsafeBufferPointer<UInt8>) -> UnsafeRawPointer {
    buffer.baseAddress.map { UnsafeRawPointer($0) } ?? emptyAddress
  }

  /// For a text without bytes: SQLite reads a missing address as NULL.
  static var emptyAddress: UnsafeRawPointer { UnsafeRawPointer(("" as StaticString).utf8Start) }
}

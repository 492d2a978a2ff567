import CSQLite

/// The SQLite that the program is linked with.
package enum SQLiteLibrary {
  /// Such as `3.40.1`.
  package static var version: String { String(cString: sqlite3_libversion()) }

  /// Bytes of memory that SQLite has at the moment, in the whole process.
  static var memoryInUse: Int { Int(sqlite3_memory_used()) }

  /// From here on SQLite gets no more memory than this, whatever wants it, in the whole process and for good: what
  /// needs more fails, as on a machine that has no more. The lowest limit counts.
  ///
  /// - Parameter bytes: at least 1.
  package static func limitMemory(toBytes bytes: Int) {
    let former = sqlite3_hard_heap_limit64(-1)
    if former <= 0 || former > bytes { sqlite3_hard_heap_limit64(Int64(max(1, bytes))) }
  }
}

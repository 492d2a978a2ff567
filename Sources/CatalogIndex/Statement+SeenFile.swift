internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

/// Revisions in rows, where the change time is held as its lag behind the modification time.
extension Statement {
  /// A file as it was seen: size, modification time, lag, inode and trust, in this order from a column on.
  borrowing func seenFile(_ first: Int32) throws(SQLiteError) -> SeenFile {
    try seen(size: try int64(first), modified: first + 1, lag: first + 2, inode: first + 3, trust: first + 4)
  }

  /// A folder as it was seen: inode, modification time, lag and trust, in this order from a column on.
  borrowing func seenFolder(_ first: Int32) throws(SQLiteError) -> SeenFile {
    try seen(size: 0, modified: first + 1, lag: first + 2, inode: first, trust: first + 3)
  }

  /// The same of a row of which all columns are selected.
  borrowing func seenFile<Column: TableColumn>(
    size: Column, modified: Column, lag: Column, inode: Column, trust: Column
  ) throws(SQLiteError) -> SeenFile {
    try seen(
      size: try int64(size), modified: modified.place, lag: lag.place, inode: inode.place,
      trust: trust.place)
  }

  /// The same of a row of which all columns are selected.
  borrowing func seenFolder<Column: TableColumn>(
    inode: Column, modified: Column, lag: Column, trust: Column
  ) throws(SQLiteError) -> SeenFile {
    try seen(size: 0, modified: modified.place, lag: lag.place, inode: inode.place, trust: trust.place)
  }

  private borrowing func seen(
    size: Int64, modified: Int32, lag: Int32, inode: Int32, trust: Int32
  ) throws(SQLiteError) -> SeenFile {
    let modified = try int64(modified)
    let revision = Revision(
      size: size, modifiedNanoseconds: modified, changedNanoseconds: modified &+ (try int64(lag)),
      inode: UInt64(bitPattern: try int64(inode)))
    return SeenFile(revision, isTrusted: try bool(trust))
  }
}

internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

/// Revisions in rows, where the change time is held as its lag behind the modification time.
extension Statement {
  /// A file as it was seen, of a row in which all these columns are.
  borrowing func seenFile<Column: PlacedColumn>(
    size: Column, modified: Column, lag: Column, inode: Column, trust: Column
  ) throws(SQLiteError) -> SeenFile {
    try seen(
      size: try int64(size), modified: modified.place, lag: lag.place, inode: inode.place,
      trust: trust.place)
  }

  /// A folder as it was seen, of a row in which all these columns are.
  borrowing func seenFolder<Column: PlacedColumn>(
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

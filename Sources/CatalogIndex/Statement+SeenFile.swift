internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

/// Revisions in rows, where the change time is held as its lag behind the modification time.
extension Statement {
  /// A file as it was seen: size, modification time, lag, inode and trust, in this order from a column on.
  borrowing func seenFile(_ first: Int32) throws(SQLiteError) -> SeenFile {
    try seen(size: try int64(first), inode: first + 3, times: first + 1, trust: first + 4)
  }

  /// A folder as it was seen: inode, modification time, lag and trust, in this order from a column on.
  borrowing func seenFolder(_ first: Int32) throws(SQLiteError) -> SeenFile {
    try seen(size: 0, inode: first, times: first + 1, trust: first + 3)
  }

  private borrowing func seen(
    size: Int64, inode: Int32, times: Int32, trust: Int32
  ) throws(SQLiteError) -> SeenFile {
    let modified = try int64(times)
    let revision = Revision(
      size: size, modifiedNanoseconds: modified, changedNanoseconds: modified &+ (try int64(times + 1)),
      inode: UInt64(bitPattern: try int64(inode)))
    return SeenFile(revision, isTrusted: try bool(trust))
  }
}

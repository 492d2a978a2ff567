internal import SQLiteDatabase
internal import StoredTree

/// The columns of `folder`, in the order of a row.
enum FolderColumn: String, TableColumn {
  case assetName = "asset_name"
  case inode
  case mtimeNs = "mtime_ns"
  case ctimeLagNs = "ctime_lag_ns"
  case trusted

  static let table = "folder"
  static let identity = [assetName]
  static let columns = allCases
}

extension RowBlock {
  /// A row of `folder`.
  mutating func append(folder name: String, _ seen: SeenFile) {
    for column in FolderColumn.columns {
      switch column {
      case .assetName: append(name)
      case .inode: append(Int64(bitPattern: seen.revision.inode))
      case .mtimeNs: append(seen.revision.modifiedNanoseconds)
      case .ctimeLagNs: append(seen.revision.changeLagNanoseconds)
      case .trusted: append(seen.isTrusted)
      }
    }
  }
}

extension SeenFile {
  /// Of a row of `folder` of which all columns are selected.
  init(folder row: borrowing Statement) throws(SQLiteError) {
    self = try row.seenFolder(
      inode: FolderColumn.inode, modified: FolderColumn.mtimeNs, lag: FolderColumn.ctimeLagNs,
      trust: FolderColumn.trusted)
  }
}

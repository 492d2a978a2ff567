internal import SQLiteDatabase
internal import StoredTree

/// What the comparison with the disk reads of an asset.
enum KnownAssetColumn: Int32, SelectedColumn {
  case key
  case assetName
  case assetID
  case known
  case folderInode
  case folderMtimeNs
  case folderCtimeLagNs
  case folderTrusted
  case manifestSize
  case manifestMtimeNs
  case manifestCtimeLagNs
  case manifestInode
  case manifestTrusted
  case watchedRuns

  var sql: String {
    switch self {
    case .key: "asset_key"
    case .assetName: AssetColumn.assetName.rawValue
    case .assetID: AssetColumn.assetID.rawValue
    case .known: AssetColumn.known.rawValue
    case .folderInode: AssetColumn.folderInode.rawValue
    case .folderMtimeNs: AssetColumn.folderMtimeNs.rawValue
    case .folderCtimeLagNs: AssetColumn.folderCtimeLagNs.rawValue
    case .folderTrusted: AssetColumn.folderTrusted.rawValue
    case .manifestSize: AssetColumn.manifestSize.rawValue
    case .manifestMtimeNs: AssetColumn.manifestMtimeNs.rawValue
    case .manifestCtimeLagNs: AssetColumn.manifestCtimeLagNs.rawValue
    case .manifestInode: AssetColumn.manifestInode.rawValue
    case .manifestTrusted: AssetColumn.manifestTrusted.rawValue
    case .watchedRuns: AssetColumn.watchedRuns.rawValue
    }
  }
}

extension KnownAsset {
  /// Of a row of ``KnownAssetColumn``.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    typealias Column = KnownAssetColumn
    self.init(
      key: try row.int64(Column.key), asset: try row.asset(name: Column.assetName, id: Column.assetID),
      isKnown: try row.bool(Column.known),
      folder: try row.seenFolder(
        inode: Column.folderInode, modified: Column.folderMtimeNs, lag: Column.folderCtimeLagNs,
        trust: Column.folderTrusted),
      manifest: try row.seenFile(
        size: Column.manifestSize, modified: Column.manifestMtimeNs, lag: Column.manifestCtimeLagNs,
        inode: Column.manifestInode, trust: Column.manifestTrusted))
  }
}

/// What the comparison with the disk reads of a run.
enum KnownRunColumn: Int32, SelectedColumn {
  case key
  case runID
  case state
  case size
  case mtimeNs
  case ctimeLagNs
  case inode
  case trusted
  case watched

  var sql: String {
    switch self {
    case .key: "run.asset_key"
    case .runID: "run.\(RunColumn.runID.rawValue)"
    case .state: "run.\(RunColumn.state.rawValue)"
    case .size: "run.\(RunColumn.size.rawValue)"
    case .mtimeNs: "run.\(RunColumn.mtimeNs.rawValue)"
    case .ctimeLagNs: "run.\(RunColumn.ctimeLagNs.rawValue)"
    case .inode: "run.\(RunColumn.inode.rawValue)"
    case .trusted: "run.\(RunColumn.trusted.rawValue)"
    case .watched: "run.\(RunColumn.watched.rawValue)"
    }
  }
}

extension KnownRun {
  /// Of a row of ``KnownRunColumn``.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    typealias Column = KnownRunColumn
    self.init(
      id: try row.text(Column.runID), state: try row.choice(Column.state.place),
      seen: try row.seenFile(
        size: Column.size, modified: Column.mtimeNs, lag: Column.ctimeLagNs, inode: Column.inode,
        trust: Column.trusted),
      isWatched: try row.bool(Column.watched))
  }
}

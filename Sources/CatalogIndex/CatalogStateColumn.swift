internal import ManifestModel
internal import SQLiteDatabase

/// The columns of `catalog_state`, in the order of its one row.
enum CatalogStateColumn: String, TableColumn {
  case singleton
  case root
  case metadataFolder = "metadata_folder"
  case treeDevice = "tree_device"
  case treeInode = "tree_inode"
  case projectionVersion = "projection_version"
  case reconcileStartedAt = "reconcile_started_at"
  case reconcileEndedAt = "reconcile_ended_at"
  case reconcileKind = "reconcile_kind"
  case filesRead = "files_read"
  case assetsAdded = "assets_added"
  case assetsChanged = "assets_changed"
  case assetsRemoved = "assets_removed"
  case assetsUnchanged = "assets_unchanged"
  case reconcileNumber = "reconcile_number"
  case fileDevice = "file_device"
  case fileInode = "file_inode"

  static let table = "catalog_state"
  static let identity = [singleton]
  static let columns = allCases
}

extension RowBlock {
  /// The row of `catalog_state`.
  mutating func append(_ state: CatalogState) {
    for column in CatalogStateColumn.columns {
      switch column {
      case .singleton: append(true)
      case .root: append(state.root)
      case .metadataFolder: append(state.metadataFolder)
      case .treeDevice: append(Int64(bitPattern: state.device))
      case .treeInode: append(Int64(bitPattern: state.inode))
      case .projectionVersion: append(state.projectionVersion)
      case .reconcileStartedAt: append(state.startedAt?.microseconds)
      case .reconcileEndedAt: append(state.endedAt?.microseconds)
      case .reconcileKind: append(state.kind)
      case .filesRead: append(state.filesRead)
      case .assetsAdded: append(state.added)
      case .assetsChanged: append(state.changed)
      case .assetsRemoved: append(state.removed)
      case .assetsUnchanged: append(state.unchanged)
      case .reconcileNumber: append(state.number)
      case .fileDevice: append(state.file.map { Int64(bitPattern: $0.device) })
      case .fileInode: append(state.file.map { Int64(bitPattern: $0.inode) })
      }
    }
  }
}

extension CatalogState {
  /// Of a row of which all columns are selected.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    typealias Column = CatalogStateColumn
    self.init(
      root: try row.text(Column.root), metadataFolder: try row.text(Column.metadataFolder),
      device: UInt64(bitPattern: try row.int64(Column.treeDevice)),
      inode: UInt64(bitPattern: try row.int64(Column.treeInode)),
      projectionVersion: try row.int64(Column.projectionVersion),
      startedAt: try row.optionalInt64(Column.reconcileStartedAt).map(Timestamp.init(microseconds:)),
      endedAt: try row.optionalInt64(Column.reconcileEndedAt).map(Timestamp.init(microseconds:)),
      kind: try row.optionalText(Column.reconcileKind), filesRead: try row.int64(Column.filesRead),
      added: try row.int64(Column.assetsAdded), changed: try row.int64(Column.assetsChanged),
      removed: try row.int64(Column.assetsRemoved), unchanged: try row.int64(Column.assetsUnchanged),
      number: try row.int64(Column.reconcileNumber), file: try File(row))
  }
}

extension CatalogState.File {
  /// `nil` where an older program wrote the row.
  fileprivate init?(_ row: borrowing Statement) throws(SQLiteError) {
    guard let device = try row.optionalInt64(CatalogStateColumn.fileDevice),
      let inode = try row.optionalInt64(CatalogStateColumn.fileInode)
    else { return nil }
    self.init(device: UInt64(bitPattern: device), inode: UInt64(bitPattern: inode))
  }
}

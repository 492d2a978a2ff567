internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

/// The columns of `asset`, in the order of a row.
enum AssetColumn: String, TableColumn {
  case assetName = "asset_name"
  case assetID = "asset_id"
  case known
  case folderInode = "folder_inode"
  case folderMtimeNs = "folder_mtime_ns"
  case folderCtimeLagNs = "folder_ctime_lag_ns"
  case folderTrusted = "folder_trusted"
  case manifestState = "manifest_state"
  case manifestSize = "manifest_size"
  case manifestMtimeNs = "manifest_mtime_ns"
  case manifestCtimeLagNs = "manifest_ctime_lag_ns"
  case manifestInode = "manifest_inode"
  case manifestTrusted = "manifest_trusted"
  case assetSignature = "asset_signature"
  case signatureIsID = "signature_is_id"
  case manifestMaterialized = "manifest_materialized"
  case lastStatus = "last_status"
  case lastError = "last_error"
  case lastRunID = "last_run_id"
  case lastRunMaterialized = "last_run_materialized"
  case lastRunMetadataPath = "last_run_metadata_path"
  case updatedAt = "updated_at"
  case lossy
  case runCount = "run_count"
  case watchedRuns = "watched_runs"
  case newestRunID = "newest_run_id"
  case lastMaterialized = "last_materialized"
  case materializedSource = "materialized_source"
  case toldByRun = "told_by_run"
  case toldStatus = "told_status"
  case unread

  static let table = "asset"
  static let identity = [assetName, assetID]
  static let columns = allCases
}

extension RowBlock {
  /// A row of `asset`.
  mutating func append(_ asset: IndexedAsset) {
    for column in AssetColumn.columns { append(column, of: asset) }
  }

  @inline(__always)
  private mutating func append(_ column: AssetColumn, of asset: IndexedAsset) {
    switch column {
    case .assetName: append(asset.asset.name)
    case .assetID: append(asset.asset.id)
    case .known: append(asset.isKnown)
    case .folderInode: append(Int64(bitPattern: asset.folder.revision.inode))
    case .folderMtimeNs: append(asset.folder.revision.modifiedNanoseconds)
    case .folderCtimeLagNs: append(asset.folder.revision.changeLagNanoseconds)
    case .folderTrusted: append(asset.folder.isTrusted)
    case .manifestState: append(asset.manifestState.rawValue)
    case .manifestSize: append(asset.manifest.revision.size)
    case .manifestMtimeNs: append(asset.manifest.revision.modifiedNanoseconds)
    case .manifestCtimeLagNs: append(asset.manifest.revision.changeLagNanoseconds)
    case .manifestInode: append(Int64(bitPattern: asset.manifest.revision.inode))
    case .manifestTrusted: append(asset.manifest.isTrusted)
    // Mostly the signature is the id, and is not written twice.
    case .assetSignature: append(asset.isSignatureID ? nil : asset.facts?.signature)
    case .signatureIsID: append(asset.isSignatureID)
    case .manifestMaterialized: append(asset.facts?.lastMaterialized)
    case .lastStatus: append(asset.facts?.lastStatus.rawValue)
    case .lastError: append(asset.facts?.lastError)
    case .lastRunID: append(asset.facts?.lastRunID)
    case .lastRunMaterialized: append(asset.facts?.lastRunMaterialized)
    case .lastRunMetadataPath: append(asset.facts?.lastRunMetadataPath)
    case .updatedAt: append(asset.facts?.updatedAt)
    case .lossy: append(asset.facts?.isLossy == true)
    case .runCount: append(asset.runCount)
    case .watchedRuns: append(asset.watchedRuns)
    case .newestRunID: append(asset.newestRunID)
    case .lastMaterialized: append(asset.lastMaterialized)
    case .materializedSource: append(asset.source)
    case .toldByRun: append(asset.toldByRun)
    case .toldStatus: append(asset.toldStatus?.rawValue)
    case .unread: append(asset.isUnread)
    }
  }
}

extension IndexedAsset {
  fileprivate var isSignatureID: Bool { facts?.signature.hasSameBytes(as: asset.id) ?? false }

  /// Of a row of which all columns are selected.
  init(_ row: borrowing Statement, key: Int64) throws(SQLiteError) {
    let id = try row.text(AssetColumn.assetID)
    self.init(AssetIdentifier(name: try row.text(AssetColumn.assetName), id: id))
    self.key = key
    isKnown = try row.bool(AssetColumn.known)
    folder = try row.seenFolder(
      inode: AssetColumn.folderInode, modified: AssetColumn.folderMtimeNs, lag: AssetColumn.folderCtimeLagNs,
      trust: AssetColumn.folderTrusted)
    manifestState = try row.choice(AssetColumn.manifestState.place)
    manifest = try row.seenFile(
      size: AssetColumn.manifestSize, modified: AssetColumn.manifestMtimeNs, lag: AssetColumn.manifestCtimeLagNs,
      inode: AssetColumn.manifestInode, trust: AssetColumn.manifestTrusted)
    if let status = try row.optionalTextChoice(AssetColumn.lastStatus.place, ManifestStatus.self) {
      let isID = try row.bool(AssetColumn.signatureIsID)
      facts = ManifestFacts(
        signature: isID ? id : try row.optionalText(AssetColumn.assetSignature),
        lastMaterialized: try row.optionalInt64(AssetColumn.manifestMaterialized), lastStatus: status,
        lastError: try row.optionalText(AssetColumn.lastError), lastRunID: try row.optionalText(AssetColumn.lastRunID),
        lastRunMaterialized: try row.optionalInt64(AssetColumn.lastRunMaterialized),
        lastRunMetadataPath: try row.optionalText(AssetColumn.lastRunMetadataPath),
        updatedAt: try row.optionalInt64(AssetColumn.updatedAt), isLossy: try row.bool(AssetColumn.lossy))
    }
    artifacts = nil
    runCount = try row.int64(AssetColumn.runCount)
    watchedRuns = try row.int64(AssetColumn.watchedRuns)
    newestRunID = try row.optionalText(AssetColumn.newestRunID)
    lastMaterialized = try row.optionalInt64(AssetColumn.lastMaterialized)
    source = try row.optionalText(AssetColumn.materializedSource)
    toldByRun = try row.optionalText(AssetColumn.toldByRun)
    toldStatus = try row.optionalTextChoice(AssetColumn.toldStatus.place)
    isUnread = try row.bool(AssetColumn.unread)
  }
}

/// What `asset` tells of its last run that ended: as its runs have it, where they say more than the manifest.
extension AssetColumn {
  static let toldLastStatus = "coalesce(told_status, last_status)"
  static let toldLastRunID = "coalesce(told_by_run, last_run_id)"
}

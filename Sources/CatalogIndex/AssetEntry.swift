package import ManifestModel
internal import SQLiteDatabase

/// One asset, with status and error of the newest run that ended.
package struct AssetEntry: Sendable {
  package let asset: AssetIdentifier
  package internal(set) var lastMaterialized: Int64?
  package let lastStatus: ManifestStatus?
  package let lastRunID: String?
  package let lastError: String?
  package let signature: String?
  package let updatedAt: Int64?
  /// `manifest` or `runs`.
  package internal(set) var source: String?
  package let runCount: Int64
  /// As the schema counts: 0 absent, 1 current, 2 bad after good, 3 never good.
  package let manifestState: Int64
  /// Whether it cannot be told when the asset was last materialized.
  package internal(set) var isUnknown: Bool
}

extension AssetEntry {
  /// What a question on assets selects.
  enum Column: Int32, SelectedColumn {
    case assetName
    case assetID
    case lastMaterialized
    case lastStatus
    case lastRunID
    case lastError
    case signature
    case updatedAt
    case source
    case runCount
    case manifestState
    case unread

    var sql: String {
      switch self {
      case .assetName: "asset_name"
      case .assetID: "asset_id"
      case .lastMaterialized: "last_materialized"
      case .lastStatus: AssetColumn.toldLastStatus
      case .lastRunID: AssetColumn.toldLastRunID
      case .lastError:
        """
        CASE WHEN told_by_run IS NULL THEN last_error ELSE coalesce(
            (SELECT run.error FROM run WHERE run.asset_key = asset.asset_key AND run.run_id = told_by_run),
            CASE WHEN told_by_run = last_run_id AND told_status = 'failed' THEN last_error END) END
        """
      case .signature: "signature"
      case .updatedAt: "updated_at"
      case .source: "materialized_source"
      case .runCount: "run_count"
      case .manifestState: "manifest_state"
      case .unread: "unread"
      }
    }
  }

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = try row.asset(name: Column.assetName, id: Column.assetID)
    lastMaterialized = try row.optionalInt64(Column.lastMaterialized)
    lastStatus = try row.optionalTextChoice(Column.lastStatus.place)
    lastRunID = try row.optionalText(Column.lastRunID)
    lastError = try row.optionalText(Column.lastError)
    signature = try row.optionalText(Column.signature)
    updatedAt = try row.optionalInt64(Column.updatedAt)
    source = try row.optionalText(Column.source)
    runCount = try row.int64(Column.runCount)
    manifestState = try row.int64(Column.manifestState)
    isUnknown = try row.bool(Column.unread)
  }
}

package import ManifestModel
internal import SQLiteDatabase

/// One asset and when it was last materialized, with the status of the newest run that ended.
package struct FreshnessEntry: Sendable {
  package let asset: AssetIdentifier
  let key: Int64
  let runCount: Int64
  package internal(set) var lastMaterialized: Int64?
  package let lastStatus: ManifestStatus?
  package let lastRunID: String?
  /// `manifest` or `runs`.
  package internal(set) var source: String?
  /// Whether the values are those of a manifest that cannot be read any more.
  package let isDamaged: Bool
  /// Whether it cannot be told when the asset was last materialized.
  package internal(set) var isUnknown: Bool
}

extension FreshnessEntry {
  /// What a question on freshness selects.
  enum Column: Int32, SelectedColumn {
    case assetName
    case assetID
    case lastMaterialized
    case lastStatus
    case lastRunID
    case source
    case damaged
    case unread
    case key
    case runCount

    var sql: String {
      switch self {
      case .assetName: "asset_name"
      case .assetID: "asset_id"
      case .lastMaterialized: "last_materialized"
      case .lastStatus: AssetColumn.toldLastStatus
      case .lastRunID: AssetColumn.toldLastRunID
      case .source: "materialized_source"
      case .damaged: "manifest_state >= 2"
      case .unread: "unread"
      case .key: "asset_key"
      case .runCount: "run_count"
      }
    }
  }

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = try row.asset(name: Column.assetName, id: Column.assetID)
    lastMaterialized = try row.optionalInt64(Column.lastMaterialized)
    lastStatus = try row.optionalTextChoice(Column.lastStatus.place)
    lastRunID = try row.optionalText(Column.lastRunID)
    source = try row.optionalText(Column.source)
    isDamaged = try row.bool(Column.damaged)
    isUnknown = try row.bool(Column.unread)
    key = try row.int64(Column.key)
    runCount = try row.int64(Column.runCount)
  }
}

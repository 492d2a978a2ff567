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
  static let columns = """
    asset_name, asset_id, last_materialized, coalesce(told_status, last_status), coalesce(told_by_run, last_run_id),
      materialized_source, manifest_state >= 2, unread, asset_key, run_count
    """

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = AssetIdentifier(name: try row.text(0), id: try row.text(1))
    lastMaterialized = try row.optionalInt64(2)
    lastStatus = try row.optionalTextChoice(3)
    lastRunID = try row.optionalText(4)
    source = try row.optionalText(5)
    isDamaged = try row.bool(6)
    isUnknown = try row.bool(7)
    key = try row.int64(8)
    runCount = try row.int64(9)
  }
}

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
  static let columns = """
    asset_name, asset_id, last_materialized, coalesce(told_status, last_status), coalesce(told_by_run, last_run_id),
      CASE WHEN told_by_run IS NULL THEN last_error ELSE coalesce(
        (SELECT run.error FROM run WHERE run.asset_key = asset.asset_key AND run.run_id = told_by_run),
        CASE WHEN told_by_run = last_run_id AND told_status = 'failed' THEN last_error END) END,
      signature, updated_at, materialized_source, run_count, manifest_state, unread
    """

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = AssetIdentifier(name: try row.text(0), id: try row.text(1))
    lastMaterialized = try row.optionalInt64(2)
    lastStatus = try row.optionalTextChoice(3)
    lastRunID = try row.optionalText(4)
    lastError = try row.optionalText(5)
    signature = try row.optionalText(6)
    updatedAt = try row.optionalInt64(7)
    source = try row.optionalText(8)
    runCount = try row.int64(9)
    manifestState = try row.int64(10)
    isUnknown = try row.bool(11)
  }
}

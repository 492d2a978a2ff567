package import ManifestModel
internal import SQLiteDatabase

/// One artifact whose schema the latest run of its asset changed.
package struct SchemaChangeEntry: Sendable {
  package let asset: AssetIdentifier
  package let runID: String
  package let previousRunID: String
  /// As the latest run's metadata spells it.
  package let path: String
  package let schemaHash: String
  package let previousSchemaHash: String
  /// When the latest run materialized, in microseconds.
  package let materialized: Int64?
  /// Its place in the latest run's metadata, from 0.
  package let position: Int64
}

extension SchemaChangeEntry {
  /// What the question on schema changes selects.
  enum Column: Int32, SelectedColumn {
    case assetName
    case assetID
    case runID
    case previousRunID
    case path
    case schemaHash
    case previousSchemaHash
    case materialized
    case position

    var sql: String {
      switch self {
      case .assetName: "asset.asset_name"
      case .assetID: "asset.asset_id"
      case .runID: "latest.run_id"
      case .previousRunID: "previous.run_id"
      case .path: "artifact.path"
      case .schemaHash: "artifact.schema_hash"
      case .previousSchemaHash: "former.schema_hash"
      case .materialized: RunEntry.toldMaterialized(of: "latest")
      case .position: "artifact.position"
      }
    }
  }

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = try row.asset(name: Column.assetName, id: Column.assetID)
    runID = try row.text(Column.runID)
    previousRunID = try row.text(Column.previousRunID)
    path = try row.text(Column.path)
    schemaHash = try row.text(Column.schemaHash)
    previousSchemaHash = try row.text(Column.previousSchemaHash)
    materialized = try row.optionalInt64(Column.materialized)
    position = try row.int64(Column.position)
  }
}

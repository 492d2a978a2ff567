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
  init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = AssetIdentifier(name: try row.text(0), id: try row.text(1))
    runID = try row.text(2)
    previousRunID = try row.text(3)
    path = try row.text(4)
    schemaHash = try row.text(5)
    previousSchemaHash = try row.text(6)
    materialized = try row.optionalInt64(7)
    position = try row.int64(8)
  }
}

package import ManifestModel
internal import SQLiteDatabase

/// One artifact that a manifest names.
package struct ArtifactEntry: Sendable {
  package let asset: AssetIdentifier
  /// As the manifest spells it.
  package let path: String
  /// Its place in the manifest, from 0.
  package let position: Int64
}

extension ArtifactEntry {
  /// What a question on artifacts selects.
  enum Column: Int32, SelectedColumn {
    case assetName
    case assetID
    case path
    case position

    var sql: String {
      switch self {
      case .assetName: "asset.asset_name"
      case .assetID: "asset.asset_id"
      case .path: "artifact.path"
      case .position: "artifact.position"
      }
    }
  }

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = try row.asset(name: Column.assetName, id: Column.assetID)
    path = try row.text(Column.path)
    position = try row.int64(Column.position)
  }
}

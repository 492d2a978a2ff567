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
  static let columns = "asset.asset_name, asset.asset_id, artifact.path, artifact.position"

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = AssetIdentifier(name: try row.text(0), id: try row.text(1))
    path = try row.text(2)
    position = try row.int64(3)
  }
}

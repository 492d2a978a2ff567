internal import SQLiteDatabase

/// The columns of `artifact` after the key of the asset, in the order of a row.
enum ArtifactColumn: String, TableColumn {
  case position
  case path

  static let table = "artifact"
  static let identity = [position]
  static let owner: String? = "asset_key"
  static let columns = allCases
}

extension RowBlock {
  /// A row of `artifact`.
  mutating func append(artifact path: String, ofAsset asset: Int64, at position: Int) {
    append(asset)
    for column in ArtifactColumn.columns {
      switch column {
      case .position: append(Int64(position))
      case .path: append(path)
      }
    }
  }
}

internal import ManifestModel
internal import SQLiteDatabase

/// The columns of `run_artifact` after the key of the asset, in the order of a row.
enum RunArtifactColumn: String, TableColumn {
  case runID = "run_id"
  case position
  case path
  case bytes
  case modified
  case format
  case schemaHash = "schema_hash"
  case rowCount = "row_count"
  case sampledRows = "sampled_rows"

  static let table = "run_artifact"
  static let identity = [runID, position]
  static let owner: String? = "asset_key"
  static let columns = allCases
}

extension RowBlock {
  /// A row of `run_artifact`.
  mutating func append(_ artifact: ArtifactFacts, ofRun run: String, ofAsset asset: Int64, at position: Int) {
    append(asset)
    for column in RunArtifactColumn.columns {
      switch column {
      case .runID: append(run)
      case .position: append(Int64(position))
      case .path: append(artifact.path)
      case .bytes: append(artifact.bytes)
      case .modified: append(artifact.modified?.microseconds)
      case .format: append(artifact.format)
      case .schemaHash: append(artifact.schemaHash)
      case .rowCount: append(artifact.rowCount)
      case .sampledRows: append(artifact.sampledRows)
      }
    }
  }
}

extension ArtifactFacts {
  /// Of a row of which all columns are selected.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    self.init(
      path: try row.text(RunArtifactColumn.path), bytes: try row.optionalInt64(RunArtifactColumn.bytes),
      modified: try row.optionalInt64(RunArtifactColumn.modified).map(Timestamp.init(microseconds:)),
      format: try row.optionalText(RunArtifactColumn.format),
      schemaHash: try row.optionalText(RunArtifactColumn.schemaHash),
      rowCount: try row.optionalInt64(RunArtifactColumn.rowCount),
      sampledRows: try row.optionalInt64(RunArtifactColumn.sampledRows))
  }
}

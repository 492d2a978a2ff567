package import ManifestModel
internal import SQLiteDatabase

/// What a run's metadata says of one artifact.
package struct RunArtifactEntry: Sendable {
  package let runID: String
  package let facts: ArtifactFacts
}

extension RunArtifactEntry {
  static let columns = "run_artifact.run_id, path, bytes, modified, format, schema_hash, row_count, sampled_rows"

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    runID = try row.text(0)
    facts = ArtifactFacts(
      path: try row.text(1), bytes: try row.optionalInt64(2),
      modified: try row.optionalInt64(3).map(Timestamp.init(microseconds:)), format: try row.optionalText(4),
      schemaHash: try row.optionalText(5), rowCount: try row.optionalInt64(6), sampledRows: try row.optionalInt64(7))
  }
}

package import ManifestModel
internal import SQLiteDatabase

/// What a run's metadata says of one artifact.
package struct RunArtifactEntry: Sendable {
  package let runID: String
  package let facts: ArtifactFacts
}

extension RunArtifactEntry {
  static let columns = RunArtifactColumn.selection(of: RunArtifactColumn.table)

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    runID = try row.text(RunArtifactColumn.runID)
    facts = try ArtifactFacts(row)
  }
}

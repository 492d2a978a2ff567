import AssetCatalog
import ManifestModel

extension Column where Row == SchemaChangeRow {
  /// Artifacts whose schema the latest run changed.
  static let schemaChanges: [Column] =
    asset { $0.asset } + [
      Column("path", "PATH", shortening: .start) { .text($0.path) },
      Column("changed_at", "CHANGED AT", shortening: .reluctant) { .time($0.changedAt) },
      Column("run_id", "RUN") { .text($0.runID) },
      Column("previous_run_id", "PREVIOUS RUN") { .text($0.previousRunID) },
      Column("schema_hash", "SCHEMA") { .text($0.schemaHash) },
      Column("previous_schema_hash", "PREVIOUS SCHEMA") { .text($0.previousSchemaHash) },
    ]
}

extension Column where Row == RunArtifactRow {
  /// What a run recorded of its artifacts; the reader has the asset in view.
  static let artifactFacts: [Column] = [
    Column("run_id", nil) { .text($0.runID) },
    Column("path", "PATH", shortening: .start) { .text($0.facts.path) },
    Column("format", "FORMAT", shortening: .reluctant) { .text($0.facts.format) },
    Column("bytes", "BYTES", shortening: .reluctant, isRightAligned: true) { .integer($0.facts.bytes) },
    Column("modified", "MODIFIED", shortening: .reluctant) { .time($0.facts.modified) },
    Column("row_count", "ROWS", shortening: .reluctant, isRightAligned: true) { .integer($0.facts.rowCount) },
    Column("sampled_rows", "SAMPLED", shortening: .reluctant, isRightAligned: true) {
      .integer($0.facts.sampledRows)
    },
    Column("schema_hash", "SCHEMA") { .text($0.facts.schemaHash) },
  ]
}

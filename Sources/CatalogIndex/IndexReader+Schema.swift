package import ManifestModel
internal import SQLiteDatabase

/// One artifact whose schema the latest run of its asset changed.
package struct SchemaChangeRecord: Sendable {
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

/// Schema changes by name, id and place in the metadata of the latest run.
package struct SchemaChangeCursor: PageCursor {
  private var key: AssetIdentifier
  private var position: Int64 = -1
  private var isAtEnd = false
  private let pattern: NamePattern

  package init(name: String? = nil) {
    pattern = NamePattern(name)
    key = AssetIdentifier(name: pattern.lowest, id: "")
  }

  package mutating func next(
    _ count: Int, from reader: borrowing IndexReader
  ) throws(IndexError) -> [SchemaChangeRecord] {
    guard !isAtEnd else { return [] }
    let rows = try reader.rows(QuestionSQL.schemaChanges) { statement throws(SQLiteError) in
      try statement.bind(key.name, at: 1)
      try statement.bind(key.id, at: 2)
      try statement.bind(position, at: 3)
      try statement.bind(beyond: pattern, at: 4)
      try statement.bind(pattern.glob, at: 5)
      try statement.bind(Int64(count), at: 6)
    } record: { row throws(SQLiteError) in
      try SchemaChangeRecord(row)
    }
    if rows.count == count, let last = rows.last {
      (key, position) = (last.asset, last.position)
    } else {
      isAtEnd = true
    }
    return rows
  }
}

/// What a run's metadata says of one artifact.
package struct RunArtifactRecord: Sendable {
  package let runID: String
  package let facts: ArtifactFacts
}

extension IndexReader {
  /// What the newest run of an asset that recorded artifacts says of them, in its order.
  package borrowing func newestArtifactFacts(
    of asset: AssetIdentifier
  ) throws(IndexError) -> [RunArtifactRecord] {
    try rows(QuestionSQL.newestArtifactFacts) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
    } record: { row throws(SQLiteError) in
      try RunArtifactRecord(row)
    }
  }

  /// What a run says of its artifacts, in its order.
  ///
  /// - Parameter run: the run; `nil` for the last run of the manifest if that materialized, else the newest run that did.
  package borrowing func materializedArtifactFacts(
    of asset: AssetIdentifier, run: String? = nil
  ) throws(IndexError) -> [RunArtifactRecord] {
    try rows(QuestionSQL.materializedArtifactFacts) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
      try statement.bind(run, at: 3)
    } record: { row throws(SQLiteError) in
      try RunArtifactRecord(row)
    }
  }
}

extension IndexReader {
  /// So many runs are asked for at most.
  package static var mostRunsOfFacts: Int { 11 }

  /// What each of some runs of an asset says of its artifacts, in its order.
  ///
  /// - Parameter runs: at most ``mostRunsOfFacts``.
  package borrowing func artifactFacts(
    ofRuns runs: [String], of asset: FreshnessRecord
  ) throws(IndexError) -> [[ArtifactFacts]] {
    precondition(runs.count <= Self.mostRunsOfFacts)
    var facts = Array(repeating: [ArtifactFacts](), count: runs.count)
    let records = try rows(QuestionSQL.artifactFactsOfRuns) { statement throws(SQLiteError) in
      try statement.bind(asset.key, at: 1)
      for (place, run) in runs.enumerated() { try statement.bind(run, at: Int32(place) + 2) }
    } record: { row throws(SQLiteError) in
      try RunArtifactRecord(row)
    }
    for record in records {
      guard let place = runs.firstIndex(where: { $0.hasSameBytes(as: record.runID) }) else { continue }
      facts[place].append(record.facts)
    }
    return facts
  }
}

extension SchemaChangeRecord {
  fileprivate init(_ row: borrowing Statement) throws(SQLiteError) {
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

extension RunArtifactRecord {
  fileprivate init(_ row: borrowing Statement) throws(SQLiteError) {
    runID = try row.text(0)
    facts = ArtifactFacts(
      path: try row.text(1), bytes: try row.optionalInt64(2),
      modified: try row.optionalInt64(3).map(Timestamp.init(microseconds:)), format: try row.optionalText(4),
      schemaHash: try row.optionalText(5), rowCount: try row.optionalInt64(6), sampledRows: try row.optionalInt64(7))
  }
}

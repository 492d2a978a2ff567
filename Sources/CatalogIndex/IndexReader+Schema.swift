package import ManifestModel
internal import SQLiteDatabase

extension IndexReader {
  /// What the newest run of an asset that recorded artifacts says of them, in its order.
  package borrowing func newestArtifactFacts(
    of asset: AssetIdentifier
  ) throws(IndexError) -> [RunArtifactEntry] {
    try rows(QuestionSQL.newestArtifactFacts) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
    } entry: { row throws(SQLiteError) in
      try RunArtifactEntry(row)
    }
  }

  /// What a run says of its artifacts, in its order.
  ///
  /// - Parameter run: the run; `nil` for the last run of the manifest if that materialized, else the newest run that
  ///   did.
  package borrowing func materializedArtifactFacts(
    of asset: AssetIdentifier, run: String? = nil
  ) throws(IndexError) -> [RunArtifactEntry] {
    try rows(QuestionSQL.materializedArtifactFacts) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
      try statement.bind(run, at: 3)
    } entry: { row throws(SQLiteError) in
      try RunArtifactEntry(row)
    }
  }
}

extension IndexReader {
  /// How many runs are asked for at most.
  package static var mostRunsOfFacts: Int { 11 }

  /// What each of some runs of an asset says of its artifacts, in its order.
  ///
  /// - Parameter runs: at most ``mostRunsOfFacts``.
  package borrowing func artifactFacts(
    ofRuns runs: [String], of asset: FreshnessEntry
  ) throws(IndexError) -> [[ArtifactFacts]] {
    precondition(runs.count <= Self.mostRunsOfFacts)
    var facts = Array(repeating: [ArtifactFacts](), count: runs.count)
    let entries = try rows(QuestionSQL.artifactFactsOfRuns) { statement throws(SQLiteError) in
      try statement.bind(asset.key, at: 1)
      for (place, run) in runs.enumerated() { try statement.bind(run, at: Int32(place) + 2) }
    } entry: { row throws(SQLiteError) in
      try RunArtifactEntry(row)
    }
    for entry in entries {
      guard let place = runs.firstIndex(where: { $0.hasSameBytes(as: entry.runID) }) else { continue }
      facts[place].append(entry.facts)
    }
    return facts
  }
}

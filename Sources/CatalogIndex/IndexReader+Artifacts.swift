package import ManifestModel
internal import SQLiteDatabase

extension IndexReader {
  /// What one asset's manifest names, in its order.
  package borrowing func artifacts(
    of asset: AssetIdentifier, limit: Int? = nil
  ) throws(IndexError) -> [ArtifactEntry] {
    try rows(QuestionSQL.artifactsOfAsset) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
      try statement.bind(Int64(limit ?? -1), at: 3)
    } entry: { row throws(SQLiteError) in
      try ArtifactEntry(row)
    }
  }

  /// The assets whose manifest names one of the given paths, at most four, whatever dots and slashes it spells them
  /// with; by name and id.
  package borrowing func producers(of paths: [String]) throws(IndexError) -> [ArtifactEntry] {
    let wanted = Set(paths.prefix(4).map { Array(ArtifactPath.relative($0).utf8) })
    let spellings = wanted.map { String(decoding: $0, as: UTF8.self) }
    let plain = try producers(QuestionSQL.producers, spellings)
    let odd = try producers(QuestionSQL.producersByLetters, spellings.map { ArtifactPath.letters($0) })
      .filter { wanted.contains(Array(ArtifactPath.relative($0.path).utf8)) }
    if odd.isEmpty { return plain }
    return (plain + odd).sorted { ($0.asset, $0.position) < ($1.asset, $1.position) }
  }

  private borrowing func producers(
    _ sql: StatementText, _ texts: [String]
  ) throws(IndexError) -> [ArtifactEntry] {
    try rows(sql) { statement throws(SQLiteError) in
      for (index, text) in texts.enumerated() { try statement.bind(text, at: Int32(index) + 1) }
    } entry: { row throws(SQLiteError) in
      try ArtifactEntry(row)
    }
  }
}

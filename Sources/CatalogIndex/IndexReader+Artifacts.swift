package import ManifestModel
internal import SQLiteDatabase

/// One artifact that a manifest names.
package struct ArtifactRecord: Sendable {
  package let asset: AssetIdentifier
  /// As the manifest spells it.
  package let path: String
  /// Its place in the manifest, from 0.
  package let position: Int64
}

/// Artifacts by name, id and place in the manifest.
package struct ArtifactCursor: PageCursor {
  private var key: AssetIdentifier
  private var position: Int64 = -1
  private var isAtEnd = false
  private let pattern: NamePattern

  /// - Parameter name: a GLOB. What its literal beginning rules out is not read; what it does not match may be among the rows.
  package init(name: String? = nil) {
    pattern = NamePattern(name)
    key = AssetIdentifier(name: pattern.lowest, id: "")
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [ArtifactRecord] {
    guard !isAtEnd else { return [] }
    let (rows, isFull) = try reader.page(QuestionSQL.artifacts, of: count) { statement throws(SQLiteError) in
      try statement.bind(key.name, at: 1)
      try statement.bind(key.id, at: 2)
      try statement.bind(position, at: 3)
      try statement.bind(Int64(count), at: 4)
    } record: { row throws(SQLiteError) in
      try ArtifactRecord(row)
    } weigh: { record in
      record.path.utf8.count
    }
    if isFull, let last = rows.last, !pattern.ends(before: last.asset.name) {
      (key, position) = (last.asset, last.position)
    } else {
      isAtEnd = true
    }
    return rows
  }
}

extension IndexReader {
  /// What one asset's manifest names, in its order.
  package borrowing func artifacts(
    of asset: AssetIdentifier, limit: Int? = nil
  ) throws(IndexError) -> [ArtifactRecord] {
    try rows(QuestionSQL.artifactsOfAsset) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
      try statement.bind(Int64(limit ?? -1), at: 3)
    } record: { row throws(SQLiteError) in
      try ArtifactRecord(row)
    }
  }

  /// The assets whose manifest names one of the given paths, at most four, whatever dots and slashes it spells them with; by
  /// name and id.
  package borrowing func producers(of paths: [String]) throws(IndexError) -> [ArtifactRecord] {
    let wanted = Set(paths.prefix(4).map { Array(ArtifactPath.relative($0).utf8) })
    let spellings = wanted.map { String(decoding: $0, as: UTF8.self) }
    let plain = try producers(QuestionSQL.producers, spellings)
    let odd = try producers(QuestionSQL.producersByLetters, spellings.map { ArtifactPath.letters($0) })
      .filter { wanted.contains(Array(ArtifactPath.relative($0.path).utf8)) }
    if odd.isEmpty { return plain }
    return (plain + odd).sorted { ($0.asset, $0.position) < ($1.asset, $1.position) }
  }

  private borrowing func producers(
    _ sql: StaticString, _ texts: [String]
  ) throws(IndexError) -> [ArtifactRecord] {
    try rows(sql) { statement throws(SQLiteError) in
      for (index, text) in texts.enumerated() { try statement.bind(text, at: Int32(index) + 1) }
    } record: { row throws(SQLiteError) in
      try ArtifactRecord(row)
    }
  }
}

extension ArtifactRecord {
  fileprivate init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = AssetIdentifier(name: try row.text(0), id: try row.text(1))
    path = try row.text(2)
    position = try row.int64(3)
  }
}

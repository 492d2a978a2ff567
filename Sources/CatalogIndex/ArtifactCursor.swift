internal import ManifestModel
internal import SQLiteDatabase

/// Artifacts by name, id and place in the manifest.
package struct ArtifactCursor: PageCursor {
  private var key: AssetIdentifier
  private var position: Int64 = -1
  private var isAtEnd = false
  private let pattern: NamePattern

  /// - Parameter name: a GLOB. What its literal beginning rules out is not read; what it does not match may be among
  ///   the rows.
  package init(name: String? = nil) {
    pattern = NamePattern(name)
    key = AssetIdentifier(name: pattern.lowest, id: "")
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [ArtifactEntry] {
    guard !isAtEnd else { return [] }
    let (rows, isFull) = try reader.page(QuestionSQL.artifacts, of: count) { statement throws(SQLiteError) in
      try statement.bind(key.name, at: 1)
      try statement.bind(key.id, at: 2)
      try statement.bind(position, at: 3)
      try statement.bind(Int64(count), at: 4)
    } entry: { row throws(SQLiteError) in
      try ArtifactEntry(row)
    } weigh: { entry in
      entry.path.utf8.count
    }
    if isFull, let last = rows.last, !pattern.ends(before: last.asset.name) {
      (key, position) = (last.asset, last.position)
    } else {
      isAtEnd = true
    }
    return rows
  }
}

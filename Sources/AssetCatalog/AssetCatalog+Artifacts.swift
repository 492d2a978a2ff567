internal import CatalogIndex
public import ManifestModel
internal import SQLiteDatabase

extension AssetCatalog {
  /// The assets whose manifest names a path, by name and id.
  ///
  /// The path may be spelled as the manifest does, relative to the root, with a leading `/` or `./`, or as an absolute path
  /// below the root. Otherwise it is compared byte by byte: `a//b` is not `a/b`.
  ///
  /// ```swift
  /// let owners = try catalog.producers(of: "bronze/orders_eu.parquet").rows.map(\.asset.name)
  /// ```
  ///
  /// - Throws: What reconciling and reading throw.
  public func producers(of path: String) throws(CatalogError) -> Answer<ArtifactRow> {
    let spellings = spellings(of: path)
    return located(
      try ask { reader, time throws(SQLiteError) in
        Answer(time, rows: try reader.producers(of: spellings))
      })
  }

  /// Every artifact that a manifest names: by name and id, then in the manifest's order.
  ///
  /// ```swift
  /// for row in try catalog.artifacts(limit: 100).rows { print(row.path, row.exists) }
  /// ```
  ///
  /// - Parameter limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  public func artifacts(limit: Int? = nil) throws(CatalogError) -> Answer<ArtifactRow> {
    located(
      try answer(limit: limit) { _ in
        ArtifactCursor()
      } row: { record, _ in
        record
      })
  }

  /// Every artifact that a manifest names, a page at a time; otherwise as ``artifacts(limit:)``.
  ///
  /// ```swift
  /// var pages = try catalog.artifactPages()
  /// try pages.forEach { print($0.path) }
  /// ```
  public func artifactPages(limit: Int? = nil) throws(CatalogError) -> AnswerPages<ArtifactRow> {
    try pages(limit: limit) { _ in
      ArtifactCursor()
    } row: { record, _ in
      self.located(record)
    }
  }

  /// The artifacts that one asset's manifest names, in its order.
  ///
  /// ```swift
  /// let paths = try catalog.artifacts(of: orders).rows.map(\.path)
  /// ```
  ///
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a name or id that is no path component; what reconciling and
  ///   reading throw.
  public func artifacts(of asset: AssetIdentifier) throws(CatalogError) -> Answer<ArtifactRow> {
    try Self.checked(asset)
    return located(
      try ask { reader, time throws(SQLiteError) in
        Answer(time, rows: try reader.artifacts(of: asset))
      })
  }

  /// The artifacts that a manifest names and that are not there; ordered as ``artifacts(limit:)``.
  ///
  /// Every artifact is looked for on disk, in the order of the answer, until the limit is reached.
  ///
  /// ```swift
  /// for row in try catalog.missingArtifacts().rows { print(row.asset.name, row.path) }
  /// ```
  ///
  /// - Parameter limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  public func missingArtifacts(limit: Int? = nil) throws(CatalogError) -> Answer<ArtifactRow> {
    var pages = try missingArtifactPages(limit: limit)
    var rows: [ArtifactRow] = []
    while let page = try pages.next() { rows += page }
    return Answer(generatedAt: pages.generatedAt, asOf: pages.asOf, rows: rows)
  }

  /// The artifacts that are not there, a page at a time; otherwise as ``missingArtifacts(limit:)``.
  ///
  /// ```swift
  /// var pages = try catalog.missingArtifactPages()
  /// try pages.forEach { print($0.path) }
  /// ```
  public func missingArtifactPages(limit: Int? = nil) throws(CatalogError) -> AnswerPages<ArtifactRow> {
    try pages(limit: limit) { _ in
      ArtifactCursor()
    } row: { record, _ in
      let row = self.located(record)
      return row.exists ? nil : row
    }
  }

  /// The disk is looked at outside of any transaction.
  private func located(_ answer: Answer<ArtifactRecord>) -> Answer<ArtifactRow> {
    Answer(generatedAt: answer.generatedAt, asOf: answer.asOf, rows: answer.rows.map { located($0) })
  }

  private func located(_ record: ArtifactRecord) -> ArtifactRow {
    ArtifactRow(asset: record.asset, path: record.path, exists: tree.artifactExists(record.path))
  }

  /// How manifests may spell a path: as given, relative to the root, and relative with a leading `/` or `./`.
  private func spellings(of path: String) -> [String] {
    var relative = Substring(path)
    if root.utf8.count > 1, path.utf8.starts(with: (root + "/").utf8) {
      relative = Substring(path.utf8.dropFirst(root.utf8.count + 1))
    }
    while relative.utf8.first == UInt8(ascii: "/") || relative.utf8.starts(with: "./".utf8) {
      relative = Substring(relative.utf8.dropFirst(relative.utf8.first == UInt8(ascii: "/") ? 1 : 2))
    }
    return [path, String(relative), "/\(relative)", "./\(relative)"]
  }
}

internal import CatalogIndex
public import ManifestModel

extension Catalog {
  /// The assets whose manifest names a path, by name and id.
  ///
  /// All spellings of a path are one: relative to the root, with a leading `/`, with `.` and doubled slashes, or absolute, by
  /// whatever links it leads to the root. Only `..` is compared as it stands, since the folder before it may be a link.
  ///
  /// ```swift
  /// let owners = try catalog.producers(of: "bronze/orders_eu.parquet").rows.map(\.asset.name)
  /// ```
  ///
  /// - Parameters:
  ///   - path: the artifact.
  ///   - names: GLOBs, any of which the asset's name must match; empty for all names.
  /// - Throws: What reconciling and reading throw.
  public func producers(of path: String, names: [String] = []) throws(CatalogError) -> Answer<ArtifactRow> {
    let filter = NameFilter(nil, names)
    let (relative, roots) = (tree.given(path), tree.roots)
    return located(
      try ask { reader, time throws(IndexError) in
        let rows = try reader.producers(of: [relative] + roots.map { "\($0)/\(relative)" }).filter { row in
          filter.matches(row.asset) && ArtifactPath.relative(row.path, roots: roots).utf8.elementsEqual(relative.utf8)
        }
        return Answer(time, rows: rows)
      })
  }

  /// Every artifact that a manifest names: by name and id, then in the manifest's order.
  ///
  /// ```swift
  /// for row in try catalog.artifacts(limit: 100).rows { print(row.path, row.exists) }
  /// ```
  ///
  /// - Parameters:
  ///   - names: GLOBs, any of which the asset's name must match; empty for all names.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  package func artifacts(names: [String] = [], limit: Int? = nil) throws(CatalogError) -> Answer<ArtifactRow> {
    let filter = NameFilter(nil, names)
    return located(
      try answer(limit: limit) { _ in
        ArtifactCursor(name: filter.bound)
      } row: { record, _ in
        filter.matches(record.asset) ? record : nil
      })
  }

  /// Every artifact that a manifest names, a page at a time; otherwise as ``artifacts(names:limit:)``.
  ///
  /// ```swift
  /// var pages = try catalog.artifactPages()
  /// try pages.forEach { print($0.path) }
  /// ```
  package func artifactPages(
    names: [String] = [], limit: Int? = nil
  ) throws(CatalogError) -> AnswerPages<ArtifactRow> {
    let filter = NameFilter(nil, names)
    return try pages(limit: limit) { _ in
      ArtifactCursor(name: filter.bound)
    } row: { record, _ in
      filter.matches(record.asset) ? self.located(record) : nil
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
      try ask { reader, time throws(IndexError) in
        Answer(time, rows: try reader.artifacts(of: asset))
      })
  }

  /// The artifacts that a manifest names and that are not there; ordered as ``artifacts(names:limit:)``.
  ///
  /// Every artifact is looked for on disk, in the order of the answer, until the limit is reached.
  ///
  /// ```swift
  /// for row in try catalog.missingArtifacts().rows { print(row.asset.name, row.path) }
  /// ```
  ///
  /// - Parameters:
  ///   - names: GLOBs, any of which the asset's name must match; empty for all names.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  package func missingArtifacts(
    names: [String] = [], limit: Int? = nil
  ) throws(CatalogError) -> Answer<ArtifactRow> {
    var pages = try missingArtifactPages(names: names, limit: limit)
    var rows: [ArtifactRow] = []
    while let page = try pages.next() { rows += page }
    return Answer(generatedAt: pages.generatedAt, asOf: pages.asOf, gaps: pages.gaps, rows: rows)
  }

  /// The artifacts that are not there, a page at a time; otherwise as ``missingArtifacts(names:limit:)``.
  ///
  /// ```swift
  /// var pages = try catalog.missingArtifactPages()
  /// try pages.forEach { print($0.path) }
  /// ```
  package func missingArtifactPages(
    names: [String] = [], limit: Int? = nil
  ) throws(CatalogError) -> AnswerPages<ArtifactRow> {
    let filter = NameFilter(nil, names)
    return try pages(limit: limit) { _ in
      ArtifactCursor(name: filter.bound)
    } row: { record, _ in
      guard filter.matches(record.asset) else { return nil }
      let row = self.located(record)
      return row.exists ? nil : row
    }
  }

  /// The disk is looked at outside of any transaction.
  private func located(_ answer: Answer<ArtifactRecord>) -> Answer<ArtifactRow> {
    Answer(
      generatedAt: answer.generatedAt, asOf: answer.asOf, gaps: answer.gaps, rows: answer.rows.map { located($0) })
  }

  private func located(_ record: ArtifactRecord) -> ArtifactRow {
    ArtifactRow(asset: record.asset, path: record.path, exists: tree.artifactExists(record.path))
  }
}

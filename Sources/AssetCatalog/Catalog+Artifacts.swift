internal import CatalogIndex
internal import CatalogReconciler
public import ManifestModel
internal import StoredTree

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
    return try located(
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
    return try located(
      try answer(about: filter.scope, limit: limit) { _ in
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
    var records = try pages(about: filter.scope, limit: limit) { _ in
      ArtifactCursor(name: filter.bound)
    } row: { record, _ in
      filter.matches(record.asset) ? record : nil
    }
    let time = AnswerTime(generatedAt: records.generatedAt, asOf: records.asOf, gaps: records.gaps)
    return AnswerPages(time) { () throws(CatalogError) in try self.located(records.next() ?? []) }
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
    return try located(
      try ask(about: .name(asset.name)) { reader, time throws(IndexError) in
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
    let limit = try Self.checked(limit)
    var records = try pages(about: filter.scope, limit: nil) { _ in
      ArtifactCursor(name: filter.bound)
    } row: { record, _ in
      filter.matches(record.asset) ? record : nil
    }
    let time = AnswerTime(generatedAt: records.generatedAt, asOf: records.asOf, gaps: records.gaps)
    var remaining = limit
    return AnswerPages(time) { () throws(CatalogError) in
      while remaining > 0, let page = try records.next() {
        let rows = try self.located(page, missingOnly: remaining)
        remaining -= rows.count
        if !rows.isEmpty { return rows }
      }
      return []
    }
  }

  /// The tree is looked at outside of any transaction.
  private func located(_ answer: Answer<ArtifactRecord>) throws(CatalogError) -> Answer<ArtifactRow> {
    Answer(
      generatedAt: answer.generatedAt, asOf: answer.asOf, gaps: answer.gaps, rows: try located(answer.rows))
  }

  /// Looks for artifacts: in a folder one after the other, in a bucket many at once.
  ///
  /// - Parameter missingOnly: how many of those that are missing are wanted; `nil` for all artifacts, missing or not.
  private func located(
    _ records: [ArtifactRecord], missingOnly: Int? = nil
  ) throws(CatalogError) -> [ArtifactRow] {
    var rows: [ArtifactRow] = []
    func take(_ row: ArtifactRow) {
      guard let missingOnly else { return rows.append(row) }
      if !row.exists, rows.count < missingOnly { rows.append(row) }
    }
    guard tree.remote != nil else {
      for record in records {
        if let missingOnly, rows.count == missingOnly { break }
        take(try located(record))
      }
      return rows
    }
    let length = 4
    try CatalogError.wrappingAny {
      try OrderedPipeline.run(
        pieces: 0..<(records.count + length - 1) / length, threads: .remote,
        makeWorker: {
          { piece in try records[piece * length..<min((piece + 1) * length, records.count)].map { try self.located($0) }
          }
        },
        consume: { (found: [ArtifactRow]) in found.forEach(take) })
    }
    return rows
  }

  private func located(_ record: ArtifactRecord) throws(CatalogError) -> ArtifactRow {
    ArtifactRow(asset: record.asset, path: record.path, exists: try tree.artifactExists(record.path))
  }
}

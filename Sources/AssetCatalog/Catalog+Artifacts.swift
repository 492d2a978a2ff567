internal import CatalogIndex
internal import CatalogReconciler
public import ManifestModel
internal import StoredTree

extension Catalog {
  /// The assets whose manifest names a path, by name and id.
  ///
  /// All spellings of a path are one: relative to the root, with a leading `/`, with `.` and doubled slashes, or
  /// absolute, by whatever links it leads to the root. Only `..` is compared as it stands, since the folder before it
  /// may be a link.
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

  /// Every artifact that a manifest names, or those that are not there: by name and id, then in the manifest's order.
  ///
  /// Every artifact is looked for in the tree, in the order of the answer, until the limit is reached.
  ///
  /// ```swift
  /// for row in try catalog.artifacts(missingOnly: true).answer(limit: 100).rows { print(row.asset.name, row.path) }
  /// ```
  ///
  /// - Parameters:
  ///   - names: GLOBs, any of which the asset's name must match; empty for all names.
  ///   - missingOnly: whether those are left out that are there.
  package func artifacts(names: [String] = [], missingOnly: Bool = false) -> Question<ArtifactRow> {
    let filter = NameFilter(nil, names)
    let entries = Question(self, about: filter.scope) { _ in
      ArtifactCursor(name: filter.bound)
    } row: { entry, _ in
      filter.matches(entry.asset) ? entry : nil
    }
    return Question { limit throws(CatalogError) in
      var remaining = try Self.checked(limit)
      var pages = try entries.pages(limit: missingOnly ? nil : limit)
      let time = AnswerTime(generatedAt: pages.generatedAt, asOf: pages.asOf, gaps: pages.gaps)
      return AnswerPages(time) { () throws(CatalogError) in
        while remaining > 0, let page = try pages.next() {
          let rows = try self.located(page, missingOnly: missingOnly ? remaining : nil)
          remaining -= rows.count
          if !rows.isEmpty { return rows }
        }
        return []
      }
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
    return try located(
      try ask(about: .name(asset.name)) { reader, time throws(IndexError) in
        Answer(time, rows: try reader.artifacts(of: asset))
      })
  }

  /// The tree is looked at outside of any transaction.
  private func located(_ answer: Answer<ArtifactEntry>) throws(CatalogError) -> Answer<ArtifactRow> {
    Answer(
      generatedAt: answer.generatedAt, asOf: answer.asOf, gaps: answer.gaps, rows: try located(answer.rows))
  }

  /// Looks for artifacts: in a folder one after the other, in a bucket many at once.
  ///
  /// - Parameter missingOnly: how many of those that are missing are wanted; `nil` for all artifacts, missing or not.
  private func located(
    _ entries: [ArtifactEntry], missingOnly: Int? = nil
  ) throws(CatalogError) -> [ArtifactRow] {
    var rows: [ArtifactRow] = []
    func take(_ row: ArtifactRow) {
      guard let missingOnly else { return rows.append(row) }
      if !row.exists, rows.count < missingOnly { rows.append(row) }
    }
    guard tree.remote != nil else {
      for entry in entries {
        if let missingOnly, rows.count == missingOnly { break }
        take(try located(entry))
      }
      return rows
    }
    let length = 4
    try CatalogError.wrappingAny {
      try OrderedPipeline.run(
        pieces: 0..<(entries.count + length - 1) / length, threads: .remote,
        makeWorker: {
          { piece in try entries[piece * length..<min((piece + 1) * length, entries.count)].map { try self.located($0) }
          }
        },
        consume: { (found: [ArtifactRow]) in found.forEach(take) })
    }
    return rows
  }

  private func located(_ entry: ArtifactEntry) throws(CatalogError) -> ArtifactRow {
    ArtifactRow(asset: entry.asset, path: entry.path, exists: try tree.artifactExists(entry.path))
  }
}

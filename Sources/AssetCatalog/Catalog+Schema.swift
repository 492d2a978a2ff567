internal import CatalogIndex
package import ManifestModel
internal import StoredTree

extension Catalog {
  /// The artifacts whose schema the latest run changed: by name and id, then in the order of that run's metadata.
  ///
  /// Two runs of each asset are compared: the newest two, by start and then by id, that succeeded and whose metadata
  /// has a schema hash. An artifact of the latest run is compared with the one of the same path that the run before it
  /// wrote; where there is none, since paths may bear a part that is new in each run, with the one in the same place of
  /// the list, unless the latest run wrote that one's path too. Paths are compared byte by byte; what this catalog
  /// records has one spelling. An artifact that is new, gone or without a hash on either side is no change.
  ///
  /// ```swift
  /// for row in try catalog.schemaChanges(name: "gold.*").answer().rows { print(row.asset.name, row.path, row.runID) }
  /// ```
  ///
  /// - Parameters:
  ///   - name: a GLOB that the asset's name must match.
  ///   - names: more of them; the name must match any.
  package func schemaChanges(name: String? = nil, names: [String] = []) -> Question<SchemaChangeRow> {
    let filter = NameFilter(name, names)
    return Question(self, about: filter.scope) { _ in
      SchemaChangeCursor(name: filter.bound)
    } row: { entry, _ in
      filter.contains(entry.asset) ? SchemaChangeRow(entry) : nil
    }
  }

  /// What the newest run of an asset that recorded artifacts says of them, in the order of its metadata.
  ///
  /// mad_prefect records none; a run that this catalog or another writer recorded may. The answer is what was true when
  /// the run ended; whether the files still are so is not looked at.
  ///
  /// ```swift
  /// let rows = try catalog.artifactFacts(of: orders).rows.compactMap(\.facts.rowCount).reduce(0, +)
  /// ```
  ///
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a name or id that is no path component; what reconciling and
  ///   reading throw.
  package func artifactFacts(of asset: AssetIdentifier) throws(CatalogError) -> Answer<RunArtifactRow> {
    try Self.checked(asset)
    return try ask(about: .name(asset.name)) { reader, time throws(IndexError) in
      let rows = try reader.newestArtifactFacts(of: asset)
        .map { RunArtifactRow(asset: asset, runID: $0.runID, facts: $0.facts) }
      return Answer(time, rows: rows)
    }
  }
}

extension SchemaChangeRow {
  fileprivate init(_ entry: SchemaChangeEntry) {
    self.init(
      asset: entry.asset, runID: entry.runID, previousRunID: entry.previousRunID, path: entry.path,
      schemaHash: entry.schemaHash, previousSchemaHash: entry.previousSchemaHash,
      changedAt: entry.materialized.map { Timestamp(microseconds: $0) })
  }
}

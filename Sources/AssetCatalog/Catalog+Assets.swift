internal import CatalogIndex
public import ManifestModel
internal import ObjectTree
internal import StoredTree

extension Catalog {
  /// Every asset that is known: it has a manifest, or a run. By name and id.
  ///
  /// ```swift
  /// for row in try catalog.assets(name: "bronze.*").rows { print(row.asset.name, row.asset.id, row.runCount) }
  /// ```
  ///
  /// - Parameters:
  ///   - name: a GLOB that the asset's name must match.
  ///   - names: more of them; the name must match any.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  public func assets(
    name: String? = nil, names: [String] = [], limit: Int? = nil
  ) throws(CatalogError) -> Answer<AssetRow> {
    try assetQuestion(name: name, names: names).answer(limit: limit)
  }

  /// The question of ``assets(name:names:limit:)``.
  package func assetQuestion(name: String? = nil, names: [String] = []) -> Question<AssetRow> {
    let filter = NameFilter(name, names)
    return Question(self, about: filter.scope) {
      AssetCursor(name: filter.bound, now: $0.now)
    } row: { entry, _ in
      filter.contains(entry.asset) ? self.asset(entry) : nil
    }
  }

  /// The manifest of an asset as it lies in the tree, unknown fields included; `nil` where there is none.
  ///
  /// It is read from the file and not from the index, and says what the file says, even where that contradicts its
  /// path.
  ///
  /// ```swift
  /// let files = try catalog.manifest(of: orders)?.lastArtifacts ?? []
  /// ```
  ///
  /// - Throws: ``CatalogError/Code/badData`` for a file that is no manifest, ``CatalogError/Code/inputOutput`` for one
  ///   that cannot be read, ``CatalogError/Code/invalidArgument`` for a name or id that is no path component.
  public func manifest(of asset: AssetIdentifier) throws(CatalogError) -> Manifest? {
    try Self.checked(asset)
    return try tree.manifest(of: asset)
  }

  /// The bytes of a file at the root of a bucket; `nil` where there is none, or the root is a folder.
  ///
  /// - Parameter limit: more bytes are not read.
  package func contents(ofFileInBucket name: String, atMost limit: Int) throws(CatalogError) -> [UInt8]? {
    guard let remote = tree.remote else { return nil }
    do throws(StoreError) { return try remote.tree().contents(of: name, atMost: limit) } catch {
      throw CatalogError(error)
    }
  }

  /// When an asset was last materialized; `nil` where that is not known.
  ///
  /// It is the newest time that the manifest and the runs tell, passing over those more than five minutes ahead of now.
  ///
  /// ```swift
  /// if let time = try catalog.lastMaterialized(of: orders) { print(time) }
  /// ```
  ///
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a name or id that is no path component; what reconciling and
  ///   reading throw.
  public func lastMaterialized(of asset: AssetIdentifier) throws(CatalogError) -> Timestamp? {
    try Self.checked(asset)
    return try ask(about: .name(asset.name)) { reader, time throws(IndexError) in
      try reader.asset(asset, at: time.now)?.lastMaterialized.map { Timestamp(microseconds: $0) }
    }
  }

  /// A manifest that cannot be read at present is no reason to fail where the index knows the last good one.
  func readableManifest(of asset: AssetIdentifier) -> Manifest? {
    do { return try tree.manifest(of: asset) } catch { return nil }
  }

  private func asset(_ entry: AssetEntry) -> AssetRow {
    AssetRow(
      asset: entry.asset, lastMaterialized: entry.lastMaterialized.map { Timestamp(microseconds: $0) },
      lastStatus: entry.lastStatus, lastRunID: entry.lastRunID, lastError: entry.lastError,
      signature: entry.signature, updatedAt: entry.updatedAt.map { Timestamp(microseconds: $0) },
      source: entry.source.flatMap { MaterializationSource(rawValue: $0) }, runCount: Int(entry.runCount),
      manifestPath: entry.manifestState == 0 ? nil : layout.manifestPath(entry.asset),
      isDamaged: entry.manifestState >= 2, isUnknown: entry.isUnknown)
  }
}

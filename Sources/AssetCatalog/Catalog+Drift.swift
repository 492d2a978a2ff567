internal import CatalogIndex
package import ManifestModel

extension Catalog {
  /// The assets that drifted: whose name has several configurations, or whose signature is not the one expected.
  ///
  /// By name and id; an asset of which both hold has a row for its configurations, then one for its signature. An asset
  /// without a signature differs from every expectation; one that is not known differs from none.
  ///
  /// ```swift
  /// let drift = try catalog.drift(expected: [orders: "c0ffee"])
  /// for row in drift.rows where row.kind == .signature { print(row.asset.name, row.signature ?? "none") }
  /// ```
  ///
  /// - Parameters:
  ///   - expected: the signature that an asset should have.
  ///   - name: a GLOB that the asset's name must match.
  ///   - names: more of them; the name must match any.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  package func drift(
    expected: [AssetIdentifier: String] = [:], name: String? = nil, names: [String] = [], limit: Int? = nil
  ) throws(CatalogError) -> Answer<DriftRow> {
    let filter = NameFilter(name, names)
    return try answer(about: filter.scope, limit: limit) { time in
      DriftCursor(expected: expected, name: filter.bound, now: time.now)
    } row: { record, _ in
      filter.contains(record.asset) ? DriftRow(record) : nil
    }
  }

  /// The assets that drifted, a page at a time; otherwise as ``drift(expected:name:names:limit:)``.
  ///
  /// ```swift
  /// var pages = try catalog.driftPages()
  /// try pages.forEach { print($0.asset.name, $0.configurationCount) }
  /// ```
  package func driftPages(
    expected: [AssetIdentifier: String] = [:], name: String? = nil, names: [String] = [], limit: Int? = nil
  ) throws(CatalogError) -> AnswerPages<DriftRow> {
    let filter = NameFilter(name, names)
    return try pages(about: filter.scope, limit: limit) { time in
      DriftCursor(expected: expected, name: filter.bound, now: time.now)
    } row: { record, _ in
      filter.contains(record.asset) ? DriftRow(record) : nil
    }
  }
}

extension DriftRow {
  fileprivate init(_ record: DriftRecord) {
    self.init(
      asset: record.asset, kind: record.expectedSignature == nil ? .configurations : .signature,
      configurationCount: record.configurationCount, signature: record.signature,
      expectedSignature: record.expectedSignature,
      lastMaterialized: record.lastMaterialized.map { Timestamp(microseconds: $0) })
  }
}

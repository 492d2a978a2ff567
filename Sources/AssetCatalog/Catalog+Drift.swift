internal import CatalogIndex
package import ManifestModel

extension Catalog {
  /// The assets that drifted: whose name has several configurations, or whose signature is not the one expected.
  ///
  /// By name and id; an asset of which both hold has a row for its configurations, then one for its signature. An asset
  /// without a signature differs from every expectation; one that is not known differs from none.
  ///
  /// ```swift
  /// let drift = try catalog.drift(expected: [orders: "c0ffee"]).answer()
  /// for row in drift.rows where row.kind == .signature { print(row.asset.name, row.signature ?? "none") }
  /// ```
  ///
  /// - Parameters:
  ///   - expected: the signature that an asset should have.
  ///   - name: a GLOB that the asset's name must match.
  ///   - names: more of them; the name must match any.
  package func drift(
    expected: [AssetIdentifier: String] = [:], name: String? = nil, names: [String] = []
  ) -> Question<DriftRow> {
    let filter = NameFilter(name, names)
    return Question(self, about: filter.scope) { time in
      DriftCursor(expected: expected, name: filter.bound, now: time.now)
    } row: { entry, _ in
      filter.contains(entry.asset) ? DriftRow(entry) : nil
    }
  }
}

extension DriftRow {
  fileprivate init(_ entry: DriftEntry) {
    self.init(
      asset: entry.asset, kind: entry.expectedSignature == nil ? .configurations : .signature,
      configurationCount: entry.configurationCount, signature: entry.signature,
      expectedSignature: entry.expectedSignature,
      lastMaterialized: entry.lastMaterialized.map { Timestamp(microseconds: $0) })
  }
}

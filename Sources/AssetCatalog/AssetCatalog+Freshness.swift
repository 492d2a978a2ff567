internal import CatalogIndex
internal import ManifestModel

extension AssetCatalog {
  /// How fresh every asset is.
  ///
  /// Ordered by the last materialization: assets without one first, then the oldest; then by name and id.
  ///
  /// ```swift
  /// let policy = FreshnessPolicy(
  ///   maxAge: .seconds(86400), warnAfter: .seconds(43200),
  ///   rules: [.init(name: "gold.*", maxAge: .seconds(3600))])
  /// for row in try catalog.freshness(policy, states: [.stale, .never]).rows {
  ///   print(row.asset.name, row.state, row.ageMicroseconds ?? 0)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - policy: how old assets may be.
  ///   - name: a GLOB that the asset's name must match.
  ///   - names: more of them; the name must match any.
  ///   - states: the states to answer with; `nil` for all.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age or limit; what reconciling and reading throw.
  public func freshness(
    _ policy: FreshnessPolicy, name: String? = nil, names: [String] = [], states: Set<FreshnessState>? = nil,
    limit: Int? = nil
  ) throws(CatalogError) -> Answer<FreshnessRow> {
    try Self.check(policy)
    let filter = NameFilter(name, names)
    return try answer(limit: limit) { time in
      FreshnessThresholds(policy, now: time.generatedAt).cursor(states: states, name: filter.bound)
    } row: { record, time in
      filter.contains(record.asset)
        ? FreshnessThresholds.row(of: record, policy, states, now: time.generatedAt) : nil
    }
  }

  /// How fresh every asset is, a page at a time; otherwise as ``freshness(_:name:names:states:limit:)``.
  ///
  /// ```swift
  /// var pages = try catalog.freshnessPages(FreshnessPolicy(maxAge: .seconds(86400)))
  /// try pages.forEach { print($0.asset.name, $0.state) }
  /// ```
  public func freshnessPages(
    _ policy: FreshnessPolicy, name: String? = nil, names: [String] = [], states: Set<FreshnessState>? = nil,
    limit: Int? = nil
  ) throws(CatalogError) -> AnswerPages<FreshnessRow> {
    try Self.check(policy)
    let filter = NameFilter(name, names)
    return try pages(limit: limit) { time in
      FreshnessThresholds(policy, now: time.generatedAt).cursor(states: states, name: filter.bound)
    } row: { record, time in
      filter.contains(record.asset)
        ? FreshnessThresholds.row(of: record, policy, states, now: time.generatedAt) : nil
    }
  }

  /// The assets that are not younger than `maxAge`, those that were never materialized, and those of which it cannot be told.
  ///
  /// Ordered as ``freshness(_:name:names:states:limit:)``: what is worst comes first.
  ///
  /// ```swift
  /// let worst = try catalog.stale(maxAge: .seconds(86400), name: "gold.*", limit: 50)
  /// print("As of \(worst.asOf?.description ?? "never"): \(worst.rows.count) assets")
  /// ```
  ///
  /// - Parameters:
  ///   - maxAge: the age from which an asset is stale; mad_prefect's cache rule, so that equal is expired.
  ///   - name: a GLOB that the asset's name must match.
  ///   - names: more of them; the name must match any.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age or limit; what reconciling and reading throw.
  public func stale(
    maxAge: Duration, name: String? = nil, names: [String] = [], limit: Int? = nil
  ) throws(CatalogError) -> Answer<FreshnessRow> {
    try freshness(
      FreshnessPolicy(maxAge: maxAge), name: name, names: names, states: [.stale, .never, .unknown], limit: limit)
  }

  static func check(_ policy: FreshnessPolicy) throws(CatalogError) {
    let ages =
      [policy.maxAge, policy.warnAfter ?? .zero] + policy.rules.flatMap { [$0.maxAge, $0.warnAfter ?? .zero] }
    for age in ages where age < .zero {
      throw CatalogError(.invalidArgument, "An age cannot be negative: \(age).")
    }
    guard policy.rules.count <= 30_000 else {
      throw CatalogError(.invalidArgument, "A policy can have 30000 rules, not \(policy.rules.count).")
    }
  }
}

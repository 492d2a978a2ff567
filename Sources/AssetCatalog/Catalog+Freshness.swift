internal import CatalogIndex
internal import FreshnessRules
public import ManifestModel
internal import StoredTree

extension Catalog {
  /// How fresh every asset is.
  ///
  /// Ordered by the last materialization: assets of which it cannot be told first, then those without one, then the
  /// oldest; then by name and id. Assets of which nothing is demanded stand among them by their time.
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
  ///   - policy: how old assets may be, or by when they must be there.
  ///   - name: a GLOB that the asset's name must match.
  ///   - names: more of them; the name must match any.
  ///   - states: the states to answer with; `nil` for all.
  ///   - levels: the levels to answer with; `nil` for all.
  ///   - owners: the owners whose assets to answer with, as the policy spells them; `nil` for all, also nobody's.
  ///   - severities: the severities to answer with; `nil` for all.
  ///   - byName: whether each name has one row, that of the id that materialized last; of equals the first id.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age or limit; what reconciling and reading throw.
  public func freshness(
    _ policy: FreshnessPolicy, name: String? = nil, names: [String] = [], states: Set<FreshnessState>? = nil,
    levels: Set<FreshnessLevel>? = nil, owners: [String]? = nil, severities: Set<FreshnessSeverity>? = nil,
    byName: Bool = false, limit: Int? = nil
  ) throws(CatalogError) -> Answer<FreshnessRow> {
    try freshnessQuestion(
      policy, name: name, names: names, states: states, levels: levels, owners: owners, severities: severities,
      byName: byName
    ).answer(limit: limit)
  }

  /// The question of ``freshness(_:name:names:states:levels:owners:severities:byName:limit:)``.
  package func freshnessQuestion(
    _ policy: FreshnessPolicy, name: String? = nil, names: [String] = [], states: Set<FreshnessState>? = nil,
    levels: Set<FreshnessLevel>? = nil, owners: [String]? = nil, severities: Set<FreshnessSeverity>? = nil,
    byName: Bool = false
  ) throws(CatalogError) -> Question<FreshnessRow> {
    try Self.check(policy)
    let filter = NameFilter(name, names)
    return question(
      FreshnessQuestion(
        policy: policy, names: filter, states: states, levels: levels, owners: owners, severities: severities,
        byName: byName, window: options.runningWindow.microseconds), about: filter.scope)
  }

  /// The assets that are not younger than `maxAge`, those that were never materialized, and those of which it cannot be
  /// told.
  ///
  /// Ordered as ``freshness(_:name:names:states:levels:owners:severities:byName:limit:)``: what is worst comes first.
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

  func question(_ question: FreshnessQuestion, about scope: NameScope? = nil) -> Question<FreshnessRow> {
    Question(self, about: scope) {
      FreshnessRowCursor(question, now: $0.generatedAt)
    } row: { row, _ in
      row
    }
  }

  static func check(_ policy: FreshnessPolicy) throws(CatalogError) {
    let policy = policy.policy
    for demand in [policy.top.demand].compactMap(\.self) + policy.rules.compactMap(\.part.demand) {
      for age in [demand.maxAge ?? 0, demand.warnAfter ?? 0] where age < 0 {
        throw CatalogError(.invalidArgument, "An age cannot be negative: \(Duration.microseconds(age)).")
      }
    }
    guard policy.rules.count <= PolicyReader.mostRules else {
      throw CatalogError(
        .invalidArgument, "A policy can have \(PolicyReader.mostRules) rules, not \(policy.rules.count).")
    }
  }
}

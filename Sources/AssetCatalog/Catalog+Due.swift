internal import CatalogIndex
internal import FreshnessRules
package import ManifestModel

extension Catalog {
  /// What a scheduler should run now, most urgent first.
  ///
  /// An asset is due from the moment on at which a new materialization is wanted: when the window of its next deadline
  /// opens, or when it is old enough to be warned of; and at once if it was never materialized, or if that cannot be
  /// told. It is not due while a run of it is under way, nor shortly after a run of it failed. However many deadlines
  /// were missed, it is due once.
  ///
  /// First comes what cannot be in time any more, by severity and then by its latest start; then what can, by its
  /// latest start; then what is not due, in the same order; what is equal by name and id. The rows are sorted in
  /// memory; with a limit, no more than some thousand are held.
  ///
  /// Who is going to run one of them should ask for it with
  /// ``claim(_:runID:assetPath:parameters:heartbeatEvery:)``, so that no two workers do.
  ///
  /// ```swift
  /// for row in try catalog.due(policy, limit: 10).rows {
  ///   guard case .started(let run) = try catalog.claim(row) else { continue }
  ///   …
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - policy: what is demanded.
  ///   - within: also what becomes due within this time, as not due yet.
  ///   - all: also all that is not due.
  ///   - names: GLOBs; the asset's name must match any. Without one, all assets are meant.
  ///   - owners: whose assets; without one, everybody's.
  ///   - severities: how much they matter; without one, any.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age, span or limit; what reconciling and reading
  ///   throw.
  public func due(
    _ policy: FreshnessPolicy, within: Duration? = nil, all: Bool = false, names: [String] = [],
    owners: [String] = [], severities: Set<FreshnessSeverity> = [], limit: Int? = nil
  ) throws(CatalogError) -> Answer<DueRow> {
    try Self.check(policy)
    let limit = try Self.checked(limit)
    if let within, within < .zero {
      throw CatalogError(.invalidArgument, "What becomes due within a span of \(within) is nothing: give a longer one.")
    }
    let filter = NameFilter(nil, names)
    let window = options.runningWindow.microseconds
    return try ask(about: filter.scope) { reader, time throws(IndexError) in
      let judge = PolicyJudge(policy, owners: owners, severities: severities)
      let now = time.generatedAt
      let horizon = within.map { Timestamp(microseconds: now.microseconds.saturatingAdd($0.microseconds)) }
      var cursor = HistoryCursor(name: filter.bound, now: time.now, wishes: judge.wishes)
      var found = MostUrgent(limit: limit)
      while true {
        let page = try cursor.next(Self.pageSize, from: reader)
        if page.isEmpty { break }
        for history in page where filter.contains(history.asset) {
          guard let judgement = judge.judgement(of: history) else { continue }
          let (row, rank) = DueRow.ranked(history, judgement, by: judge, at: now, window: window)
          if row.isDue || all || row.becomesDue(by: horizon) { found.add(row, rank) }
        }
      }
      return Answer(time, rows: found.sorted())
    }
  }

  /// A row of one asset, be it known or not, to claim it with. The index is asked only where a rule looks at what other
  /// files than those of the asset tell.
  package func claimable(_ asset: AssetIdentifier, under policy: FreshnessPolicy) throws(CatalogError) -> DueRow {
    try Self.checked(asset)
    let judge = PolicyJudge(policy)
    let window = options.runningWindow.microseconds
    let unknown = AssetHistory(AssetChange(asset), at: now.microseconds)
    func row(_ history: AssetHistory, at now: Timestamp) throws(CatalogError) -> DueRow {
      guard let judgement = judge.judgement(of: history) else {
        throw CatalogError(.internal, "The policy says nothing of the asset \(asset.name).")
      }
      return DueRow.ranked(history, judgement, by: judge, at: now, window: window).row
    }
    guard judge.wishes.artifacts || judge.wishes.superseded else { return try row(unknown, at: now) }
    let (history, now) = try ask { reader, time throws(IndexError) in
      var cursor = HistoryCursor(name: GlobPattern.exactly(asset.name), now: time.now, wishes: judge.wishes)
      while true {
        let page = try cursor.next(Self.pageSize, from: reader)
        if page.isEmpty { return (unknown, time.generatedAt) }
        if let found = page.first(where: { $0.asset == asset }) { return (found, time.generatedAt) }
      }
    }
    return try row(history, at: now)
  }
}

/// The most urgent of many rows.
private struct MostUrgent {
  /// More than are wanted are held until it pays to sort them.
  private static let slack = 4096

  private let limit: Int
  private var held: [DueRow] = []
  /// Of what is held, in the same order: places are sorted and not rows, which are large.
  private var ranks: [DueRank] = []

  init(limit: Int) {
    self.limit = limit
  }

  mutating func add(_ row: DueRow, _ rank: DueRank) {
    held.append(row)
    ranks.append(rank)
    if held.count > limit, held.count - limit >= max(Self.slack, limit) { sort() }
  }

  consuming func sorted() -> [DueRow] {
    sort()
    return held
  }

  private mutating func sort() {
    let order = held.indices.sorted { left, right in
      held[left].isDue == held[right].isDue ? ranks[left] < ranks[right] : held[left].isDue
    }.prefix(limit)
    held = order.map { held[$0] }
    ranks = order.map { ranks[$0] }
  }
}

extension DueRow {
  /// The row of an asset, and its place among others.
  ///
  /// - Parameter window: how long a run without heartbeats counts as running where the policy does not say, in
  ///   microseconds.
  fileprivate static func ranked(
    _ history: AssetHistory, _ judgement: Judgement, by judge: PolicyJudge, at now: Timestamp, window: Int64
  ) -> (row: DueRow, rank: DueRank) {
    let policy = judgement.policy
    let terms = judge.terms(of: judgement, window: window, isSuperseded: history.isSuperseded)
    let typical = history.typicalDuration
    let (decision, findings) = judge.withDueMemo(of: policy, at: now) {
      history.due(terms, typicalDuration: typical, &$0)
    }
    let row = DueRow(
      asset: history.asset, whyNot: decision.whyNot.map { NotDueReason($0) }, dueSince: decision.dueSince,
      deadline: decision.deadline, latestStart: decision.latestStart, missed: decision.missed,
      consecutiveFailures: findings.consecutiveFailures, notBefore: decision.notBefore, severity: judgement.severity,
      owner: policy.owner, rule: judgement.rule, typicalDurationMilliseconds: typical, terms: terms)
    return (row, DueRank(decision, history.asset, policy.severity, now: now))
  }

  /// Whether it will be due by a moment if nothing happens until then.
  fileprivate func becomesDue(by horizon: Timestamp?) -> Bool {
    guard let horizon else { return false }
    switch whyNot {
    case .fresh: return dueSince.map { $0 <= horizon } ?? false
    case .backingOff: return notBefore.map { $0 <= horizon } ?? false
    default: return false
    }
  }
}

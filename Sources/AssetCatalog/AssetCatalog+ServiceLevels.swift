internal import CatalogIndex
package import FreshnessRules
internal import ManifestModel
internal import SQLiteDatabase

extension AssetCatalog {
  /// How well the demand on each asset was kept, by name and id.
  ///
  /// Measured is from `over` ago, or from when the asset was first seen, until now. Bad is the time in which the newest
  /// materialization had expired, and that before the first one. Today's policy judges the past: pauses are not taken
  /// out, since they are not recorded; excepted dates are. Assets that are ignored or superseded are left out.
  ///
  /// ```swift
  /// for row in try catalog.serviceLevels(policy, over: .seconds(7 * 86400), below: 0.99).rows {
  ///   print(row.asset.name, row.figures.compliance ?? 0)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - policy: what is demanded.
  ///   - over: how far back to look.
  ///   - names: GLOBs; the asset's name must match any. Without one, all assets are meant.
  ///   - owners: whose assets; without one, everybody's.
  ///   - severities: how much they matter; without one, any.
  ///   - below: only those whose compliance is less than this share, 0 to 1; to the millionth.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age or limit, a span that is not more than 0 and a
  ///   share beyond 0 to 1; what reconciling and reading throw.
  public func serviceLevels(
    _ policy: FreshnessPolicy, over: Duration = .seconds(30 * 86400), names: [String] = [], owners: [String] = [],
    severities: Set<FreshnessSeverity> = [], below: Double? = nil, limit: Int? = nil
  ) throws(CatalogError) -> Answer<ServiceLevelRow> {
    let question = ServiceQuestion(
      try policy.checkedRules(), over: try Self.checked(over: over), names: names, owners: owners,
      severities: severities, below: try Self.checked(share: below), window: options.runningWindow.microseconds)
    return try answer(limit: limit) {
      question.cursor($0)
    } row: {
      question.row($0, $1)
    }
  }

  /// The same under the rules of a policy, a page at a time.
  package func serviceLevelPages(
    _ policy: Policy, over: Duration, names: [String] = [], owners: [String] = [],
    severities: Set<FreshnessSeverity> = [], below: Percentage? = nil, limit: Int? = nil
  ) throws(CatalogError) -> AnswerPages<ServiceLevelRow> {
    let question = ServiceQuestion(
      policy, over: try Self.checked(over: over), names: names, owners: owners, severities: severities, below: below,
      window: options.runningWindow.microseconds)
    return try pages(limit: limit) {
      question.cursor($0)
    } row: {
      question.row($0, $1)
    }
  }

  /// How well the demands on all assets of one owner, severity or rule were kept, by that; those without one come last.
  ///
  /// Seconds are added up, not shares: what was measured longer counts for more.
  ///
  /// ```swift
  /// for row in try catalog.serviceLevels(policy, by: .owner).rows { print(row.group ?? "nobody", row.assetCount) }
  /// ```
  ///
  /// - Parameters:
  ///   - policy: what is demanded.
  ///   - grouping: what assets are taken together by.
  ///   - over: how far back to look.
  ///   - names: GLOBs; the asset's name must match any. Without one, all assets are meant.
  ///   - owners: whose assets; without one, everybody's.
  ///   - severities: how much they matter; without one, any.
  ///   - below: only groups whose compliance is less than this share, 0 to 1; to the millionth.
  /// - Throws: As ``serviceLevels(_:over:names:owners:severities:below:limit:)``.
  public func serviceLevels(
    _ policy: FreshnessPolicy, by grouping: ServiceLevelGrouping, over: Duration = .seconds(30 * 86400),
    names: [String] = [], owners: [String] = [], severities: Set<FreshnessSeverity> = [], below: Double? = nil
  ) throws(CatalogError) -> Answer<ServiceLevelGroupRow> {
    try serviceLevels(
      policy.checkedRules(), by: grouping, over: over, names: names, owners: owners, severities: severities,
      below: Self.checked(share: below))
  }

  /// The same under the rules of a policy.
  package func serviceLevels(
    _ policy: Policy, by grouping: ServiceLevelGrouping, over: Duration, names: [String] = [], owners: [String] = [],
    severities: Set<FreshnessSeverity> = [], below: Percentage? = nil
  ) throws(CatalogError) -> Answer<ServiceLevelGroupRow> {
    let question = ServiceQuestion(
      policy, over: try Self.checked(over: over), names: names, owners: owners, severities: severities, below: nil,
      window: options.runningWindow.microseconds)
    return try ask { reader, time throws(SQLiteError) in
      var cursor = question.cursor(time)
      // By their bytes: Swift's own equality would take two spellings of a letter for one.
      var groups: [[UInt8]?: (name: String?, count: Int, tally: ServiceTally)] = [:]
      while true {
        let page = try cursor.next(Self.pageSize, from: reader)
        if page.isEmpty { break }
        for history in page {
          guard let (judgement, tally, _) = question.measure(history, time) else { continue }
          let name = judgement.name(of: grouping)
          let key = name.map { Array($0.utf8) }
          if groups[key] == nil {
            groups[key] = (name, 1, tally)
          } else {
            groups[key]?.count += 1
            groups[key]?.tally.add(tally)
          }
        }
      }
      let rows = groups.values
        .filter { group in below.map { group.tally.isBelow($0) } ?? true }
        .sorted { left, right in
          guard let name = left.name else { return false }
          return right.name.map { name.precedesInBytes($0) } ?? true
        }
      return Answer(
        time,
        rows: rows.map { ServiceLevelGroupRow(group: $0.name, assetCount: $0.count, figures: $0.tally.figures) })
    }
  }

  private static func checked(over: Duration) throws(CatalogError) -> Int64 {
    guard over > .zero else {
      throw CatalogError(.invalidArgument, "Nothing can be measured over \(over): give a span of more than 0.")
    }
    return over.microseconds
  }

  private static func checked(share: Double?) throws(CatalogError) -> Percentage? {
    guard let share else { return nil }
    guard (0...1).contains(share) else {
      throw CatalogError(.invalidArgument, "A share is from 0 to 1, not \(share).")
    }
    return Percentage(millionths: Int64((share * 1_000_000).rounded()))
  }
}

/// A question on service levels, the same for rows and for groups.
private final class ServiceQuestion: Sendable {
  private let judge: PolicyJudge
  private let filter: NameFilter
  private let over: Int64
  private let below: Percentage?
  private let window: Int64

  init(
    _ policy: Policy, over: Int64, names: [String], owners: [String], severities: Set<FreshnessSeverity>,
    below: Percentage?, window: Int64
  ) {
    judge = PolicyJudge(policy, owners: owners, severities: severities)
    filter = NameFilter(nil, names)
    self.over = over
    self.below = below
    self.window = window
  }

  func cursor(_ time: AnswerTime) -> HistoryCursor {
    HistoryCursor(name: filter.bound, now: time.now, wishes: judge.wishes)
  }

  func row(_ history: AssetHistory, _ time: AnswerTime) -> ServiceLevelRow? {
    guard let (judgement, tally, durations) = measure(history, time) else { return nil }
    if let below, !tally.isBelow(below) { return nil }
    return ServiceLevelRow(
      asset: history.asset, figures: tally.figures,
      historyFrom: history.firstSeen.map { Timestamp(microseconds: $0) },
      medianDurationMilliseconds: durations.isEmpty ? nil : DurationStatistics.nearestRank(of: durations, percent: 50),
      p95DurationMilliseconds: durations.isEmpty ? nil : DurationStatistics.nearestRank(of: durations, percent: 95),
      severity: judgement.severity, owner: judgement.policy.owner, rule: judgement.rule)
  }

  /// `nil` for an asset that is not among those asked for, or of which nothing is demanded.
  func measure(
    _ history: AssetHistory, _ time: AnswerTime
  ) -> (judgement: Judgement, tally: ServiceTally, durations: [Int64])? {
    guard filter.contains(history.asset), let judgement = judge.judgement(of: history) else { return nil }
    let demand = judgement.policy.demand
    if demand.isIgnored || (demand.ids == .newest && history.isSuperseded) { return nil }
    let from = Timestamp(microseconds: time.now.saturatingSubtract(over))
    let (tally, durations) = history.service(judgement.policy, from: from, to: time.generatedAt, window: window)
    return (judgement, tally, durations)
  }
}

extension Judgement {
  fileprivate func name(of grouping: ServiceLevelGrouping) -> String? {
    switch grouping {
    case .owner: policy.owner
    case .severity: severity.rawValue
    case .rule: rule
    }
  }
}

internal import CatalogIndex
internal import FreshnessRules
package import ManifestModel

extension Catalog {
  /// How well the demand on each asset was kept, by name and id.
  ///
  /// Measured is from `over` ago, or from when the asset was first seen, until now. Bad is the time in which the newest
  /// materialization had expired, and that before the first one. Today's policy judges the past: pauses are not taken
  /// out, since they are not recorded; excepted dates are. Assets that are ignored or superseded are left out.
  ///
  /// ```swift
  /// for row in try catalog.serviceLevels(policy, over: .seconds(7 * 86400), below: 0.99).answer().rows {
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
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age, a span that is not more than 0 and a share
  ///   beyond 0 to 1.
  package func serviceLevels(
    _ policy: FreshnessPolicy, over: Duration = .seconds(30 * 86400), names: [String] = [], owners: [String] = [],
    severities: Set<FreshnessSeverity> = [], below: Double? = nil
  ) throws(CatalogError) -> Question<ServiceLevelRow> {
    let question = try question(policy, over, names, owners, severities, below)
    return Question(self, about: question.filter.scope) {
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
  /// - Throws: As ``serviceLevels(_:over:names:owners:severities:below:)``, and what reconciling and reading throw.
  package func serviceLevels(
    _ policy: FreshnessPolicy, by grouping: ServiceLevelGrouping, over: Duration = .seconds(30 * 86400),
    names: [String] = [], owners: [String] = [], severities: Set<FreshnessSeverity> = [], below: Double? = nil
  ) throws(CatalogError) -> Answer<ServiceLevelGroupRow> {
    let question = try question(policy, over, names, owners, severities, below)
    return try ask { reader, time throws(IndexError) in
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
        .filter { question.accepts($0.tally) }
        .sorted { left, right in
          guard let name = left.name else { return false }
          return right.name.map { name.precedesInBytes($0) } ?? true
        }
      return Answer(
        time,
        rows: rows.map { ServiceLevelGroupRow(group: $0.name, assetCount: $0.count, figures: $0.tally.figures) })
    }
  }

  private func question(
    _ policy: FreshnessPolicy, _ over: Duration, _ names: [String], _ owners: [String],
    _ severities: Set<FreshnessSeverity>, _ below: Double?
  ) throws(CatalogError) -> ServiceQuestion {
    try Self.check(policy)
    guard over > .zero else {
      throw CatalogError(.invalidArgument, "Nothing can be measured over \(over): give a span of more than 0.")
    }
    if let below, !(0...1).contains(below) {
      throw CatalogError(.invalidArgument, "A share is from 0 to 1, not \(below).")
    }
    return ServiceQuestion(
      judge: PolicyJudge(policy, owners: owners, severities: severities), filter: NameFilter(nil, names),
      over: over.microseconds, below: below.map { Percentage(millionths: Int64(($0 * 1_000_000).rounded())) },
      window: options.runningWindow.microseconds)
  }
}

/// A question on service levels, the same for rows and for groups.
private struct ServiceQuestion: Sendable {
  let judge: PolicyJudge
  let filter: NameFilter
  let over: Int64
  let below: Percentage?
  let window: Int64

  func cursor(_ time: AnswerTime) -> HistoryCursor {
    HistoryCursor(name: filter.bound, now: time.now, wishes: judge.wishes)
  }

  func row(_ history: AssetHistory, _ time: AnswerTime) -> ServiceLevelRow? {
    guard let (judgement, tally, durations) = measure(history, time) else { return nil }
    guard accepts(tally) else { return nil }
    return ServiceLevelRow(
      asset: history.asset, figures: tally.figures,
      historyFrom: history.firstSeen.map { Timestamp(microseconds: $0) },
      medianDurationMilliseconds: durations.isEmpty ? nil : DurationStatistics.nearestRank(of: durations, percent: 50),
      p95DurationMilliseconds: durations.isEmpty ? nil : DurationStatistics.nearestRank(of: durations, percent: 95),
      severity: judgement.severity, owner: judgement.policy.owner, rule: judgement.rule)
  }

  func accepts(_ tally: ServiceTally) -> Bool { below.map { tally.isBelow($0) } ?? true }

  /// `nil` for an asset that is not among those asked for, or of which nothing is demanded.
  func measure(
    _ history: AssetHistory, _ time: AnswerTime
  ) -> (judgement: Judgement, tally: ServiceTally, durations: [Int64])? {
    guard filter.contains(history.asset), let judgement = judge.judgement(of: history) else { return nil }
    let demand = judgement.policy.demand
    if demand.isIgnored || (demand.ids == .newest && history.isSuperseded) { return nil }
    let from = Timestamp(microseconds: time.now.saturatingSubtract(over))
    let memo = judge.serviceMemo(of: judgement.policy, from: from, to: time.generatedAt)
    let (tally, durations) = history.service(
      judgement.policy, from: from, to: time.generatedAt, window: window, memo)
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

internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel
internal import Synchronization

/// Says of each asset what a policy demands of it, for questions that go through assets by name.
final class PolicyJudge: Sendable {
  /// What must be told of each asset for it.
  let wishes: HistoryCursor.Wishes
  private let matcher: Mutex<PolicyMatcher>
  private let memos = Mutex(Memos())
  private let owners: [String]
  private let severities: Set<FreshnessSeverity>

  /// - Parameters:
  ///   - owners: whose assets are asked for; none for everybody's.
  ///   - severities: how much they matter; none for any.
  init(_ policy: FreshnessPolicy, owners: [String] = [], severities: Set<FreshnessSeverity> = []) {
    wishes = HistoryCursor.Wishes(
      artifacts: policy.policy.looksAtArtifacts, superseded: policy.policy.looksAtNewest)
    matcher = Mutex(PolicyMatcher(policy.policy))
    self.owners = owners
    self.severities = severities
  }

  /// What the policy says of an asset; `nil` for one that was not asked for.
  func judgement(of history: AssetHistory) -> Judgement? {
    let (index, policy, rule) = matcher.withLock { matcher in
      let index = matcher.index(of: history.asset) { history.artifacts }
      let policy = matcher.policies[index]
      return (index, policy, policy.demandRule.map { matcher.policy.rules[$0].title })
    }
    let judgement = Judgement(place: index, policy: policy, rule: rule)
    if !severities.isEmpty, !severities.contains(judgement.severity) { return nil }
    if !owners.isEmpty, !owners.contains(where: { policy.owner.hasSameBytes(as: $0) }) { return nil }
    return judgement
  }

  /// What decides whether an asset is due; one for all of which the policy says the same.
  ///
  /// - Parameter window: always the same.
  func terms(of judgement: Judgement, window: Int64, isSuperseded: Bool) -> DueRow.Terms {
    memos.withLock { memos in
      let key = 2 * judgement.place + (isSuperseded ? 1 : 0)
      if let terms = memos.terms[key] { return terms }
      let terms = DueRow.Terms(judgement.policy, window: window, isSuperseded: isSuperseded)
      memos.terms[key] = terms
      return terms
    }
  }

  /// What was found out for other assets of a demand, of which there is one for each rule and one for the top.
  private struct Memos {
    /// More ticks than these are not held.
    static let mostTicks = 1_000_000

    var due: [Int?: DueMemo] = [:]
    /// By the place of what the policy says, twice, and one more for what is superseded.
    var terms: [Int: DueRow.Terms] = [:]
    var services: [Int?: ServiceMemo] = [:]
    var ticks = 0
  }

  /// Calls `body` with what was found out for other assets of the same demand.
  ///
  /// - Parameter now: always the same.
  func withDueMemo<R>(of policy: AssetPolicy, at now: Timestamp, _ body: (inout DueMemo) -> R) -> R {
    memos.withLock { memos in
      var memo = memos.due[policy.demandRule] ?? DueMemo(policy.demand, now: now)
      defer { memos.due[policy.demandRule] = memo }
      return body(&memo)
    }
  }

  /// What is known of the ticks of a demand, be it that they are too many to hold; `nil` where there are none.
  ///
  /// - Parameters:
  ///   - from: always the same.
  ///   - end: always the same.
  func serviceMemo(of policy: AssetPolicy, from: Timestamp, to end: Timestamp) -> ServiceMemo? {
    guard policy.demand.deadline != nil else { return nil }
    return memos.withLock { memos in
      if let memo = memos.services[policy.demandRule] { return memo }
      guard let memo = ServiceMemo(policy.demand, from: from, to: end) else { return nil }
      memos.ticks += memo.count
      if memos.ticks > Memos.mostTicks {
        memos.services = [:]
        memos.ticks = memo.count
      }
      memos.services[policy.demandRule] = memo
      return memo
    }
  }
}

/// What a policy says of one asset, and what it calls the rule that the demand comes from.
struct Judgement: Sendable {
  /// The same for all assets of which the policy says the same.
  let place: Int
  let policy: AssetPolicy
  /// `nil` where no rule makes a demand.
  let rule: String?

  var severity: FreshnessSeverity { policy.severity }
}

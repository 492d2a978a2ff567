internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel
internal import Synchronization

/// Says of each asset what a policy demands of it, for questions that go through assets by name.
final class PolicyJudge: Sendable {
  /// What must be told of each asset for it.
  let wishes: HistoryCursor.Wishes
  private let matcher: Mutex<PolicyMatcher>
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
    let (policy, rule) = matcher.withLock { matcher in
      let index = matcher.index(of: history.asset) { history.artifacts }
      let policy = matcher.policies[index]
      return (policy, policy.demandRule.map { matcher.policy.rules[$0].title })
    }
    let judgement = Judgement(policy: policy, rule: rule)
    if !severities.isEmpty, !severities.contains(judgement.severity) { return nil }
    if !owners.isEmpty, !owners.contains(where: { policy.owner.hasSameBytes(as: $0) }) { return nil }
    return judgement
  }
}

/// What a policy says of one asset, and what it calls the rule that the demand comes from.
struct Judgement: Sendable {
  let policy: AssetPolicy
  /// `nil` where no rule makes a demand.
  let rule: String?

  var severity: FreshnessSeverity { FreshnessSeverity(policy.severity) }
}

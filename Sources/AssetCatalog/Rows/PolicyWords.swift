internal import FreshnessRules
internal import ManifestModel

/// What a policy says of assets. Those that the same rules match share it, so that a row is small.
final class PolicyWords: Sendable {
  let rule: String?
  let ruleLine: Int?
  let severity: FreshnessSeverity
  let hasChecks: Bool
  let policy: AssetPolicy

  init(_ words: AssetPolicy, of policy: Policy) {
    let rule = words.demandRule.map { policy.rules[$0] }
    let line = rule?.place.line ?? 0
    self.rule = rule?.title
    ruleLine = line > 0 ? line : nil
    severity = words.severity
    hasChecks = words.hasChecks
    self.policy = words
  }
}

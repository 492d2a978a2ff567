internal import ManifestModel

/// Which assets the rules of a policy match, and which rule decides what is demanded of them.
package struct PolicyCensus: Sendable {
  /// How many assets match each rule.
  package private(set) var matched: [Int]
  /// Of how many assets the demand comes from each rule.
  package private(set) var decided: [Int]
  /// Of how many it comes from the top of the file, or from nobody.
  package private(set) var others = 0
  /// For each rule with a demand, the rules that decide instead of it, and of how many assets.
  private var hiding: [[Int: Int]]

  package init(_ policy: Policy) {
    matched = Array(repeating: 0, count: policy.rules.count)
    decided = matched
    hiding = Array(repeating: [:], count: policy.rules.count)
  }

  /// Counts an asset of which the policy says this.
  package mutating func count(_ asset: AssetPolicy, _ policy: Policy) {
    for rule in asset.rules {
      matched[rule] += 1
      if let decider = asset.demandRule, decider < rule, policy.rules[rule].part.demand != nil {
        hiding[rule][decider, default: 0] += 1
      }
    }
    if let decider = asset.demandRule { decided[decider] += 1 } else { others += 1 }
  }

  /// The rule that hides another one most often; the first of several.
  package func hider(of rule: Int) -> Int? {
    hiding[rule].max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
  }
}

package import ManifestModel

/// What a policy says of one asset, with everything inherited.
package struct AssetPolicy: Sendable {
  package var demand: Demand
  /// The rule that the demand comes from; `nil`: the top of the file, or nobody.
  package var demandRule: Int?
  /// All rules that match, in their order.
  package var rules: [Int]
  package var owner: String?
  package var note: String?
  package var runbook: String?
  package var severity: FreshnessSeverity
  package var target: Percentage?
  package var maxFailures: PolicyCheck<Int>?
  package var successRate: PolicyCheck<SuccessRate>?
  /// In microseconds.
  package var maxDuration: PolicyCheck<Int64>?
  /// In microseconds.
  package var runTimeout: Int64?
  package var slow: PolicyCheck<DurationStatistics.Tolerance>?
  /// What the question on slow runs goes by, which needs no check: without one the usual tolerance; `nil` where `null`
  /// takes it away.
  package var tolerance: DurationStatistics.Tolerance?
  package var rows: PolicyCheck<CountBounds>?
  package var bytes: PolicyCheck<CountBounds>?
  package var schema: PolicyCheck<Bool>?
  package var retry: RetryRule
}

extension Policy {
  /// What the policy says of an asset that these rules match, in their order.
  package func resolved(_ rules: [Int]) -> AssetPolicy {
    let parts = rules.map { self.rules[$0].part } + [top]
    func said<Value>(_ setting: (Part) -> Setting<Value>) -> Setting<Value> {
      for part in parts {
        let setting = setting(part)
        if case .inherited = setting { continue }
        return setting
      }
      return .inherited
    }
    func first<Value>(_ setting: (Part) -> Setting<Value>) -> Value? { said(setting).value }
    let tolerance: DurationStatistics.Tolerance? =
      switch said(\.checks.slow) {
      case .inherited: DurationStatistics.Tolerance()
      case .removed: nil
      case .value(let check): check.limit
      }
    let demandRule = rules.first { self.rules[$0].part.demand != nil }
    return AssetPolicy(
      demand: demandRule.flatMap { self.rules[$0].part.demand } ?? top.demand ?? .standard, demandRule: demandRule,
      rules: rules, owner: first(\.labels.owner), note: first(\.labels.note), runbook: first(\.labels.runbook),
      severity: first(\.labels.severity) ?? .normal, target: first(\.labels.target),
      maxFailures: first(\.checks.maxFailures), successRate: first(\.checks.successRate),
      maxDuration: first(\.checks.maxDuration), runTimeout: first(\.checks.runTimeout), slow: first(\.checks.slow),
      tolerance: tolerance, rows: first(\.checks.rows), bytes: first(\.checks.bytes),
      schema: first(\.checks.schema), retry: first(\.retry) ?? RetryRule())
  }

  /// Where the value of a key comes from for an asset that these rules match: a rule, or `nil` for the top; and the
  /// place.
  ///
  /// `nil` where nobody says it.
  package func origin(of key: String, _ rules: [Int]) -> (rule: Int?, place: PlacedJSON.Place)? {
    if PolicyKeys.demand.contains(key) {
      let rule = rules.first { self.rules[$0].part.demand != nil }
      if let rule, let place = self.rules[rule].part.places[key] { return (rule, place) }
      // The zone is inherited into every demand.
      guard rule == nil || key == "timezone" else { return nil }
      return top.places[key].map { (nil, $0) }
    }
    for rule in rules {
      if let place = self.rules[rule].part.places[key] { return (rule, place) }
    }
    return top.places[key].map { (nil, $0) }
  }
}

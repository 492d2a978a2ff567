package import FreshnessRules
public import ManifestModel

/// How old assets may be, or by when they must be there.
///
/// ```swift
/// let policy = FreshnessPolicy(
///   maxAge: .seconds(86400),
///   rules: [.init(name: "gold.*", maxAge: .seconds(3600), warnAfter: .seconds(2700))])
/// let shared = try FreshnessPolicy(contentsOf: "/srv/storage/freshness.yaml")
/// ```
public struct FreshnessPolicy: Sendable {
  /// A rule for the assets whose name matches.
  public struct Rule: Sendable {
    /// A GLOB over the asset's name: `*`, `?`, `[a-z]`, as SQLite's GLOB, by case.
    public var name: String
    /// The age from which such an asset is stale.
    public var maxAge: Duration
    /// The age from which to warn of such an asset; `nil`: no warning.
    public var warnAfter: Duration?

    /// A rule from its parts.
    public init(name: String, maxAge: Duration, warnAfter: Duration? = nil) {
      self.name = name
      self.maxAge = maxAge
      self.warnAfter = warnAfter
    }
  }

  /// Whether the rows of assets that are not fine tell why: from the runs of each, which takes its time.
  ///
  /// A policy read from a file tells, one of ages alone does not, unless it is asked to. Checks that a file names are
  /// computed in any case.
  package var tellsReasons: Bool

  /// What it demands of whom.
  package private(set) var policy: Policy

  /// A policy of ages.
  ///
  /// - Parameters:
  ///   - maxAge: the age from which an asset is stale that no rule matches.
  ///   - warnAfter: the age from which to warn of such an asset; `nil`: no warning.
  ///   - rules: the first one that matches an asset's name is the one that counts. A pattern that is none matches
  ///     nothing.
  public init(maxAge: Duration, warnAfter: Duration? = nil, rules: [Rule] = []) {
    var policy = Policy()
    policy.top.demand = Demand(maxAge: maxAge, warnAfter: warnAfter)
    policy.rules = rules.map { rule in
      var part = Policy.Part()
      part.demand = Demand(maxAge: rule.maxAge, warnAfter: rule.warnAfter)
      let pattern = try? GlobPattern(rule.name)
      return Policy.Rule(
        names: pattern.map { [$0] } ?? [], ids: nil, artifacts: nil, title: rule.name,
        place: PlacedJSON.Place(line: 0, column: 0), part: part)
    }
    self.policy = policy
    tellsReasons = false
  }

  /// The policy of a file that was read.
  package init(_ policy: Policy) {
    self.policy = policy
    tellsReasons = true
  }

  /// This policy with another maximum age, another age to warn after, or both in the place of what it demands of assets
  /// that none of its rules makes a demand on.
  ///
  /// ```swift
  /// let patient = policy.demanding(maxAge: .seconds(7 * 86400))
  /// ```
  ///
  /// - Parameters:
  ///   - maxAge: `nil`: as it is, and 24 hours where there is none.
  ///   - warnAfter: `nil`: as it is, where that is shorter than the maximum age, else no warning.
  package func demanding(maxAge: Duration?, warnAfter: Duration? = nil) -> FreshnessPolicy {
    guard maxAge != nil || warnAfter != nil else { return self }
    let present = policy.top.demand ?? .standard
    let age = maxAge?.microseconds ?? present.maxAge ?? Demand.standard.maxAge
    let warning = warnAfter?.microseconds ?? present.warnAfter.flatMap { $0 < age ?? .max ? $0 : nil }
    var copy = self
    copy.policy.top.demand = Demand(maxAge: age, warnAfter: warning)
    return copy
  }

  /// Until when a materialization of an asset is good; it is stale from then on. `nil`: for ever, or nothing is
  /// demanded.
  ///
  /// ```swift
  /// let end = policy.expires(materialized, of: AssetIdentifier(name: "gold.revenue", id: "1"))
  /// ```
  ///
  /// Rules that look at the paths of artifacts match nothing here.
  public func expires(_ materialized: Timestamp, of asset: AssetIdentifier) -> Timestamp? {
    var matcher = PolicyMatcher(policy)
    let demand = matcher.policies(of: asset).demand
    return demand.isIgnored ? nil : demand.terms(of: materialized).expires
  }
}

extension Demand {
  fileprivate init(maxAge: Duration, warnAfter: Duration?) {
    self.init(maxAge: maxAge.microseconds, warnAfter: warnAfter?.microseconds)
  }
}

extension PolicyMatcher {
  fileprivate mutating func policies(of asset: AssetIdentifier) -> AssetPolicy {
    let index = index(of: asset)
    return policies[index]
  }
}

/// How old assets may be.
///
/// ```swift
/// let policy = FreshnessPolicy(
///   maxAge: .seconds(86400),
///   rules: [.init(name: "gold.*", maxAge: .seconds(3600), warnAfter: .seconds(2700))])
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

  /// The age from which an asset is stale that no rule matches.
  public var maxAge: Duration
  /// The age from which to warn of an asset that no rule matches; `nil`: no warning.
  public var warnAfter: Duration?
  /// The first rule that matches an asset's name is the one that counts.
  public var rules: [Rule]

  /// A policy from its parts.
  public init(maxAge: Duration, warnAfter: Duration? = nil, rules: [Rule] = []) {
    self.maxAge = maxAge
    self.warnAfter = warnAfter
    self.rules = rules
  }
}

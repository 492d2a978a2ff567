/// How old assets may be.
public struct FreshnessPolicy: Sendable {
  /// A rule for the assets whose name matches.
  public struct Rule: Sendable {
    /// A GLOB over the asset's name: `*`, `?`, `[a-z]`, as SQLite's GLOB, by bytes and case.
    public var name: String
    public var maxAge: Duration
    /// `nil`: no warning.
    public var warnAfter: Duration?

    public init(name: String, maxAge: Duration, warnAfter: Duration? = nil) {
      self.name = name
      self.maxAge = maxAge
      self.warnAfter = warnAfter
    }
  }

  /// For assets that no rule matches.
  public var maxAge: Duration
  public var warnAfter: Duration?
  /// The first rule that matches an asset's name is the one that counts.
  public var rules: [Rule]

  public init(maxAge: Duration, warnAfter: Duration? = nil, rules: [Rule] = []) {
    self.maxAge = maxAge
    self.warnAfter = warnAfter
    self.rules = rules
  }
}

internal import FreshnessRules

extension FreshnessPolicy {
  /// The policy as the rules know it.
  ///
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age and for a pattern that cannot be read.
  func checkedRules() throws(CatalogError) -> Policy {
    try AssetCatalog.check(self)
    do throws(TextError) {
      return try Policy(
        maxAge: maxAge.microseconds, warnAfter: warnAfter?.microseconds,
        rules: rules.map { ($0.name, $0.maxAge.microseconds, $0.warnAfter?.microseconds) })
    } catch {
      throw CatalogError(.invalidArgument, "A rule of the policy has no pattern: \(error.message).")
    }
  }
}

extension Policy {
  /// A policy of ages alone, in microseconds; the first rule whose pattern matches counts.
  package init(
    maxAge: Int64, warnAfter: Int64?, rules: [(pattern: String, maxAge: Int64, warnAfter: Int64?)]
  ) throws(TextError) {
    top.demand = Demand(maxAge: maxAge, warnAfter: warnAfter)
    for rule in rules {
      var result = Rule(
        names: [try GlobPattern(rule.pattern)], title: rule.pattern, place: PlacedJSON.Place(line: 0, column: 0))
      result.part.demand = Demand(maxAge: rule.maxAge, warnAfter: rule.warnAfter)
      self.rules.append(result)
    }
  }
}

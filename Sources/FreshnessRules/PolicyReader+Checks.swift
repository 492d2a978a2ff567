/// The keys that say what is checked, and how often to try again.
extension PolicyReader {
  mutating func checks(_ keys: PolicyKeys) -> Policy.Checks {
    var checks = Policy.Checks()
    checks.maxFailures = setting(keys["max_failures"]) { reader, tree in
      reader.check(tree, "max_failures") { reader, tree in
        reader.integer(tree, "max_failures", from: 1, through: 1_000_000).map(Int.init)
      }
    }
    checks.maxDuration = setting(keys["max_duration"]) { reader, tree in
      reader.check(tree, "max_duration") { $0.positive($1, "max_duration", "2h") }
    }
    checks.runTimeout = setting(keys["run_timeout"]) { $0.positive($1, "run_timeout", "6h") }
    checks.schema = setting(keys["schema"]) { reader, tree in
      reader.check(tree, "schema", isAlwaysOn: true) { $0.isTrue($1, "schema") ? true : nil }
    }
    checks.successRate = setting(keys["success_rate"]) { $0.successRate($1) }
    checks.slow = setting(keys["slow"]) { $0.slow($1) }
    checks.rows = setting(keys["rows"]) { $0.bounds($1, "rows") }
    checks.bytes = setting(keys["bytes"]) { $0.bounds($1, "bytes") }
    return checks
  }

  mutating func positive(_ tree: PolicyTree, _ key: String, _ example: String) -> Int64? {
    guard let duration = duration(tree, key, example) else { return nil }
    guard duration > 0 else {
      complain(tree.offset, "'\(key)' is 0; write a duration such as \(example)\(Self.orNull(key))")
      return nil
    }
    return duration
  }

  /// A check of one value: the value alone, or a map of `value` and `level`.
  private mutating func check<Limit>(
    _ tree: PolicyTree, _ key: String, isAlwaysOn: Bool = false,
    _ read: (inout PolicyReader, PolicyTree) -> Limit?
  ) -> PolicyCheck<Limit>? {
    guard case .map = tree.content else { return read(&self, tree).map { PolicyCheck($0) } }
    guard let keys = PolicyKeys(tree, ["value", "level"], "'\(key)'", &complaints) else { return nil }
    let level = isError(keys)
    let value = keys["value"] ?? (isAlwaysOn ? PolicyTree(offset: tree.offset, content: .text("true")) : nil)
    guard let value else {
      complain(tree.offset, "'\(key)' has no 'value'; add one, or write the value alone")
      return nil
    }
    return read(&self, value).map { PolicyCheck($0, isError: level) }
  }

  private enum Level: String, CaseIterable {
    case warn, error
  }

  private mutating func isError(_ keys: PolicyKeys) -> Bool {
    guard let tree = keys["level"] else { return false }
    return word(tree, "level", Level.self) == .error
  }

  private mutating func successRate(_ tree: PolicyTree) -> PolicyCheck<SuccessRate>? {
    guard let keys = PolicyKeys(tree, ["min", "runs", "level"], "'success_rate'", &complaints) else { return nil }
    let isError = isError(keys)
    let runs = keys["runs"] == nil ? 20 : integer(keys["runs"], "runs", from: 5, through: 10_000)
    if keys["min"] == nil { complain(tree.offset, "'success_rate' has no 'min'; add one, as in {min: 95%}") }
    guard let min = percentage(keys["min"], "min", "95%", most: 1_000_000), let runs else { return nil }
    return PolicyCheck(SuccessRate(min: min, runs: Int(runs)), isError: isError)
  }

  private mutating func slow(_ tree: PolicyTree) -> PolicyCheck<DurationStatistics.Tolerance>? {
    guard let keys = PolicyKeys(tree, ["deviations", "at_least", "level"], "'slow'", &complaints) else { return nil }
    var tolerance = DurationStatistics.Tolerance()
    if let tree = keys["deviations"] {
      if case .text(let text) = tree.content, text.utf8.count <= 9,
        text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), let number = Double(text),
        number > 0, number <= 1_000
      {
        tolerance.deviations = number
      } else {
        complain(tree.offset, "'deviations' is \(described(tree)); write a number such as 5, at most 1000")
      }
    }
    if let atLeast = duration(keys["at_least"], "at_least", "1m") { tolerance.atLeast = atLeast / 1_000 }
    return PolicyCheck(tolerance, isError: isError(keys))
  }

  private mutating func bounds(_ tree: PolicyTree, _ key: String) -> PolicyCheck<CountBounds>? {
    let known = ["min", "max", "max_drop", "max_rise", "level"]
    guard let keys = PolicyKeys(tree, known, "'\(key)'", &complaints) else { return nil }
    let bounds = CountBounds(
      min: integer(keys["min"], "min", from: 0, through: .max),
      max: integer(keys["max"], "max", from: 0, through: .max),
      maxDrop: percentage(keys["max_drop"], "max_drop", "50%", most: 1_000_000),
      maxRise: percentage(keys["max_rise"], "max_rise", "200%", most: 1_000_000_000))
    if !keys.members.contains(where: { $0.key != "level" }) {
      complain(tree.offset, "'\(key)' holds no bound; add one, as in {min: 1, max_drop: 50%}")
    }
    if let min = bounds.min, let max = bounds.max, min > max {
      complain(
        keys["min"]?.offset ?? tree.offset, "'min' is larger than 'max', so nothing would be right; exchange them")
    }
    return PolicyCheck(bounds, isError: isError(keys))
  }

  mutating func retry(_ tree: PolicyTree) -> RetryRule? {
    guard let keys = PolicyKeys(tree, ["first", "max", "limit"], "'retry'", &complaints) else { return nil }
    var retry = RetryRule()
    if let first = keys["first"] { retry.first = positive(first, "first", "5m") ?? retry.first }
    if let max = keys["max"] { retry.max = positive(max, "max", "6h") ?? retry.max }
    if keys["limit"] != nil { retry.limit = integer(keys["limit"], "limit", from: 1, through: 1_000_000).map(Int.init) }
    if retry.first > retry.max, keys["first"] != nil || keys["max"] != nil {
      complain(
        (keys["first"] ?? keys["max"])?.offset ?? tree.offset,
        "'first' is longer than 'max', so the wait would never grow; shorten it")
    }
    return retry
  }
}

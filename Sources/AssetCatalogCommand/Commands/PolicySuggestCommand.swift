import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// `asset-catalog policy suggest`.
struct PolicySuggestCommand: CatalogCommand {
  static let configuration = CommandConfiguration(
    commandName: "suggest",
    abstract: "A first policy file, from the assets' own past.",
    discussion: HelpText.discussion(
      """
      Prints a file; read it before you use it. Assets are taken together by the first part of their names. Each needs \
      at least 8 intervals between materializations; of the last 30 it takes 1.25 times the 95th percentile, or 1.5 \
      times the median if that is more. A group gets the median of what its assets need, rounded up to an age that \
      people write; what differs from it by more than a factor of 1.5 gets a rule of its own.
      """,
      examples: ["asset-catalog policy suggest > freshness.yaml", "asset-catalog policy suggest --name 'bronze.*'"]))

  @OptionGroup var name: NameOptions
  @OptionGroup var freshIndex: FreshIndexOptions
  @OptionGroup var globals: GlobalOptions

  func reconciling() throws(CommandFailure) -> Catalog.Reconciling { try freshIndex.reconciling() }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    var pages = try session.catalog().materializations(names: name.names).pages()
    var groups: [String: SuggestedGroup] = [:]
    try pages.forEach { row in
      let times = row.times.filter { $0 <= session.now }
      // Names are told apart by their bytes, and so are groups: a key of another spelling is another text in
      // hexadecimal.
      let first = row.asset.name.prefix { $0 != "." }
      let key = first.utf8.map { String($0, radix: 16) }.joined(separator: " ")
      groups[key, default: SuggestedGroup(String(first))]
        .add(row.asset, SuggestedAge.need(times.map(\.microseconds)))
    }
    session.clearProgress()
    write(groups.sorted { $0.key < $1.key }.map(\.value), session, to: &output)
    return try session.status(.success, unlessUnmatched: name.names)
  }

  private func write(_ groups: [SuggestedGroup], _ session: Session, to output: inout ByteSink) {
    output.append("# Suggested by asset-catalog on \(session.now) from the past of the assets; look at each line.\n")
    output.append("version: 1\nmax_age: 24h\n")
    let rules = groups.flatMap(\.rules)
    if rules.isEmpty {
      output.append("# No asset has \(SuggestedAge.needed) intervals between materializations yet.\n")
      return
    }
    output.append("rules:\n")
    for rule in rules {
      output.append("  # \(rule.remark)\n")
      for (index, line) in rule.patterns.enumerated() {
        output.append(index == 0 ? "  - " : "    ")
        output.append(line.key)
        output.append(": ")
        output.appendJSON(line.pattern)
        output.append("\n")
      }
      output.append("    max_age: \(DurationText.text(rule.age))\n")
    }
  }
}

/// Assets whose names begin with the same part, and what each of them needs.
private struct SuggestedGroup {
  struct Rule {
    let patterns: [(key: String, pattern: String)]
    let age: Int64
    let remark: String
  }

  private let part: String
  private var needs: [(asset: AssetIdentifier, need: Int64)] = []
  private var count = 0
  private var hasPlainName = false
  private var hasLongerName = false

  init(_ part: String) {
    self.part = part
  }

  mutating func add(_ asset: AssetIdentifier, _ need: Int64?) {
    count += 1
    if asset.name.utf8.count == part.utf8.count { hasPlainName = true } else { hasLongerName = true }
    if let need { needs.append((asset, need)) }
  }

  /// First those of single assets, then that of the group; none where too little is known.
  var rules: [Rule] {
    guard !needs.isEmpty else { return [] }
    let group = SuggestedAge.need(ofGroup: needs.map(\.need))
    let age = SuggestedAge.age(group)
    let own = needs.filter { SuggestedAge.differs($0.need, from: group) && SuggestedAge.age($0.need) != age }
    let exact = GlobPattern.exactly(part)
    let all: [Rule] = [(hasPlainName, exact), (hasLongerName, exact + ".*")].filter(\.0).map { pattern in
      Rule(
        patterns: [("name", pattern.1)], age: age,
        remark: "\(needs.count) of \(count) assets have a past that is long enough")
    }
    return own.map { asset, need in
      Rule(
        patterns: [("name", GlobPattern.exactly(asset.name)), ("id", GlobPattern.exactly(asset.id))],
        age: SuggestedAge.age(need), remark: "unlike the others whose names begin so")
    } + all
  }
}

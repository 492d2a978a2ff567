import AssetCatalog
import ManifestModel

/// A report as Markdown: what has to be known first, for a chat or a job's summary.
struct MarkdownReport {
  let totals: ReportTotals
  /// What is not well, the worst first.
  private let shown: Foremost<Rank, FreshnessRow>
  private let failures: FailureGroups
  private let columns: [Column<FreshnessRow>]

  private struct Rank: Comparable {
    let level: FreshnessLevel
    let severity: FreshnessSeverity

    static func < (left: Rank, right: Rank) -> Bool {
      left.level != right.level ? left.level > right.level : left.severity > right.severity
    }
  }

  init(_ session: Session, _ used: PolicyInUse) throws(CatalogError) {
    var policy = used.policy
    policy.tellsReasons = true
    (totals, shown, failures) = try session.catalog().inOneMoment { catalog throws(CatalogError) in
      var shown = Foremost<Rank, FreshnessRow>(MarkdownForm.mostRows)
      var failures = FailureGroups()
      let assets = try catalog.reportQuestion(policy, inOrderOfNames: false) { _ in false }.pages()
      let totals = try ReportTotals(of: catalog, assets, policy.policy) { failure in
        guard failure.outcome != .overrun else { return }
        failures.add(failure.error ?? failure.outcome.rawValue, failure.asset.name)
      } each: { row in
        if row.level != .ok { shown.offer(Rank(level: row.level, severity: row.severity)) { row } }
      }
      return (totals, shown, failures)
    }.answers
    columns = Column.freshness(tellsWhy: used.file != nil).filter { $0.title != nil }
  }

  /// - Parameter link: where the page lies, for links to its assets.
  func write(link: ReportLink?, to output: inout ByteSink) throws {
    output.append(verdict())
    if shown.count > 0 {
      output.append("\n")
      MarkdownForm.writeTable(columns, shown.elements, cell: { Self.cell($0, $1, link) }, to: &output)
      let rest = shown.count - shown.limit
      if rest > 0 { output.append("\nand \(HumanText.count(rest)) more\n") }
    }
    if totals.failureCount > 0 {
      let runs = HumanText.count(totals.failureCount, "run")
      output.append("\n\(runs) failed or never came back in the last 24 hours.\n")
      failures.write(to: &output)
    }
    if !totals.problems.isEmpty {
      let kinds = totals.problemKinds.filter { $0.count > 0 }
      output.append(
        "\n\(HumanText.count(totals.problems.count, "problem")) in the tree: "
          + "\(MarkdownText.line(Cell.counts(kinds).humanText)).\n")
    }
    try output.drain()
  }

  private func verdict() -> String {
    let bad = totals.count(.error)
    let total = totals.assetCount
    let sentence =
      if total == 0 {
        "There are no assets"
      } else if bad > 0 {
        "\(HumanText.count(bad)) of \(HumanText.count(total, "asset")) \(bad == 1 ? "needs" : "need") somebody"
      } else {
        "No asset of \(HumanText.count(total)) needs somebody"
      }
    let counts = Cell.counts(totals.states.filter { $0.count > 0 }).humanText
    let asOf = totals.asOf.map { " As of \(HumanText.time($0))." } ?? ""
    let gaps = Session.sentences(on: totals.gaps).map { " " + MarkdownText.line($0) }.joined()
    return "**\(sentence)**\(counts.isEmpty ? "" : ": \(counts)").\(asOf)\(gaps)\n"
  }

  private static func cell(_ column: Column<FreshnessRow>, _ row: FreshnessRow, _ link: ReportLink?) -> String {
    let text = column.markdownText(row)
    guard column.key == "asset_name", let link else { return text }
    return "[\(text)](\(link.target(row.asset)))"
  }
}

/// The address of a page, and of each asset on it.
struct ReportLink: Sendable {
  private let base: String

  /// - Returns: `nil` for what is no http(s) address.
  init?(_ text: String) {
    let isWeb = text.hasPrefix("https://") || text.hasPrefix("http://")
    guard isWeb, !text.contains("#"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    // What would end a link in Markdown.
    base = text.utf8.reduce(into: "") { result, byte in
      let isMark = "()<>\"\\`|[]*_".utf8.contains(byte)
      result += isMark ? Self.percent(byte) : String(UnicodeScalar(byte))
    }
  }

  /// `BASE#asset=NAME/ID`, with the id of the asset's element on the page to the letter.
  func target(_ asset: AssetIdentifier) -> String {
    var sink = ByteSink(descriptor: nil)
    sink.append("\(base)#")
    sink.appendAnchor(asset)
    return String(decoding: sink.bytes, as: UTF8.self)
  }

  private static func percent(_ byte: UInt8) -> String {
    "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}

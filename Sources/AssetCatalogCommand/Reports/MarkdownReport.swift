import AssetCatalog
import ManifestModel

/// A report as Markdown: what has to be known first, for a chat or a job's summary.
struct MarkdownReport {
  /// Where the page lies, for links to its assets.
  var link: ReportLink?

  func write(_ facts: ReportFacts, to output: inout ByteSink) throws {
    output.append(verdict(facts))
    let shown = facts.assets.filter { $0.level != .ok }.sorted {
      $0.level != $1.level ? $0.level > $1.level : $0.severity > $1.severity
    }
    if !shown.isEmpty {
      output.append("\n")
      let columns = Column.freshness(tellsWhy: facts.tellsWhy).filter { $0.title != nil }
      MarkdownForm.writeTable(columns, Array(shown.prefix(MarkdownForm.mostRows)), cell: cell, to: &output)
      let rest = shown.count - MarkdownForm.mostRows
      if rest > 0 { output.append("\nand \(HumanText.count(rest)) more\n") }
    }
    var failures = FailureGroups()
    for failure in facts.failures where failure.outcome != .overrun {
      failures.add(failure.error ?? failure.outcome.rawValue, failure.asset.name)
    }
    if facts.failureCount > 0 {
      output.append("\n\(HumanText.count(facts.failureCount, "run")) failed or never came back in the last 24 hours.\n")
      failures.write(to: &output)
    }
    if !facts.problems.isEmpty {
      let kinds = facts.problemKinds.filter { $0.count > 0 }
      output.append(
        "\n\(HumanText.count(facts.problems.count, "problem")) in the tree: "
          + "\(MarkdownText.line(Cell.counts(kinds).humanText)).\n")
    }
    try output.drain()
  }

  private func verdict(_ facts: ReportFacts) -> String {
    let bad = facts.assets.count { $0.level == .error }
    let total = facts.assets.count
    let sentence =
      if total == 0 {
        "There are no assets"
      } else if bad > 0 {
        "\(HumanText.count(bad)) of \(HumanText.count(total, "asset")) \(bad == 1 ? "needs" : "need") somebody"
      } else {
        "No asset of \(HumanText.count(total)) needs somebody"
      }
    let counts = Cell.counts(facts.states.filter { $0.count > 0 }).humanText
    let asOf = facts.asOf.map { " As of \(HumanText.time($0))." } ?? ""
    let gaps = Session.sentences(on: facts.gaps).map { " " + MarkdownText.line($0) }.joined()
    return "**\(sentence)**\(counts.isEmpty ? "" : ": \(counts)").\(asOf)\(gaps)\n"
  }

  private func cell(_ column: Column<FreshnessRow>, _ row: FreshnessRow) -> String {
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

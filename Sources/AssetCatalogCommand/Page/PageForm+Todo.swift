import AssetCatalog
import FreshnessRules
import ManifestModel

/// What has to be done: the verdict, a card for each asset that needs somebody, what expires soon, and whose it is.
extension PageForm {
  static func writeVerdict(_ report: MorningReport, to output: inout ByteSink) {
    let (now, overview) = (report.generatedAt, report.overview)
    let count = overview.cards.count
    let worst: FreshnessState =
      overview.hasStale
      ? .stale
      : overview.cards.elements.first?.asset.state
        ?? (report.assets.count == 0 ? .ignored : overview.soon.count == 0 ? .fresh : .warn)
    output.append("<div class=\"verdict\"><h1>")
    output.appendMark(worst, isNamed: false)
    switch (count, report.assets.count == 0) {
    case (_, true): output.append("There are no assets")
    case (0, _): output.append("Nothing needs somebody")
    case (1, _): output.append("1 asset needs somebody")
    default: output.append("\(HumanText.count(count)) assets need somebody")
    }
    output.append("</h1><p class=\"sub\">")
    var isFirst = true
    func dot() {
      if !isFirst { output.append(" · ") }
      isFirst = false
    }
    if overview.criticalCount > 0 {
      dot()
      output.append("<b>\(HumanText.count(overview.criticalCount)) critical</b>")
    }
    if overview.newCount > 0 {
      dot()
      output.append("\(HumanText.count(overview.newCount)) new since yesterday")
    }
    if let longest = overview.longestLate {
      dot()
      output.append("longest late \(span(longest.since, now)): ")
      writeLink(longest.place, report.assets, to: &output)
    }
    if let next = overview.nextToExpire, next.until <= .latest {
      dot()
      output.append("next to expire ")
      output.appendTime(next.until, from: now)
      output.append(": ")
      writeLink(next.place, report.assets, to: &output)
    }
    output.append("</p></div>\n")
  }

  static func writeTodo(_ report: MorningReport, to output: inout ByteSink) throws(OutputError) {
    let cards = report.overview.cards
    output.append("<section class=\"todo\"><h2>Needs somebody <span>\(HumanText.count(cards.count))</span></h2>\n")
    if cards.count == 0 { output.append("<p class=\"empty\">Nothing is late, and nothing is missing.</p>") }
    for card in cards.elements {
      writeCard(card, report, to: &output)
      try output.drainIfFull()
    }
    more(cards.count, than: cards.limit, "p", to: &output)
    output.append("</section>\n")
  }

  private static func writeCard(_ card: PageOverview.Shown, _ report: MorningReport, to output: inout ByteSink) {
    let (asset, now) = (card.asset, report.generatedAt)
    output.append("<details class=\"card \(asset.state.rawValue)\" id=\"")
    output.appendAnchor(asset.asset)
    output.append("\"><summary><span class=\"who\">")
    output.appendMark(asset.state, isNamed: true)
    output.append("<span class=\"n\">")
    writeName(card.place, report.assets, to: &output)
    output.append("</span>")
    if asset.severity != .normal {
      output.append("<span class=\"sev \(asset.severity.rawValue)\">\(asset.severity.rawValue)</span>")
    }
    if let owner = asset.owner {
      output.append("<span class=\"own\">")
      output.appendHTML(owner)
      output.append("</span>")
    }
    output.append("</span><span class=\"late\">")
    switch (asset.state, asset.staleSince) {
    case (.never, _): output.append("<b>never</b> there")
    case (.unknown, _): output.append("<b>unknown</b>")
    case (_, let since?): output.append("<b>\(span(since, now))</b> late")
    default: output.append(asset.state.rawValue)
    }
    output.append("</span><span class=\"why\">")
    output.appendPhrase(asset.why, from: now)
    if let error = asset.lastFailure?.error.map(ErrorText.firstLine), !error.isEmpty {
      output.append("<span class=\"err\">")
      output.appendHTML(error)
      output.append("</span>")
    }
    output.append("</span><span class=\"hist\">")
    output.appendStrip(asset.runs[...])
    output.append("</span></summary>\n")
    writeDetails(asset, report, to: &output)
    output.append("</details>\n")
  }

  private static func writeDetails(_ asset: MorningReport.Asset, _ report: MorningReport, to output: inout ByteSink) {
    let now = report.generatedAt
    if let error = asset.lastFailure?.error?.withoutTerminalSequences {
      output.append("<pre>")
      output.appendHTML(String(error.prefix(4000)), keepingLines: true)
      output.append("</pre>")
    }
    output.append("<dl>")
    func entry(_ title: StaticString, _ body: (inout ByteSink) -> Void) {
      output.append("<dt>")
      output.append(title)
      output.append("</dt><dd>")
      body(&output)
      output.append("</dd>")
    }
    entry("Demand") {
      let line = asset.ruleLine.map { "line \($0)" }
      $0.appendHTML([asset.demand, asset.rule.map { "rule \($0)" }, line].compactMap(\.self).joined(separator: " · "))
    }
    entry("Last success") {
      if let time = asset.lastMaterialized { $0.appendTime(time, from: now) } else { $0.append("never") }
      if asset.isDamaged { $0.append(", by the last manifest that could be read") }
    }
    if let since = asset.staleSince { entry("Stale since") { $0.appendTime(since, from: now) } }
    if let failure = asset.lastFailure {
      entry("Last failure") {
        if let time = failure.failedAt { $0.appendTime(time, from: now) }
        $0.append(" \(failure.outcome.rawValue)")
        if let path = asset.failurePath {
          $0.append(" · <code>")
          $0.appendHTML(path)
          $0.append("</code>")
        }
      }
    }
    if let since = asset.runningSince { entry("Running since") { $0.appendTime(since, from: now) } }
    if let usual = asset.usualDuration {
      entry("Usually takes") { $0.append(HumanText.duration(milliseconds: usual)) }
    }
    if let share = asset.share { entry("Kept, 30 days") { $0.append(HumanText.percentage(share)) } }
    for finding in asset.findings {
      entry("Found") { $0.appendHTML(finding.text) }
    }
    if let note = asset.note { entry("Note") { $0.appendHTML(note) } }
    if let runbook = asset.runbook { entry("Runbook") { writeRunbook(runbook, to: &$0) } }
    entry("Look closer") {
      $0.append("<code class=\"cmd\">")
      $0.appendHTML(
        "asset-catalog show --root \(ShellText.word(report.root)) -- \(ShellText.word(asset.asset.name)) \(ShellText.word(asset.asset.id))"
      )
      $0.append("</code>")
    }
    output.append("</dl>")
  }

  /// A link where it is one of the web; else the mere text.
  private static func writeRunbook(_ address: String, to output: inout ByteSink) {
    let isLink = ["http://", "https://"].contains { address.lowercased().hasPrefix($0) }
    if isLink {
      output.append("<a rel=\"noreferrer\" href=\"")
      output.appendHTML(address)
      output.append("\">")
    }
    output.appendHTML(address)
    if isLink { output.append("</a>") }
  }

  static func writeSide(_ report: MorningReport, to output: inout ByteSink) {
    let (now, soon) = (report.generatedAt, report.overview.soon)
    output.append(
      "<div class=\"side\"><section class=\"soon\"><h2>Soon <span>\(HumanText.count(soon.count))</span></h2>")
    if soon.count == 0 { output.append("<p class=\"empty\">Nothing is near its limit.</p>") }
    for shown in soon.elements {
      output.append("<div class=\"sn\">")
      output.appendMark(.warn, isNamed: true)
      writeLink(shown.place, report.assets, to: &output)
      output.append("<span class=\"t\">")
      if let until = shown.asset.freshUntil {
        output.append("<b>\(span(now, until))</b> left")
      } else {
        output.append("warn")
      }
      output.append("</span><span class=\"y\">")
      output.appendPhrase(shown.asset.why, from: now)
      output.append("</span></div>")
    }
    more(soon.count, than: soon.limit, "p", to: &output)
    output.append("</section>\n")
    writeOwners(report, to: &output)
    output.append("</div>\n")
  }

  private static func writeOwners(_ report: MorningReport, to output: inout ByteSink) {
    var counts = report.overview.countsByOwner
    guard counts.keys.contains(where: { !$0.isEmpty }) else { return }
    func trouble(_ owner: String) -> (Int, Int) {
      let states = counts[owner]!
      return (states[.never] + states[.unknown] + states[.stale], states[.warn])
    }
    // Whoever has only what nothing is demanded of has nothing to look for here.
    counts = counts.mapValues { $0.without(.ignored) }.filter { $0.value.total > 0 }
    let owners = counts.keys.filter { !$0.isEmpty }.sorted { left, right in
      let (a, b) = (trouble(left), trouble(right))
      return a == b ? left < right : a > b
    }
    output.append("<section class=\"owners\"><h2>By owner</h2>")
    for owner in owners.prefix(PageOverview.soonLimit) + (counts[""] == nil ? [] : [""]) {
      output.append(
        owner.isEmpty ? "<span class=\"ow\"><span class=\"nobody\">nobody’s</span>" : "<a class=\"ow\" href=\"#owner=")
      if !owner.isEmpty {
        output.appendPercentEncoded(owner)
        output.append("\"><span class=\"own\">")
        output.appendHTML(owner)
        output.append("</span>")
      }
      output.appendBadges(counts[owner]!)
      output.append(owner.isEmpty ? "</span>" : "</a>")
    }
    more(owners.count, than: PageOverview.soonLimit, "p", to: &output)
    output.append("</section>\n")
  }

  /// A span between two moments, in its two largest units.
  static func span(_ earlier: Timestamp, _ later: Timestamp) -> String {
    let microseconds = max(0, later.microseconds.saturatingSubtract(earlier.microseconds))
    // Nobody counts seconds here.
    let rounded =
      microseconds >= 60_000_000 ? microseconds - microseconds % 60_000_000 : microseconds - microseconds % 1_000_000
    return HumanText.duration(microseconds: rounded)
  }
}

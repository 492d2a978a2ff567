import AssetCatalog
import FreshnessRules
import ManifestModel

/// What has to be done: the verdict, a card for each asset that needs somebody, what expires soon, and whose it is.
extension PageForm {
  static func writeVerdict(_ report: MorningReport, _ overview: PageOverview, to output: inout ByteSink) {
    let now = report.generatedAt
    let count = overview.cards.count
    let worst: FreshnessState =
      count > 0
      ? (overview.cards.contains { report.assets[$0].state == .stale }
        ? .stale : report.assets[overview.cards[0]].state)
      : report.assets.isEmpty ? .ignored : overview.soon.isEmpty ? .fresh : .warn
    output.append("<div class=\"verdict\"><h1>")
    output.appendMark(worst, isNamed: false)
    switch (count, report.assets.isEmpty) {
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
    let critical = overview.cards.count { report.assets[$0].severity == .critical }
    if critical > 0 {
      dot()
      output.append("<b>\(HumanText.count(critical)) critical</b>")
    }
    let yesterday = now.microseconds.saturatingSubtract(86_400_000_000)
    let new = overview.cards.count { report.assets[$0].staleSince.map { $0.microseconds > yesterday } ?? false }
    if new > 0 {
      dot()
      output.append("\(HumanText.count(new)) new since yesterday")
    }
    let longest = overview.cards.filter { report.assets[$0].staleSince != nil }.min {
      report.assets[$0].staleSince! < report.assets[$1].staleSince!
    }
    if let longest, let since = report.assets[longest].staleSince {
      dot()
      output.append("longest late \(span(since, now)): ")
      writeLink(report.assets[longest].asset, overview, to: &output)
    }
    let next = report.assets.indices.filter { report.assets[$0].freshUntil.map { $0 > now } ?? false }.min {
      report.assets[$0].freshUntil! < report.assets[$1].freshUntil!
    }
    if let next, let until = report.assets[next].freshUntil, until <= .latest {
      dot()
      output.append("next to expire ")
      output.appendTime(until, from: now)
      output.append(": ")
      writeLink(report.assets[next].asset, overview, to: &output)
    }
    output.append("</p></div>\n")
  }

  static func writeTodo(
    _ report: MorningReport, _ overview: PageOverview, to output: inout ByteSink
  ) throws(OutputError) {
    output.append(
      "<section class=\"todo\"><h2>Needs somebody <span>\(HumanText.count(overview.cards.count))</span></h2>\n")
    if overview.cards.isEmpty { output.append("<p class=\"empty\">Nothing is late, and nothing is missing.</p>") }
    for place in overview.cards.prefix(PageOverview.cardLimit) {
      writeCard(report.assets[place], report, overview, to: &output)
      try output.drainIfFull()
    }
    more(overview.cards.count, than: PageOverview.cardLimit, "p", to: &output)
    output.append("</section>\n")
  }

  private static func writeCard(
    _ asset: MorningReport.Asset, _ report: MorningReport, _ overview: PageOverview, to output: inout ByteSink
  ) {
    let now = report.generatedAt
    output.append("<details class=\"card \(asset.state.rawValue)\" id=\"")
    output.appendAnchor(asset.asset)
    output.append("\"><summary><span class=\"who\">")
    output.appendMark(asset.state, isNamed: true)
    output.append("<span class=\"n\">")
    writeName(asset.asset, overview, to: &output)
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
    output.appendStrip(asset.runs)
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
    if let share = asset.share { entry("Kept, 30 days") { $0.append(HumanText.cutPercentage(share)) } }
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

  static func writeSide(_ report: MorningReport, _ overview: PageOverview, to output: inout ByteSink) {
    let now = report.generatedAt
    output.append(
      "<div class=\"side\"><section class=\"soon\"><h2>Soon <span>\(HumanText.count(overview.soon.count))</span></h2>")
    if overview.soon.isEmpty { output.append("<p class=\"empty\">Nothing is near its limit.</p>") }
    for place in overview.soon.prefix(PageOverview.soonLimit) {
      let asset = report.assets[place]
      output.append("<div class=\"sn\">")
      output.appendMark(.warn, isNamed: true)
      writeLink(asset.asset, overview, to: &output)
      output.append("<span class=\"t\">")
      if let until = asset.freshUntil {
        output.append("<b>\(span(now, until))</b> left")
      } else {
        output.append("warn")
      }
      output.append("</span><span class=\"y\">")
      output.appendPhrase(asset.why, from: now)
      output.append("</span></div>")
    }
    more(overview.soon.count, than: PageOverview.soonLimit, "p", to: &output)
    output.append("</section>\n")
    writeOwners(report, to: &output)
    output.append("</div>\n")
  }

  private static func writeOwners(_ report: MorningReport, to output: inout ByteSink) {
    var counts: [String: [FreshnessState: Int]] = [:]
    for asset in report.assets { counts[asset.owner ?? "", default: [:]][asset.state, default: 0] += 1 }
    guard counts.keys.contains(where: { !$0.isEmpty }) else { return }
    func trouble(_ owner: String) -> (Int, Int) {
      let states = counts[owner]!
      return ((states[.never] ?? 0) + (states[.unknown] ?? 0) + (states[.stale] ?? 0), states[.warn] ?? 0)
    }
    // Whoever has only what nothing is demanded of has nothing to look for here.
    counts = counts.mapValues { $0.filter { $0.key != .ignored } }.filter { !$0.value.isEmpty }
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

/// Words as a shell reads them.
enum ShellText {
  /// The word itself, or in quotes where it needs some.
  static func word(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x40, 0x5F: true
        default: false
        }
      }
    if isPlain { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

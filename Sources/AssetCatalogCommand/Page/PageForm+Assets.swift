import AssetCatalog
import ManifestModel

/// Every asset, by families of names, with what sorts and filters them where a script runs.
extension PageForm {
  static func writeAssets(
    _ report: MorningReport, _ overview: PageOverview, to output: inout ByteSink
  ) throws(OutputError) {
    let families = PageFamilies(report.assets, rows: overview.rows).families
    output.append(
      "<section class=\"all\" id=\"all\"><h2>All assets <span>\(HumanText.count(report.assets.count))</span></h2>\n")
    if overview.rows.count < report.assets.count {
      output.append(
        "<p class=\"empty\">Of so many, only the \(HumanText.count(overview.rows.count)) that are not well have a row here; "
      )
      output.append("the counts are of all.</p>")
    }
    writeFilter(report, overview, to: &output)
    let cards = Set(overview.cards.prefix(PageOverview.cardLimit))
    let hasShare = report.assets.contains { $0.share != nil }
    let hasOwner = report.assets.contains { $0.owner != nil }
    for family in families {
      output.append(
        "<details class=\"fam\(family.rows.isEmpty ? " none" : "")\"\(family.isOpen ? " open" : "")><summary><span class=\"fn\">"
      )
      output.appendHTML(family.title)
      output.append("</span><span class=\"fc\">\(HumanText.count(family.total))</span>")
      output.appendMix(family.counts)
      output.appendBadges(family.counts)
      output.append("</summary>")
      if family.rows.isEmpty {
        output.append("<p class=\"empty\">All of them are well.</p>")
      } else {
        output.append("<table><thead><tr><th scope=\"col\"><button data-k=\"n\">Asset</button></th>")
        output.append("<th scope=\"col\"><button data-k=\"t\">Last success</button></th>")
        output.append("<th scope=\"col\"><button data-k=\"l\">Time left</button></th><th scope=\"col\">Last runs</th>")
        if hasShare { output.append("<th scope=\"col\"><button data-k=\"p\">30 days</button></th>") }
        if hasOwner { output.append("<th scope=\"col\"><button data-k=\"o\">Owner</button></th>") }
        output.append("</tr></thead><tbody>\n")
        for place in family.rows {
          let columns = (share: hasShare, owner: hasOwner)
          writeRow(report.assets[place], hasCard: cards.contains(place), columns, report, overview, to: &output)
          try output.drainIfFull()
        }
        output.append("</tbody></table>")
      }
      output.append("</details>\n")
    }
    output.append("</section>\n")
  }

  private static func writeFilter(_ report: MorningReport, _ overview: PageOverview, to output: inout ByteSink) {
    output.append(
      """
      <form class="filter" id="filter" hidden><label class="q"><span class="sr">Name contains</span>\
      <input type="search" id="q" placeholder="Filter by name  ( / )" autocomplete="off" spellcheck="false"></label>\
      <span class="chips" role="group" aria-label="States">
      """)
    for state in FreshnessState.pageOrder where overview.counts[state] ?? 0 > 0 {
      output.append("<button type=\"button\" data-f=\"\(state.rawValue)\" aria-pressed=\"false\">")
      output.appendMark(state, isNamed: false)
      output.append("\(state.rawValue)</button>")
    }
    output.append("</span>")
    let owners = Set(report.assets.lazy.compactMap(\.owner)).sorted()
    output.append(
      "<select id=\"o\" aria-label=\"Owner\"\(owners.isEmpty ? " hidden" : "")><option value=\"\">all owners</option>")
    for owner in owners {
      output.append("<option>")
      output.appendHTML(owner)
      output.append("</option>")
    }
    output.append("</select><span id=\"hits\" role=\"status\"></span></form>\n<p class=\"key\">")
    let samples: [(RunOutcome, StaticString)] = [
      (.succeeded, "succeeded, its height the duration"), (.failed, "failed"), (.interrupted, "never came back"),
      (.running, "running"),
    ]
    for (outcome, words) in samples {
      output.append("<span><svg class=\"s\" viewBox=\"0 0 8 18\" aria-hidden=\"true\"><path class=\"")
      switch outcome {
      case .succeeded: output.append("k\" d=\"M3 17v-12")
      case .failed: output.append("f\" d=\"M0 11l6 6m0-6l-6 6")
      case .interrupted: output.append("i\" d=\"M3 10l3 3.5-3 3.5-3-3.5z")
      default: output.append("r\" d=\"M0.5 4.5h5v12h-5z")
      }
      output.append("\"/></svg>")
      output.append(words)
      output.append("</span>")
    }
    output.append(
      "<span class=\"lim\"><svg class=\"b\" viewBox=\"0 0 60 10\" aria-hidden=\"true\"><path class=\"g\" d=\"M0 5h44\"/>"
    )
    output.append(
      "<path class=\"u\" d=\"M0 5h28\"/><path class=\"l\" d=\"M44 0v10\"/></svg>age, and its limit</span></p>\n")
  }

  private static func writeRow(
    _ asset: MorningReport.Asset, hasCard: Bool, _ columns: (share: Bool, owner: Bool), _ report: MorningReport,
    _ overview: PageOverview, to output: inout ByteSink
  ) {
    let now = report.generatedAt
    output.append("<tr class=\"\(asset.state.rawValue)\"")
    if !hasCard {
      output.append(" id=\"")
      output.appendAnchor(asset.asset)
      output.append(UInt8(ascii: "\""))
    }
    if let limit = asset.staleSince ?? asset.freshUntil {
      output.append(" data-l=\"\(limit.microseconds.saturatingSubtract(now.microseconds) / 60_000_000)\"")
    }
    output.append("><th scope=\"row\">")
    output.appendMark(asset.state, isNamed: true)
    if hasCard {
      writeLink(asset.asset, overview, to: &output)
    } else {
      output.append("<span class=\"n\">")
      writeName(asset.asset, overview, to: &output)
      output.append("</span>")
    }
    for finding in asset.findings.prefix(2) {
      output.append("<span class=\"kind\(finding.level == .error ? " bad" : "")\">")
      output.appendHTML(finding.kind.words)
      output.append("</span>")
    }
    output.append("</th><td class=\"t\">")
    if let time = asset.lastMaterialized { output.appendTime(time, from: now) } else { output.append("never") }
    output.append("</td><td class=\"l\">")
    writeTimeLeft(asset, now, to: &output)
    output.append("</td><td class=\"h\">")
    output.appendStrip(asset.runs)
    output.append("</td>")
    if columns.share {
      output.append("<td class=\"p\">")
      if let share = asset.share { output.append(HumanText.cutPercentage(share)) }
      output.append("</td>")
    }
    if columns.owner {
      output.append("<td class=\"o\">")
      output.appendHTML(asset.owner ?? "")
      output.append("</td>")
    }
    output.append("</tr>\n")
  }

  private static func writeTimeLeft(_ asset: MorningReport.Asset, _ now: Timestamp, to output: inout ByteSink) {
    if let limit = asset.staleSince ?? asset.freshUntil, let materialized = asset.lastMaterialized {
      let allowed = Double(limit.microseconds.saturatingSubtract(materialized.microseconds))
      output.appendUse(Double(now.microseconds.saturatingSubtract(materialized.microseconds)) / max(allowed, 1))
    }
    switch (asset.staleSince, asset.freshUntil) {
    case (let since?, _): output.append("late \(span(since, now))")
    case (_, let until?): output.append("\(span(now, until)) left")
    default: output.append(asset.state == .fresh ? "no limit" : asset.state.rawValue)
    }
  }
}

import AssetCatalog
import ManifestModel

/// Every asset, by families of names, with what sorts and filters them where a script runs.
extension PageForm {
  static func writeAssets(_ report: MorningReport, to output: inout ByteSink) throws(OutputError) {
    let assets = report.assets
    output.append("<section class=\"all\" id=\"all\"><h2>All assets ")
    output.append("<span>\(HumanText.count(assets.count))</span></h2>\n")
    if assets.rows.count < assets.count {
      output.append(
        "<p class=\"empty\">Of this many, only the \(HumanText.count(assets.rows.count)) that are not well have a row here; "
      )
      output.append("the counts are of all.</p>")
    }
    writeFilter(report, to: &output)
    let cards = Set(report.overview.cards.elements.map(\.place))
    for family in PageFamilies(assets).families {
      output.append(
        "<details class=\"fam\(family.rows.isEmpty ? " none" : "")\"\(family.isOpen ? " open" : "")><summary><span class=\"fn\">"
      )
      output.appendHTML(family.title)
      output.append("</span><span class=\"fc\">\(HumanText.count(family.counts.total))</span>")
      output.appendMix(family.counts)
      output.appendBadges(family.counts)
      output.append("</summary>")
      if family.rows.isEmpty {
        output.append("<p class=\"empty\">All of them are well.</p>")
      } else {
        output.append("<table><thead><tr><th scope=\"col\"><button data-k=\"n\">Asset</button></th>")
        output.append("<th scope=\"col\"><button data-k=\"t\">Last success</button></th>")
        output.append("<th scope=\"col\"><button data-k=\"l\">Time left</button></th><th scope=\"col\">Last runs</th>")
        if assets.hasShares { output.append("<th scope=\"col\"><button data-k=\"p\">30 days</button></th>") }
        if !assets.owners.isEmpty { output.append("<th scope=\"col\"><button data-k=\"o\">Owner</button></th>") }
        output.append("</tr></thead><tbody>\n")
        for place in family.rows {
          writeRow(place, hasCard: cards.contains(place), assets, report.generatedAt, to: &output)
          try output.drainIfFull()
        }
        output.append("</tbody></table>")
      }
      output.append("</details>\n")
    }
    output.append("</section>\n")
  }

  private static func writeFilter(_ report: MorningReport, to output: inout ByteSink) {
    output.append(
      """
      <form class="filter" id="filter" hidden><label class="q"><span class="sr">Name contains</span>\
      <input type="search" id="q" placeholder="Filter by name  ( / )" autocomplete="off" spellcheck="false"></label>\
      <span class="chips" role="group" aria-label="States">
      """)
    for state in FreshnessState.pageOrder where report.overview.counts[state] > 0 {
      output.append("<button type=\"button\" data-f=\"\(state.rawValue)\" aria-pressed=\"false\">")
      output.appendMark(state, isNamed: false)
      output.append("\(state.rawValue)</button>")
    }
    output.append("</span>")
    let owners = report.assets.owners.sorted()
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
    _ place: Int, hasCard: Bool, _ assets: PageAssets, _ now: Timestamp, to output: inout ByteSink
  ) {
    let row = assets.rows[assets.row(place)]
    let state = assets.state(place)
    output.append("<tr class=\"")
    output.append(state.rawValue)
    output.append(UInt8(ascii: "\""))
    if !hasCard {
      output.append(" id=\"")
      assets.withName(place) { output.appendAnchor($0, $1) }
      output.append(UInt8(ascii: "\""))
    }
    if let limit = row.limit.time {
      output.append(" data-l=\"")
      output.append(limit.microseconds.saturatingSubtract(now.microseconds) / 60_000_000)
      output.append(UInt8(ascii: "\""))
    }
    output.append("><th scope=\"row\">")
    output.appendMark(state, isNamed: true)
    if hasCard {
      writeLink(place, assets, to: &output)
    } else {
      output.append("<span class=\"n\">")
      writeName(place, assets, to: &output)
      output.append("</span>")
    }
    for (kind, isError) in row.findings?.kinds ?? [] {
      output.append("<span class=\"kind\(isError ? " bad" : "")\">")
      output.appendHTML(kind.words)
      output.append("</span>")
    }
    output.append("</th><td class=\"t\">")
    if let time = row.lastMaterialized { output.appendTime(time, from: now) } else { output.append("never") }
    output.append("</td><td class=\"l\">")
    writeTimeLeft(row, state, now, to: &output)
    output.append("</td><td class=\"h\">")
    output.appendStrip(assets.runs(of: row))
    output.append("</td>")
    if assets.hasShares {
      output.append("<td class=\"p\">")
      if let share = row.share { output.append(HumanText.percentage(share)) }
      output.append("</td>")
    }
    if !assets.owners.isEmpty {
      output.append("<td class=\"o\">")
      if let owner = row.owner { output.appendHTML(assets.owners[owner]) }
      output.append("</td>")
    }
    output.append("</tr>\n")
  }

  private static func writeTimeLeft(
    _ row: PageAssets.Row, _ state: FreshnessState, _ now: Timestamp, to output: inout ByteSink
  ) {
    if let limit = row.limit.time, let materialized = row.lastMaterialized {
      let allowed = Double(limit.microseconds.saturatingSubtract(materialized.microseconds))
      output.appendUse(Double(now.microseconds.saturatingSubtract(materialized.microseconds)) / max(allowed, 1))
    }
    switch row.limit {
    case .staleSince(let since):
      output.append("late ")
      output.append(span(since, now))
    case .freshUntil(let until):
      output.append(span(now, until))
      output.append(" left")
    case .none: output.append(state == .fresh ? "no limit" : state.rawValue)
    }
  }
}

import AssetCatalog
import ManifestModel

/// The hours around now, what failed in the last of them, and what is out of the ordinary.
extension PageForm {
  private static let hour: Int64 = 3_600_000_000

  static func writeDay(_ report: MorningReport, to output: inout ByteSink) {
    let now = report.generatedAt.microseconds
    let failed = report.failuresByHour
    let (expiring, critical) = (report.overview.expiring, report.overview.criticalExpiring)
    let failures = failed.reduce(0, +)
    let expiries = expiring.reduce(0, +)
    output.append("<section class=\"day\"><h2>The day past, the day ahead</h2><p class=\"legend\">")
    output.append("<span><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path class=\"f\" d=\"M1 1h10v10H1z\"/></svg>")
    output.append("\(HumanText.count(failures, "run")) failed in the last 24 h</span>")
    output.append("<span><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path class=\"d\" d=\"M1 1h10v10H1z\"/></svg>")
    output.append(
      "\(HumanText.count(expiries, "asset")) expire\(expiries == 1 ? "s" : "") in the next 24 h, unless refreshed</span>"
    )
    if critical.contains(where: { $0 > 0 }) {
      output.append(
        "<span><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path class=\"c\" d=\"M1 1h10v10H1z\"/></svg>critical ones</span>"
      )
    }
    output.append("</p><div class=\"scroll\"><svg class=\"ribbon\" viewBox=\"0 0 960 92\" role=\"img\" aria-label=\"")
    output.append(
      "Failures in each of the last 24 hours: \(words(failed)); expiries in each of the next 24 hours: \(words(expiring))\">"
    )
    writeGrid(now, to: &output)
    let largest = max(failed.max()!, expiring.max()!, 4)
    func bar(_ slot: Int, _ count: Int, _ name: StaticString, isCounted: Bool) {
      guard count > 0 else { return }
      let height = max(3, 50 * count / largest)
      output.append("<path class=\"")
      output.append(name)
      output.append("\" d=\"M\(slot * 20 + 3) 70v-\(height)h14v\(height)z\"/>")
      if isCounted { output.append("<text class=\"c\" x=\"\(slot * 20 + 10)\" y=\"\(66 - height)\">\(count)</text>") }
    }
    for slot in 0..<24 {
      bar(slot, failed[slot], "f", isCounted: true)
      bar(24 + slot, expiring[slot], "d", isCounted: true)
      bar(24 + slot, critical[slot], "c", isCounted: false)
    }
    output.append(
      "<path class=\"now\" d=\"M480 4v68\"/><text class=\"nw\" x=\"480\" y=\"86\">now</text></svg></div></section>\n")
  }

  /// The axis, with a line and a time at every third full hour.
  private static func writeGrid(_ now: Int64, to output: inout ByteSink) {
    output.append("<path class=\"axis\" d=\"M0 70.5h960\"/>")
    let begin = now.saturatingSubtract(24 * hour)
    var time = begin - begin % (3 * hour)
    while time < now.saturatingAdd(24 * hour) {
      defer { time += 3 * hour }
      let x = Int(Double(time - begin) / Double(hour) * 20)
      guard x > 0 else { continue }
      output.append("<path class=\"grid\" d=\"M\(x) 8v62\"/>")
      guard abs(x - 480) > 34, x > 18, x < 942 else { continue }
      let text = Timestamp(microseconds: time).description
      output.append(
        "<text class=\"tick\" x=\"\(x)\" y=\"86\" data-t=\"\(text)\">\(text.dropFirst(11).prefix(5))Z</text>")
    }
  }

  /// Counts as a list for those who cannot see the bars.
  private static func words(_ counts: [Int]) -> String {
    counts.map(String.init).joined(separator: " ")
  }

  static func writeFailures(_ report: MorningReport, to output: inout ByteSink) {
    let groups = report.failures.groups
    output.append(
      "<section class=\"fails\"><h2>Failures since yesterday <span>\(HumanText.count(report.failures.count))</span></h2>"
    )
    if groups.isEmpty { output.append("<p class=\"empty\">No run failed in the last 24 hours.</p>") }
    output.append("<ol>")
    for group in groups.prefix(PageOverview.errorLimit) {
      output.append("<li><span class=\"x\">\(HumanText.count(group.count))×</span>")
      if let error = group.error, !error.isEmpty {
        output.append("<span class=\"e\">")
        output.appendHTML(error)
        output.append("</span>")
      } else {
        let words: StaticString = group.outcome == .interrupted ? "never came back" : "no error was recorded"
        output.append("<span class=\"e w\">")
        output.append(words)
        output.append("</span>")
      }
      output.append("<span class=\"in\">")
      for (index, asset) in group.assets.elements.enumerated() {
        if index > 0 { output.append(", ") }
        writeLink(asset, report.assets, to: &output)
      }
      let rest = group.assets.count - group.assets.elements.count
      if rest > 0 { output.append(" and \(HumanText.count(rest)) more") }
      if let latest = group.latest {
        output.append(group.count > 1 ? " · latest " : " · ")
        output.appendTime(latest, from: report.generatedAt)
      }
      output.append("</span></li>")
    }
    more(groups.count, than: PageOverview.errorLimit, "li", to: &output)
    output.append("</ol></section>\n")
  }

  static func writeOddities(_ report: MorningReport, to output: inout ByteSink) {
    let findings = report.overview.oddities.reduce(0) { $0 + $1.1.count }
    let count = findings + report.drifts.count
    output.append(
      "<section class=\"odd\"><h2>Out of the ordinary <span>\(HumanText.count(count + report.problems.count))</span></h2>"
    )
    if count == 0 && report.problems.count == 0 { output.append("<p class=\"empty\">Nothing.</p>") }
    output.append("<ul>")
    var rest = PageOverview.oddityLimit
    func kind(_ name: String, _ level: FreshnessLevel = .warn) {
      output.append("<li><span class=\"kind\(level == .error ? " bad" : "")\">")
      output.appendHTML(name)
      output.append("</span>")
    }
    func text(_ text: String) {
      output.append("<span class=\"t\">")
      output.appendHTML(text)
      output.append("</span></li>")
    }
    for (level, oddities) in report.overview.oddities {
      for oddity in oddities.elements.prefix(rest) {
        rest -= 1
        kind(oddity.finding.kind.words, level)
        writeLink(oddity.place, report.assets, to: &output)
        text(oddity.finding.text)
      }
    }
    for drift in report.drifts.elements.prefix(rest) {
      rest -= 1
      kind("drift")
      output.append("<span class=\"n\">")
      output.appendHTML(drift.name)
      output.append("</span>")
      text(drift.text)
    }
    more(count, than: PageOverview.oddityLimit, "li", to: &output)
    writeProblems(report.problems, to: &output)
    output.append("</ul></section>\n")
  }

  private static func writeProblems(_ problems: FirstOf<MorningReport.Problem>, to output: inout ByteSink) {
    guard problems.count > 0 else { return }
    output.append("<li class=\"pl\"><details><summary><span class=\"kind\">files</span>")
    output.append(
      "\(HumanText.count(problems.count, "file")) cannot be read or contradict\(problems.count == 1 ? "s itself" : " themselves")</summary><ul>"
    )
    for problem in problems.elements {
      output.append("<li><code>")
      output.appendHTML(problem.path)
      output.append("</code><span class=\"t\"><b>")
      output.appendHTML(problem.kind)
      output.append("</b> ")
      output.appendHTML(problem.message)
      output.append("</span></li>")
    }
    more(problems.count, than: PageOverview.oddityLimit, "li", to: &output)
    output.append("</ul></details></li>")
  }
}

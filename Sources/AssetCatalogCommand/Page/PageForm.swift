import AssetCatalog
import FreshnessRules
import ManifestModel

/// The report as one page of HTML that needs nothing else: no other file, no network, and no script to be read.
///
/// Its texts come from names and errors that anybody may have written, so that three things keep it inert: every such
/// text passes `appendHTML`, a policy inside the page allows exactly its own style and its own script by their hashes,
/// and there is no style and no handler in an element.
enum PageForm {
  /// Writes the page; one that is long leaves in pieces, so that it never lives in memory as a whole.
  static func write(_ report: MorningReport, to output: inout ByteSink) throws(OutputError) {
    writeHead(report, to: &output)
    writeHeader(report, to: &output)
    output.append("<main>\n")
    try writeTodo(report, to: &output)
    writeSide(report, to: &output)
    writeDay(report, to: &output)
    writeFailures(report, to: &output)
    writeOddities(report, to: &output)
    try writeAssets(report, to: &output)
    output.append("</main>\n")
    writeFooter(report, to: &output)
    output.append("<script>")
    output.append(PageScript.text)
    output.append("</script></body></html>\n")
    try output.drainIfFull()
  }

  private static func writeHead(_ report: MorningReport, to output: inout ByteSink) {
    output.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
    let toDo = report.overview.cards.count
    output.append(toDo == 0 ? "ok · " : "\(HumanText.count(toDo)) to do · ")
    output.appendHTML(shortName(report.root))
    output.append("</title>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '")
    output.append("\(PageStyle.hash)'; script-src '\(PageScript.hash)'; base-uri 'none'; form-action 'none'\">\n")
    output.append(
      """
      <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">\
      <meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
      <style>
      """)
    output.append(PageStyle.text)
    output.append("</style></head>\n<body data-now=\"\(HumanText.time(report.generatedAt))\" data-every=\"")
    output.append(seconds: report.expectEvery)
    output.append("\" data-zone=\"")
    output.appendHTML(report.zone)
    output.append("\">\n")
  }

  private static func writeHeader(_ report: MorningReport, to output: inout ByteSink) {
    output.append("<header><div class=\"top\"><b class=\"root\">")
    output.appendHTML(shortName(report.root))
    output.append("</b><span class=\"asof\">")
    if let asOf = report.asOf {
      output.append("as of ")
      output.appendTime(asOf, from: report.generatedAt)
      output.append("<span id=\"ago\"></span>")
    } else {
      output.append("the index was never reconciled")
    }
    output.append("</span><button id=\"zone\" hidden></button></div>\n<p class=\"old\" id=\"old\" hidden></p>")
    for (sentence, isGrave) in trust(report) {
      output.append(isGrave ? "<p class=\"old\">" : "<p class=\"old mild\">")
      output.appendHTML(sentence)
      output.append("</p>")
    }
    writeVerdict(report, to: &output)
    output.append("<nav class=\"tiles\" aria-label=\"Assets by state\">")
    let counts = report.overview.counts
    for state in FreshnessState.pageOrder where state != .unknown || counts[state] > 0 {
      let count = counts[state]
      output.append(
        "<a class=\"tile\(count == 0 ? " zero" : "")\" href=\"#state=\(state.rawValue)\" data-f=\"\(state.rawValue)\">")
      output.appendMark(state, isNamed: false)
      output.append("<b>\(HumanText.count(count))</b><span>\(state.rawValue)</span></a>")
    }
    output.append("</nav>")
    if report.assets.count > 0 { output.appendMix(counts) }
    output.append("</header>\n")
  }

  /// What makes the page less than the whole truth, and whether that is grave.
  private static func trust(_ report: MorningReport) -> [(sentence: String, isGrave: Bool)] {
    var sentences: [(String, Bool)] = []
    if let asOf = report.asOf {
      let age = report.generatedAt.microseconds.saturatingSubtract(asOf.microseconds)
      if age >= report.expectEvery {
        let words = span(asOf, report.generatedAt)
        sentences.append(
          ("The index was \(words) old when this page was written: what changed since is not here.", true))
      }
    }
    let (folders, files) = (report.gaps.unreadableFolders, report.gaps.unsettledFiles)
    if folders > 0 {
      let count = HumanText.count(folders, "folder")
      sentences.append(("\(count) of the tree cannot be read: the assets there are not on this page.", true))
    }
    if files > 0 {
      let isOne = files == 1
      sentences.append(
        (
          "\(HumanText.count(files, "file")) \(isOne ? "was" : "were") being written when this page was, and "
            + "\(isOne ? "does" : "do") not parse yet.", false
        ))
    }
    return sentences
  }

  private static func writeFooter(_ report: MorningReport, to output: inout ByteSink) {
    output.append("<footer><p>Written by asset-catalog ")
    output.appendHTML(report.version)
    output.append(" for <code>")
    output.appendHTML(report.root)
    output.append("</code> at ")
    output.appendTime(report.generatedAt, from: report.generatedAt)
    output.append(", under ")
    output.appendHTML(report.policy)
    output.append(".</p></footer>\n")
  }

  /// The last part of a path.
  private static func shortName(_ path: String) -> String {
    path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) } ?? path
  }

  /// A link to an asset on the page; the mere name where it has no row.
  static func writeLink(_ place: Int, _ assets: PageAssets, to output: inout ByteSink) {
    if assets.hasRow(place) {
      output.append("<a class=\"n\" href=\"#")
      assets.withName(place) { output.appendAnchor($0, $1) }
      output.append("\">")
    } else {
      output.append("<span class=\"n\">")
    }
    writeName(place, assets, to: &output)
    output.append(assets.hasRow(place) ? "</a>" : "</span>")
  }

  /// The same for one that the page may not know.
  static func writeLink(_ asset: AssetIdentifier, _ assets: PageAssets, to output: inout ByteSink) {
    if let place = assets.place(of: asset) { return writeLink(place, assets, to: &output) }
    output.append("<span class=\"n\">")
    output.appendHTML(asset.name)
    if assets.isShared(asset.name) { HazardousText.withBytes(of: asset.id) { writeBeginning(of: $0, to: &output) } }
    output.append("</span>")
  }

  /// The name, and the beginning of the id where several assets have that name.
  static func writeName(_ place: Int, _ assets: PageAssets, to output: inout ByteSink) {
    assets.withName(place) { name, id in
      output.appendHTML(name)
      if assets.sharesName(place) { writeBeginning(of: id, to: &output) }
    }
  }

  private static func writeBeginning(of id: UnsafeBufferPointer<UInt8>, to output: inout ByteSink) {
    output.append(" <small>")
    output.appendHTML(String(String(decoding: id, as: UTF8.self).prefix(8)))
    output.append("</small>")
  }

  /// `and 12 more`, where a section has more than it shows.
  static func more(_ count: Int, than limit: Int, _ element: StaticString, to output: inout ByteSink) {
    guard count > limit else { return }
    output.append("<")
    output.append(element)
    output.append(" class=\"more\">and \(HumanText.count(count - limit)) more</")
    output.append(element)
    output.append(">")
  }
}

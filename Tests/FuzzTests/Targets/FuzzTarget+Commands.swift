import FreshnessRules
import ManifestModel

@testable import AssetCatalog
@testable import AssetCatalogCommand

extension FuzzTarget {
  /// A line of `record batch`: it is refused with a sentence, or what would be recorded can be read again.
  static let batch = FuzzTarget(name: "batch") { bytes throws(BrokenRule) in
    let report: RunReport
    do throws(CommandFailure) {
      report = try ReportLine.parse(Array(bytes))
    } catch {
      try require([.badData, .usage].contains(error.status), "a line ends with \(error.status)")
      try requireOneLine(error.message)
      return
    }
    guard (try? RecordRules.check(report, now: nil)) != nil else { return }
    let run = report.metadata(after: nil, at: now)
    try requireRoundTrip(run)
    // The same report over what it recorded says the same.
    let again = report.metadata(after: run, at: now)
    try requireRoundTrip(again)
    guard report.isEnd else { return }
    let manifest = report.manifest(after: nil, metadata: run, layout: MetadataLayout(), at: now)
    let written = ManifestCodec.encode(manifest)
    guard let reread = try? ManifestCodec.decodeManifest(written) else {
      throw BrokenRule("the manifest of a report is not read")
    }
    try require(ManifestCodec.encode(reread) == written, "the manifest of a report comes back otherwise")
    try require(reread.asset == report.asset, "the manifest is of another asset")
  }

  /// Any text, in every form of output.
  static let text = FuzzTarget(name: "text") { bytes throws(BrokenRule) in
    let text = String(decoding: bytes, as: UTF8.self)
    let visible = HazardousText.visible(text)
    try requireOneLine(visible)
    try requireOneLine(quoted(text))
    var sink = ByteSink(descriptor: nil)
    sink.appendJSON(text)
    try requireOneLine(String(decoding: sink.bytes, as: UTF8.self))
    guard let json = try? PlacedJSON.parse(Array(sink.bytes)), case .string(let read) = json.value else {
      throw BrokenRule("a text in JSON is not read")
    }
    try require(read.hasSameBytes(as: text), "a text in JSON comes back otherwise")
    if let pattern = try? GlobPattern(GlobPattern.exactly(text)) {
      try require(pattern.matches(text), "the pattern of exactly this text does not match it")
    }
    if let pattern = try? GlobPattern(text) { _ = pattern.matches(text) || pattern.matches(visible) }
  }
}

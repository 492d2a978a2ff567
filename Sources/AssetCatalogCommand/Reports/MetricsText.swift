import ManifestModel

/// The grammar that OpenMetrics 1.0 and the text format 0.0.4 of Prometheus have in common: gauges without times.
///
/// node_exporter refuses a whole file for an `info` or a `stateset`, and for a time; a counter of the one is no counter
/// of the other. The end mark is a comment to those who do not know it.
struct MetricsText {
  /// A name and a value.
  typealias Label = (name: String, value: String)

  /// On every series.
  private let common: [Label]
  private let isForTerminal: Bool
  private var family = ""

  /// - Parameter isForTerminal: whether characters that act on a terminal are spelled out.
  init(common: [Label], isForTerminal: Bool = false) {
    self.common = common
    self.isForTerminal = isForTerminal
  }

  /// Begins a family.
  ///
  /// - Parameter help: One line without quotes and backslashes, which one of the two would escape and the other not.
  mutating func begin(_ name: String, _ help: StaticString, to output: inout ByteSink) {
    family = "asset_catalog_" + name
    output.append("# HELP \(family) ")
    output.append(help)
    output.append("\n# TYPE \(family) gauge\n")
  }

  /// A series with a whole number.
  func add(_ labels: [Label], _ value: Int, to output: inout ByteSink) throws(OutputError) {
    appendSeries(labels, to: &output)
    output.append(Int64(value))
    output.append("\n")
    try output.drainIfFull()
  }

  /// A series with seconds, to the microsecond.
  func add(
    _ labels: [Label] = [], microseconds: Int64, to output: inout ByteSink
  ) throws(OutputError) {
    appendSeries(labels, to: &output)
    output.append(seconds: microseconds)
    output.append("\n")
    try output.drainIfFull()
  }

  /// The end mark; without it a reader of OpenMetrics takes the text for cut.
  func finish(_ output: inout ByteSink) throws(OutputError) {
    output.append("# EOF\n")
    try output.drain()
  }

  private func appendSeries(_ labels: [Label], to output: inout ByteSink) {
    output.append(family)
    var lead: StaticString = "{"
    for label in labels + common {
      output.append(lead)
      output.append(label.name)
      output.append("=\"")
      appendValue(label.value, to: &output)
      output.append("\"")
      lead = ","
    }
    output.append(labels.isEmpty && common.isEmpty ? " " : "} ")
  }

  /// A value of a label: backslash, quote and line feed are escaped, all else stays.
  private func appendValue(_ text: String, to output: inout ByteSink) {
    for byte in (isForTerminal ? HazardousText.visible(text) : text).utf8 {
      switch byte {
      case UInt8(ascii: "\\"): output.append("\\\\")
      case UInt8(ascii: "\""): output.append("\\\"")
      case UInt8(ascii: "\n"): output.append("\\n")
      default: output.append(byte)
      }
    }
  }
}

import AssetCatalog

/// One JSON object: when, as of when, where, the rows, one a line, and how many they were.
struct JSONForm {
  /// - Returns: how many rows there were.
  @discardableResult
  func write<Row>(_ report: Report<Row>, to output: inout ByteSink) throws -> Int {
    output.append("{\"generated_at\":")
    output.appendJSON(.time(report.generatedAt))
    output.append(",\"as_of\":")
    output.appendJSON(.time(report.asOf))
    output.append(",\"root\":")
    output.appendJSON(report.root)
    if let gaps = report.gaps {
      output.append(",\"unsettled\":")
      output.append(Int64(gaps.unsettledFiles))
      output.append(",\"unreadable_folders\":")
      output.append(Int64(gaps.unreadableFolders))
      output.append(",\"unreadable_runs\":")
      output.append(Int64(gaps.unreadableRuns))
      output.append(",\"unreadable_manifests\":")
      output.append(Int64(gaps.unreadableManifests))
    }
    for extra in report.extras {
      output.append(",")
      output.appendJSON(extra.key)
      output.append(":")
      output.appendJSON(extra.value)
    }
    output.append(",\"rows\":[")
    let writer = JSONRowWriter(report.columns)
    var isFirst = true
    let count = try report.forEach { row in
      output.append(isFirst ? "\n" : ",\n")
      isFirst = false
      writer.write(row, to: &output)
      try output.drainIfFull()
    }
    output.append(isFirst ? "],\"count\":" : "\n],\"count\":")
    output.append(Int64(count))
    output.append("}\n")
    try output.drain()
    return count
  }
}

/// One JSON object a line, one line a row.
struct NDJSONForm {
  /// - Returns: how many rows there were.
  @discardableResult
  func write<Row>(_ report: Report<Row>, to output: inout ByteSink) throws -> Int {
    let writer = JSONRowWriter(report.columns)
    let count = try report.forEach { row in
      writer.write(row, to: &output)
      output.append(UInt8(ascii: "\n"))
      try output.drainIfFull()
    }
    try output.drain()
    return count
  }
}

/// Rows as JSON objects, with the keys escaped once.
private struct JSONRowWriter<Row> {
  /// What stands before the values, one after the other: brackets, commas and keys.
  private let leads: [UInt8]
  private let parts: [(lead: Range<Int>, value: @Sendable (Row) -> Cell)]

  init(_ columns: [Column<Row>]) {
    var leads = ByteSink(descriptor: nil)
    var parts: [(Range<Int>, @Sendable (Row) -> Cell)] = []
    for column in columns {
      let start = leads.bytes.count
      leads.append(parts.isEmpty ? "{" : ",")
      leads.appendJSON(column.key)
      leads.append(":")
      parts.append((start..<leads.bytes.count, column.value))
    }
    self.leads = leads.bytes
    self.parts = parts
  }

  func write(_ row: Row, to output: inout ByteSink) {
    if parts.isEmpty { output.append("{") }
    leads.withUnsafeBufferPointer { leads in
      parts.withUnsafeBufferPointer { parts in
        for index in parts.indices {
          output.append(UnsafeBufferPointer(rebasing: leads[parts[index].lead]))
          output.appendJSON(parts[index].value(row))
        }
      }
    }
    output.append("}")
  }
}

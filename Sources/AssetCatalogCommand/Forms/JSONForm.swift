import AssetCatalog

/// One JSON object: when, of which time, where, the rows, one a line, and how many they were.
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
      output.append(",\"truncated\":")
      output.append(Int64(gaps.truncatedFiles))
    }
    for extra in report.extras {
      output.append(",")
      output.appendJSON(extra.key)
      output.append(":")
      output.appendJSON(extra.value)
    }
    for list in report.lists { try write(list, to: &output) }
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

  private func write(_ list: ReportList, to output: inout ByteSink) throws {
    output.append(",")
    output.appendJSON(list.key)
    output.append(":[")
    var isFirst = true
    while let records = try list.next() {
      for record in records {
        if !isFirst { output.append(",") }
        isFirst = false
        output.appendJSON(record)
        try output.drainIfFull()
      }
    }
    output.append("]")
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
  /// What stands before the values, one after the other: brackets, commas, keys, and what every row has.
  private let leads: [UInt8]
  private let parts: [(lead: Range<Int>, value: @Sendable (Row) -> Cell)]
  /// What stands after the last value.
  private let tail: Range<Int>

  init(_ columns: [Column<Row>]) {
    var leads = ByteSink(descriptor: nil)
    var parts: [(Range<Int>, @Sendable (Row) -> Cell)] = []
    var start = 0
    for (index, column) in columns.enumerated() {
      leads.append(index == 0 ? "{" : ",")
      leads.appendJSON(column.key)
      leads.append(":")
      if let constant = column.constant {
        leads.appendJSON(constant)
        continue
      }
      parts.append((start..<leads.bytes.count, column.value))
      start = leads.bytes.count
    }
    leads.append(columns.isEmpty ? "{}" : "}")
    self.leads = leads.bytes
    self.parts = parts
    tail = start..<leads.bytes.count
  }

  func write(_ row: Row, to output: inout ByteSink) {
    leads.withUnsafeBufferPointer { leads in
      parts.withUnsafeBufferPointer { parts in
        for index in parts.indices {
          output.append(UnsafeBufferPointer(rebasing: leads[parts[index].lead]))
          output.appendJSON(parts[index].value(row))
        }
      }
      output.append(UnsafeBufferPointer(rebasing: leads[tail]))
    }
  }
}

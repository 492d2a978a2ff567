import ManifestModel

/// Comma-separated values as RFC 4180 has them: a heading, CRLF, quotes where they are needed.
///
/// Spreadsheets take a cell that begins like a formula for one, so such a cell gets a leading apostrophe, unless it is
/// a plain number. Characters that act on a terminal are spelled `\u{1b}`; the line breaks and tabs of a text stay,
/// except on a terminal.
struct CSVForm {
  /// The texts as they are. On a terminal, what is hazardous is spelled all the same.
  var isRaw: Bool
  var isTerminal: Bool

  /// - Returns: how many rows there were.
  @discardableResult
  func write<Row>(_ report: Report<Row>, to output: inout ByteSink) throws -> Int {
    for (index, column) in report.columns.enumerated() {
      if index > 0 { output.append(",") }
      append(.text(column.key), to: &output)
    }
    output.append("\r\n")
    let count = try report.forEach { row in
      for (index, column) in report.columns.enumerated() {
        if index > 0 { output.append(",") }
        append(column.value(row), to: &output)
      }
      output.append("\r\n")
      try output.drainIfFull()
    }
    try output.drain()
    return count
  }

  private func append(_ cell: Cell, to output: inout ByteSink) {
    switch cell {
    case .null: return
    case .text(let text): appendField(guarded(text), to: &output)
    case .remarked(let text, _), .worded(let text, _): append(.text(text), to: &output)
    case .counts, .texts, .record, .records: appendField(guarded(cell.machineText), to: &output)
    case .time(let time): output.append(time.description)
    default: output.appendJSON(cell)
    }
  }

  private func appendField(_ text: String, to output: inout ByteSink) {
    let safe = isTerminal ? HazardousText.visible(text) : isRaw ? text : visibleButForLayout(text)
    let needsQuotes = safe.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
    guard needsQuotes || safe.utf8.first == 0x20 || safe.utf8.last == 0x20 else {
      output.append(safe)
      return
    }
    output.append("\"")
    for byte in safe.utf8 {
      if byte == 0x22 { output.append(byte) }
      output.append(byte)
    }
    output.append("\"")
  }

  /// With an apostrophe before what a spreadsheet would calculate.
  private func guarded(_ text: String) -> String {
    guard !isRaw, let first = text.unicodeScalars.first else { return text }
    switch first {
    case "=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠":
      return Self.isPlainNumber(text) ? text : "'" + text
    default: return text
    }
  }

  /// An optional sign, digits, and perhaps a fraction and an exponent.
  static func isPlainNumber(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func dropDigits() -> Bool {
      let digits = rest.prefix { (0x30...0x39).contains($0) }.count
      rest = rest.dropFirst(digits)
      return digits > 0
    }
    func dropOne(of choices: [UInt8]) -> Bool {
      guard let first = rest.first, choices.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    _ = dropOne(of: [0x2B, 0x2D])
    guard dropDigits() else { return false }
    if dropOne(of: [0x2E]), !dropDigits() { return false }
    if dropOne(of: [0x65, 0x45]) {
      _ = dropOne(of: [0x2B, 0x2D])
      guard dropDigits() else { return false }
    }
    return rest.isEmpty
  }

  /// The hazardous spelled out, except tabs and line breaks, which CSV can hold.
  private func visibleButForLayout(_ text: String) -> String {
    let isLayout: (Character) -> Bool = { $0 == "\t" || $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
    guard text.contains(where: isLayout) else { return HazardousText.visible(text) }
    return text.split(omittingEmptySubsequences: false, whereSeparator: isLayout).reduce(into: "") { result, piece in
      result += HazardousText.visible(String(piece))
      if piece.endIndex < text.endIndex { result.append(text[piece.endIndex]) }
    }
  }
}

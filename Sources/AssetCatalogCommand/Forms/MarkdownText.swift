import ManifestModel

/// Texts inside Markdown, as chats, merge requests and job summaries read it.
///
/// What would be markup there, HTML, a mention, a reference or a column of a table becomes a character reference, which
/// every one of them shows as the character.
enum MarkdownText {
  /// A text of whatever origin on one line: line ends are spaces, and what would act instead of being seen is spelled.
  static func line(_ text: String) -> String {
    escaped(HazardousText.visible(onOneLine(text)))
  }

  /// A text on one line, so long at most, in columns.
  static func line(_ text: String, widest: Int) -> String {
    escaped(DisplayWidth.shortened(HazardousText.visible(onOneLine(text)), to: widest))
  }

  /// What a table shows of a cell.
  static func cell(_ cell: Cell, widest: Int, keepingEnd: Bool = false) -> String {
    let seen: String
    switch cell {
    case .text(let text): seen = HazardousText.visible(onOneLine(text))
    case .remarked(let text?, let remark): seen = HazardousText.visible("\(onOneLine(text)) (\(remark))")
    case .worded(_, let text): seen = HazardousText.visible(onOneLine(text.withoutTerminalSequences))
    case .texts(let texts): seen = HazardousText.visible(texts.map(onOneLine).joined(separator: ", "))
    default: seen = cell.humanText
    }
    // A dash alone is no list, and is what stands for nothing.
    if seen == "-" { return seen }
    return escaped(DisplayWidth.shortened(seen, to: widest, keepingEnd: keepingEnd))
  }

  /// The line ends as spaces.
  static func onOneLine(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return text }
    var bytes: [UInt8] = []
    var isAfterReturn = false
    for byte in text.utf8 {
      // A return and a line feed are one line end.
      if !(byte == 0x0A && isAfterReturn) { bytes.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte) }
      isAfterReturn = byte == 0x0D
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func escaped(_ text: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count + 16)
    for (index, byte) in text.utf8.enumerated() {
      let isLeadingMark =
        index == 0 && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "="))
      if isLeadingMark || marks.contains(byte) {
        result += "&#\(byte);".utf8
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static let marks: [UInt8] = Array("\\`*_[]<>&|@#~".utf8)
}

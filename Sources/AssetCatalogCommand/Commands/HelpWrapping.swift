/// Fits the text of a help to a terminal: what goes on in a further line stands below where it began, and a command of
/// the examples stays one that a shell takes.
enum HelpWrapping {
  /// Columns that the parser is told to have, so that it breaks no line.
  static let unlimited = 10_000
  /// Below that, lines are longer than the terminal.
  private static let narrowest = 40
  /// Where the parser puts the text of an option.
  private static let textColumn = 26
  private static let usage = "USAGE: "

  /// - Parameters:
  ///   - help: lines that nobody has broken. A script for a shell, which the parser gives in the same way, stays as it
  ///     is.
  ///   - width: the columns of the terminal.
  static func fitted(_ help: String, to width: Int) -> String {
    guard help.hasPrefix("OVERVIEW: ") else { return help }
    let width = max(width, narrowest)
    var isExample = false
    var lines: [String] = []
    for line in help.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.first != " ", !line.isEmpty { isExample = line == "EXAMPLES:" }
      if line.count <= width {
        lines.append(String(line))
      } else if isExample {
        lines += broken(command: line, width)
      } else {
        lines += broken(text: line, width)
      }
    }
    return lines.joined(separator: "\n")
  }

  /// A line of text in several, between words.
  private static func broken(text line: Substring, _ width: Int) -> [String] {
    let hang = hang(of: line, width)
    var lines: [String] = []
    // What stands before the text is not to be broken.
    var current = String(line.prefix(hang))
    var isEmpty = true
    for word in line.dropFirst(hang).split(separator: " ", omittingEmptySubsequences: false) {
      if !isEmpty, current.count + 1 + word.count > width {
        lines.append(current)
        current = String(repeating: " ", count: hang)
        isEmpty = true
      }
      if isEmpty, word.isEmpty { continue }
      current += isEmpty ? word : " \(word)"
      isEmpty = false
    }
    return lines + [current]
  }

  /// How far further lines are moved in: to where the text begins, after a label and two blanks or more.
  private static func hang(of line: Substring, _ width: Int) -> Int {
    if line.hasPrefix(usage) { return usage.count }
    let indent = line.prefix { $0 == " " }.count
    guard indent > 0 else { return 0 }
    let characters = Array(line)
    if characters[indent] == "-" || characters[indent] == "<", characters[textColumn - 1] == " ",
      characters[textColumn] != " "
    {
      return textColumn
    }
    let blanks = (indent + 1..<characters.count).first { characters[$0] == " " && characters[$0 - 1] == " " }
    guard let blanks, let text = characters[blanks...].firstIndex(where: { $0 != " " }) else { return indent }
    return text <= textColumn ? text : indent
  }

  /// A command in several lines, each but the last with a backslash at its end, and none within quotes.
  private static func broken(command line: Substring, _ width: Int) -> [String] {
    let indent = line.prefix { $0 == " " }.count
    var lines: [String] = []
    var current = String(repeating: " ", count: indent)
    var isEmpty = true
    for word in shellWords(line) {
      if !isEmpty, current.count + 1 + word.count + " \\".count > width {
        lines.append(current + " \\")
        current = String(repeating: " ", count: indent + 4)
        isEmpty = true
      }
      current += isEmpty ? word : " \(word)"
      isEmpty = false
    }
    return lines + [current]
  }

  /// What a shell takes as one each, quotes included.
  private static func shellWords(_ line: Substring) -> [Substring] {
    var words: [Substring] = []
    var start: Substring.Index?
    var quote: Character?
    for index in line.indices {
      let character = line[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
      }
      if character == " ", quote == nil {
        if let begun = start { words.append(line[begun..<index]) }
        start = nil
      } else if start == nil {
        start = index
      }
    }
    if let begun = start { words.append(line[begun...]) }
    return words
  }
}

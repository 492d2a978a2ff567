/// The colours of the words for states, levels and outcomes on a terminal. The word says the same without them.
enum StateColour: String {
  case good = "32"
  case warning = "33"
  case bad = "31"
  case worst = "1;31"
  case quiet = "2"

  /// The colour of a word; `nil` for one that needs none.
  static func of(_ word: some StringProtocol) -> StateColour? {
    switch word {
    case "fresh", "ok", "succeeded", "success": .good
    case "warn", "overrun": .warning
    case "stale", "error", "failed", "interrupted": .bad
    case "never", "unknown": .worst
    case "ignored": .quiet
    default: nil
    }
  }

  /// Whether a terminal wants colours: not under `NO_COLOR`, see https://no-color.org, nor if it is a dumb one.
  static func isWanted(_ environment: Environment) -> Bool {
    environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
  }

  /// Appends a text whose first word has this colour.
  func append(_ text: String, to output: inout ByteSink) {
    let word = text.prefix { $0 != " " }
    output.append("\u{1B}[\(rawValue)m")
    output.append(String(word))
    output.append("\u{1B}[0m")
    output.append(String(text[word.endIndex...]))
  }
}

/// The long part of a command's help: what it does, examples, and how it ends.
enum HelpText {
  /// A text with its examples and its exit statuses.
  ///
  /// - Parameter unusable: what of all that the command reads ends it with 65.
  static func discussion(
    _ text: String, examples: [String], found: String? = nil,
    unusable: String = "a time, a duration or the index", statuses: [ExitStatus]? = nil
  ) -> String {
    var lines = [text, "", "EXAMPLES:"]
    lines += examples.map { "  \($0)" }
    lines += ["", "EXIT STATUS:"]
    let listed = statuses ?? ExitStatus.allCases.filter { $0 != .found || found != nil }
    for status in listed {
      let number = String(status.rawValue)
      let meaning =
        switch status {
        case .success: found == nil ? "done" : "done, nothing found"
        case .found: found ?? status.meaning
        case .badData: "\(unusable) cannot be used"
        default: status.meaning
        }
      lines.append("  \(number)\(String(repeating: " ", count: 4 - number.count))\(meaning)")
    }
    return lines.joined(separator: "\n")
  }
}

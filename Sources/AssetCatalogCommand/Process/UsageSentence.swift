/// Makes one sentence of what the parser says about a command line.
enum UsageSentence {
  /// The complaint, and where to read on.
  static func sentence(message: String, fullMessage: String) -> String {
    var complaint = message.split(separator: "\n").first.map(String.init) ?? "the command line makes no sense"
    if complaint.hasSuffix(".") { complaint.removeLast() }
    if let dot = complaint.firstRange(of: ". Please provide") { complaint.replaceSubrange(dot, with: "; write") }
    if let only = complaint.firstMatch(of: #/; write one of ('[^']*')$/#) {
      complaint.replaceSubrange(only.range, with: "; write \(only.1)")
    }
    // Where the option has said it in words of its own, the parser's say nothing more.
    let prefix = #/^The value '(?:[^']|'(?!--))*' is invalid for '(--[a-z-]+)(?: <[^>]*>)?': /#
    if let own = complaint.firstMatch(of: prefix) {
      complaint.replaceSubrange(own.range, with: "\(own.1): ")
    }
    let joint = complaint.hasSuffix("?") ? " See" : "; see"
    return "\(complaint)\(joint) '\(helpCommand(in: fullMessage))'"
  }

  /// The command that the parser recommends: `  See 'asset-catalog show --help' for more information.`
  private static func helpCommand(in text: String) -> String {
    for line in text.split(separator: "\n") where line.contains("--help'") {
      let pieces = line.split(separator: "'")
      if pieces.count >= 2, pieces[1].hasSuffix("--help") { return String(pieces[1]) }
    }
    return "asset-catalog --help"
  }
}

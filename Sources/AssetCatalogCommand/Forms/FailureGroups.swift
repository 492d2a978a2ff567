import ManifestModel

/// Failures by their error, with the numbers in it taken out: one database that is down is one line.
struct FailureGroups {
  /// Groups that are listed at most, and names of each.
  private static let mostGroups = 20
  private static let mostNames = 5
  /// Errors that are told apart at most, so that memory stays bounded.
  private static let mostKept = 10_000

  private struct Group {
    let text: String
    let place: Int
    var count = 0
    var names: [String] = []
    var otherNames = 0
  }

  private var groups: [String: Group] = [:]
  private var uncounted = 0

  /// One failure of an asset.
  mutating func add(_ error: String, _ name: String) {
    let key = ErrorText.pattern(error)
    guard groups[key] != nil || groups.count < Self.mostKept else {
      uncounted += 1
      return
    }
    var group = groups.removeValue(forKey: key) ?? Group(text: error.withoutTerminalSequences, place: groups.count)
    group.count += 1
    if !group.names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
      if group.names.count < Self.mostNames { group.names.append(name) } else { group.otherNames += 1 }
    }
    groups[key] = group
  }

  /// The most frequent first; nothing where nothing failed with an error.
  func write(to output: inout ByteSink) {
    guard !groups.isEmpty else { return }
    output.append("\nBy error:\n\n")
    let sorted = groups.values.sorted { $0.count != $1.count ? $0.count > $1.count : $0.place < $1.place }
    for group in sorted.prefix(Self.mostGroups) {
      var names = group.names.map { MarkdownText.line($0, widest: MarkdownForm.widestCell) }
      if group.otherNames > 0 { names.append("others") }
      output.append(
        "- \(HumanText.count(group.count))× \(MarkdownText.line(group.text, widest: MarkdownForm.widestCell)) "
          + "in \(names.joined(separator: ", "))\n")
    }
    let rest = sorted.dropFirst(Self.mostGroups).reduce(uncounted) { $0 + $1.count }
    if rest > 0 { output.append("- and \(HumanText.count(rest)) with other errors\n") }
  }
}

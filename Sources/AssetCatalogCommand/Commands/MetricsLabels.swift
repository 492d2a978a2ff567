import ArgumentParser

/// The labels that `--label` gives.
enum MetricsLabels {
  /// What the families themselves say.
  private static let taken: Set<String> = [
    "asset_name", "asset_id", "rule", "owner", "severity", "state", "level", "kind", "version",
  ]

  static func parsed(_ texts: [String]) throws -> [MetricsText.Label] {
    var labels: [MetricsText.Label] = []
    for text in texts {
      let pieces = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard pieces.count == 2, isName(pieces[0]), !pieces[1].isEmpty else {
        throw ValidationError(
          "--label is NAME=VALUE, where NAME has letters, digits and _ and begins with no digit and no __, not \(quoted(text))"
        )
      }
      guard !taken.contains(pieces[0]) else {
        throw ValidationError("--label \(pieces[0]): the metrics have such a label of their own; choose another name")
      }
      guard !labels.contains(where: { $0.name == pieces[0] }) else {
        throw ValidationError("--label \(pieces[0]) stands twice; keep one of them")
      }
      labels.append((pieces[0], pieces[1]))
    }
    return labels
  }

  private static func isName(_ text: String) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool {
      (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
    }
    guard let first = text.utf8.first, isLetter(first), !text.hasPrefix("__") else { return false }
    return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
  }
}

/// Finds the word that was meant by one that does not exist.
enum Spelling {
  /// The nearest of some words; `nil` where all are too far away to be what was meant.
  ///
  /// Case counts for nothing. At most a third of the letters may differ, and at most three.
  static func nearest(to word: String, in words: some Sequence<String>) -> String? {
    let wanted = lowercased(word)
    let limit = min(3, max(1, wanted.count / 3))
    var best: (distance: Int, word: String)?
    for candidate in words {
      let letters = lowercased(candidate)
      guard abs(letters.count - wanted.count) <= limit else { continue }
      let distance = distance(wanted, letters)
      if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.word
  }

  private static func lowercased(_ word: String) -> [UInt8] {
    word.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
  }

  /// The least number of letters to put in, take out, change, or swap with their neighbour.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard left.count <= 100, right.count <= 100 else { return left == right ? 0 : .max }
    var before: [Int] = []
    var previous = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      for column in 0..<right.count {
        var cost = min(
          previous[column] + (left[row] == right[column] ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, before[column - 1] + 1)
        }
        current.append(cost)
      }
      before = previous
      previous = current
    }
    return previous[right.count]
  }
}

/// A path as a sentence has it without quotes, safe for a terminal.
func unquoted(_ text: String) -> String {
  String(quoted(text).dropFirst().dropLast())
}

/// A text in quotes, safe for a terminal, and cut where it is long.
func quoted(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x00..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: shown += "\\u{\(String(scalar.value, radix: 16))}"
    default: shown.unicodeScalars.append(scalar)
    }
    if shown.unicodeScalars.count > 80 { return "'\(String(shown.unicodeScalars.prefix(79)))…'" }
  }
  return "'\(shown)'"
}

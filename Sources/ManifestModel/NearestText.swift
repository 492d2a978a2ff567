/// Finds the text that somebody may have meant, among as many as there are: one pass, no memory of those passed.
///
/// The fewest edits win: a byte put in, left out or replaced, or two neighbours exchanged; capital letters count as
/// small ones. At most a third of the text may be wrong, and three bytes. Where no text is that near, the shortest that
/// begins with what was typed is meant. Of equals the first in the order of bytes.
package struct NearestText: Sendable {
  private let wanted: [UInt8]
  private let mostEdits: Int
  private var bestEdits: Int
  private var bestLength = Int.max
  /// What was meant; `nil` where nothing is near.
  package private(set) var best: String?

  /// - Parameter text: what was typed.
  package init(to text: String) {
    wanted = text.utf8.prefix(Self.longest + 1).map(Self.small)
    mostEdits = wanted.count > Self.longest ? -1 : min(3, wanted.count / 3)
    bestEdits = mostEdits + 1
  }

  /// No name of a file is longer, and no word that anyone types.
  private static let longest = 255

  /// Looks at one text.
  package mutating func consider(_ text: String) {
    let count = text.utf8.count
    if abs(count - wanted.count) <= mostEdits {
      let edits = edits(to: text.utf8.map(Self.small), atMost: bestEdits)
      if edits < bestEdits || edits == bestEdits && edits <= mostEdits && precedesBest(text) {
        (bestEdits, best) = (edits, text)
        return
      }
    }
    guard bestEdits > mostEdits, !wanted.isEmpty, mostEdits >= 0, count > wanted.count, count <= bestLength,
      text.utf8.lazy.map(Self.small).starts(with: wanted), count < bestLength || precedesBest(text)
    else { return }
    (bestLength, best) = (count, text)
  }

  /// What was meant among a few words.
  package static func among(_ words: some Sequence<String>, to text: String) -> String? {
    var nearest = NearestText(to: text)
    for word in words { nearest.consider(word) }
    return nearest.best
  }

  private func precedesBest(_ text: String) -> Bool {
    best.map { text.utf8.lexicographicallyPrecedes($0.utf8) } ?? true
  }

  private static func small(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }

  /// The edits between the two, or more than `limit` where there are more. Rows of the usual table, of which only the
  /// cells near the diagonal can be small enough.
  private func edits(to text: [UInt8], atMost limit: Int) -> Int {
    let width = text.count + 1
    var former = [Int](repeating: 0, count: width)
    var row = Array(0..<width)
    var next = row
    for (line, byte) in wanted.enumerated() {
      let near = max(0, line - mostEdits)..<min(text.count, line + mostEdits + 1)
      next = Array(repeating: limit + 1, count: width)
      next[0] = line + 1
      for place in near {
        var cost = min(row[place + 1], next[place]) + 1
        cost = min(cost, row[place] + (text[place] == byte ? 0 : 1))
        if line > 0, place > 0, text[place - 1] == byte, text[place] == wanted[line - 1] {
          cost = min(cost, former[place - 1] + 1)
        }
        next[place + 1] = cost
      }
      if next[near.lowerBound...].min() ?? 0 > limit { return limit + 1 }
      (former, row) = (row, next)
    }
    return min(row[text.count], limit + 1)
  }
}

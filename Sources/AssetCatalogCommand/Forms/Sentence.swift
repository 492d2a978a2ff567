/// What is said to people about a failure.
enum Sentence {
  /// More than a sentence and the paths that it names should need.
  static let longest = 1_000

  /// A message as a whole sentence: it begins with a capital letter, unless with a name, a path or an option, and ends
  /// with a full stop.
  static func whole(_ message: String) -> String {
    var sentence = message
    let first = sentence.utf8.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    let next = sentence.utf8[first.endIndex...].first
    let isWord = !first.isEmpty && (next == UInt8(ascii: " ") || next == UInt8(ascii: ","))
    // Not of a file that a place in it follows, such as "my policy.yaml:3:1: …".
    if isWord, sentence.firstMatch(of: #/^[^:]*:[0-9]+:[0-9]+: /#) == nil {
      sentence = sentence.prefix(1).uppercased() + sentence.dropFirst()
    }
    if let last = sentence.last, !".?!…".contains(last) { sentence += "." }
    return sentence
  }

  /// A sentence that quotes a text of any length, cut in the middle: the beginning names what it is about, the end says
  /// what to do.
  static func shortened(_ sentence: String) -> String {
    guard sentence.utf8.count > longest, sentence.unicodeScalars.count > longest else { return sentence }
    var result = String(sentence.unicodeScalars.prefix(longest / 2))
    result += " … "
    result.unicodeScalars.append(contentsOf: sentence.unicodeScalars.suffix(longest / 2))
    return result
  }
}

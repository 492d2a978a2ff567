/// What is said to people about a failure.
enum Sentence {
  /// More than a sentence and the paths that it names should need.
  static let longest = 1_000

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

import ArgumentParser
import ManifestModel

/// Words with commas between them, such as `error,warn`.
struct WordList<Word: RawRepresentable & CaseIterable & Hashable & Sendable>: Sendable where Word.RawValue == String {
  let words: Set<Word>

  init(_ text: String, _ what: String) throws {
    var words: Set<Word> = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let word = Word(rawValue: name) else {
        let meant = NearestText.among(Word.allCases.map(\.rawValue), to: name)
        throw ValidationError(
          "there is no \(what) \(quoted(name)); "
            + (meant.map { "did you mean \(quoted($0))?" } ?? "write \(Self.choices)"))
      }
      words.insert(word)
    }
    self.words = words
  }

  /// `ok, warn or error`.
  static var choices: String {
    let names = Word.allCases.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
  }
}

import ArgumentParser
import FreshnessRules

/// Refuses an option that takes one value and stands twice with different ones: the parser would take the last, and
/// drop without a word what was asked for before.
///
/// Which options take several values, the parser's own declarations say; they are asked only where something stands
/// twice.
enum RepeatedOptions {
  /// Of these the last counts, so that an alias of a shell can be overruled.
  static let overruled: Set<String> = ["--format", "--limit"]
  /// What takes several values wherever it is declared, so that commands which record need not ask for that.
  static let collected: Set<String> = ["--artifact", "--expect"]

  /// Looks at the words up to `--`, of which each that begins with a hyphen is an option: no value may begin so.
  static func check(_ arguments: [String]) throws(CommandFailure) {
    var values: [String: String] = [:]
    var repeated: [(option: String, first: String, second: String)] = []
    for (index, word) in arguments.enumerated() where word.utf8.count > 1 && word.hasPrefix("-") {
      if word == "--" { break }
      let pieces = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let value = pieces.count == 2 ? pieces[1] : index + 1 < arguments.count ? arguments[index + 1] : ""
      guard !overruled.contains(pieces[0]), !collected.contains(pieces[0]),
        let first = values.updateValue(value, forKey: pieces[0]), !first.utf8.elementsEqual(value.utf8)
      else { continue }
      repeated.append((pieces[0], first, value))
    }
    guard let command = repeated.isEmpty ? nil : RootCommand.command(in: arguments) else { return }
    let singleValued = OptionDeclaration.all(of: command).filter { $0.takesValue && !$0.takesSeveral }
    for (option, first, second) in repeated {
      guard singleValued.contains(where: { $0.names.contains(option) }) else { continue }
      throw CommandFailure(
        .usage, "\(option) stands twice, with \(quoted(first)) and with \(quoted(second)); keep one of them")
    }
  }
}

/// An option or flag as the parser describes it.
struct OptionDeclaration {
  /// Each with its hyphens.
  let names: [String]
  let takesValue: Bool
  let takesSeveral: Bool

  /// What a command declares, by the description that the parser gives to tools.
  static func all(of command: any ParsableCommand.Type) -> [OptionDeclaration] {
    guard let description = try? PlacedJSON.parse(Array(command._dumpHelp().utf8)),
      let arguments = description["command"]?["arguments"]?.elements
    else { return [] }
    return arguments.compactMap { argument in
      guard let kind = argument["kind"]?.text, kind != "positional" else { return nil }
      let names = (argument["names"]?.elements ?? []).compactMap { name in
        name["name"]?.text.map { (name["kind"]?.text == "long" ? "--" : "-") + $0 }
      }
      return OptionDeclaration(
        names: names, takesValue: kind == "option", takesSeveral: argument["isRepeating"]?.isTrue ?? false)
    }
  }
}

extension PlacedJSON {
  fileprivate subscript(key: String) -> PlacedJSON? {
    guard case .object(let members) = value else { return nil }
    return members.first { $0.key == key }?.value
  }

  fileprivate var elements: [PlacedJSON]? {
    guard case .array(let elements) = value else { return nil }
    return elements
  }

  fileprivate var text: String? {
    guard case .string(let text) = value else { return nil }
    return text
  }

  fileprivate var isTrue: Bool {
    guard case .bool(let flag) = value else { return false }
    return flag
  }
}

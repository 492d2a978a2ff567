internal import ArgumentParser
import ManifestModel

/// Lets the options of every command stand before the command too: `asset-catalog --root DIR status`.
enum GlobalOptionOrder {
  private static let valued: Set<String> = [
    "--root", "--metadata", "--index", "--now", "--patience", "--running-window",
  ]
  private static let flags: Set<String> = ["--quiet", "-q", "--verbose", "-v"]

  /// The option of every command that somebody may have meant who wrote an unknown one before the command.
  static func meant(by word: String) -> String? {
    let option = word.split(separator: "=", maxSplits: 1).first.map(String.init) ?? word
    let own: Set<String> = ["--help", "--version", "--generate-completion-script", "--experimental-dump-help"]
    let options = valued.union(flags).filter { $0.hasPrefix("--") }
    if own.contains(option) || options.contains(option) { return nil }
    return NearestText.among(options.union(own), to: option)
  }

  /// The arguments with such options moved after the command.
  static func normalized(_ arguments: [String]) -> [String] {
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      if valued.contains(argument), index + 1 < arguments.count {
        index += 2
      } else if flags.contains(argument) || valued.contains(where: { argument.hasPrefix($0 + "=") }) {
        index += 1
      } else {
        break
      }
    }
    guard index > 0, index < arguments.count, !arguments[index].hasPrefix("-") else { return arguments }
    var end = index + 1
    // A command that has commands of its own consists of two words.
    let isFamily = RootCommand.command(in: [arguments[index]]).map { !$0.configuration.subcommands.isEmpty } ?? false
    if isFamily, end < arguments.count, !arguments[end].hasPrefix("-") { end += 1 }
    return Array(arguments[index..<end]) + arguments[..<index] + arguments[end...]
  }
}

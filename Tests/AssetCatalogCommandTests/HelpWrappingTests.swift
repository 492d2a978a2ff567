import ArgumentParser
import Foundation
import Testing

@testable import AssetCatalogCommand

/// The help of every command, in terminals of several widths.
@Suite("The help of every command") struct HelpWrappingTests {
  static let widths = [60, 80, 100, 120]

  /// Every command, the families included.
  private static let commands: [any ParsableCommand.Type] = {
    func all(_ command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
      [command]
        + (command.configuration.groupedSubcommands.flatMap(\.subcommands) + command.configuration.subcommands)
        .flatMap(all)
    }
    var seen: Set<ObjectIdentifier> = []
    return all(RootCommand.self).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }()

  private static func help(of command: any ParsableCommand.Type) -> String {
    RootCommand.helpMessage(for: command, columns: HelpWrapping.unlimited)
  }

  /// The lines of a part of the help, without its heading.
  private static func part(_ heading: String, of help: String) -> [String] {
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let start = lines.firstIndex(of: "\(heading):") else { return [] }
    return Array(lines[(start + 1)...].prefix { !$0.isEmpty })
  }

  @Test("has examples that a shell takes as they are printed, and that are the commands they were", arguments: widths)
  func examples(width: Int) throws {
    #expect(Self.commands.count > 30)
    var script = ""
    for command in Self.commands {
      let help = Self.help(of: command)
      let meant = Self.part("EXAMPLES", of: help)
      let printed = Self.part("EXAMPLES", of: HelpWrapping.fitted(help, to: width))
      #expect(try Self.words(of: printed) == Self.words(of: meant), "\(command.configuration.commandName ?? "")")
      #expect(printed.allSatisfy { $0.hasPrefix("  ") && ($0.count <= width || Self.isOneWord($0)) }, "\(printed)")
      script += printed.joined(separator: "\n") + "\n"
    }
    try Self.run(["-n", "-c", script])
  }

  @Test("has no line that is too long, and no text that leaves its column", arguments: widths)
  func columns(width: Int) throws {
    for command in Self.commands {
      let name = command.configuration.commandName ?? ""
      let help = Self.help(of: command)
      let fitted = HelpWrapping.fitted(help, to: width)
      let squeeze = { (text: String) in text.split { $0 == " " || $0 == "\n" || $0 == "\\" }.joined(separator: " ") }
      #expect(squeeze(fitted) == squeeze(help), "\(name)")
      for line in fitted.split(separator: "\n") where line.count > width {
        #expect(Self.isOneWord(String(line)), "\(name): \(line)")
      }
      for heading in ["EXIT STATUS", "OPTIONS", "ARGUMENTS", "COLUMNS"] {
        for line in Self.part(heading, of: fitted) { #expect(line.hasPrefix("  "), "\(name): \(line)") }
      }
    }
  }

  /// Whether a line has nothing in it but one word, or one text in quotes, and perhaps a backslash at its end.
  private static func isOneWord(_ line: String) -> Bool {
    line.wholeMatch(of: /\ +(?:"[^"]*"|'[^']*'|\S+)(?:\ \\)?/) != nil
  }

  /// What a shell makes of commands, in its own spelling. Nothing is run.
  private static func words(of lines: [String]) throws -> String {
    lines.isEmpty ? "" : try run(["-c", "examples() {\n\(lines.joined(separator: "\n"))\n}; declare -f examples"])
  }

  @discardableResult
  private static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(complaint == "" && process.terminationStatus == 0, "\(arguments)")
    return text
  }
}

import ArgumentParser
import AssetCatalog
import Glibc

/// The program: reads the command line, runs one command, and turns what happens into an exit status.
@main
enum Main {
  static func main() {
    StandardStreams.prepare()
    exit(statusOfCommandLine())
  }

  /// Runs the command line and says how to end; complaints go to standard error.
  private static func statusOfCommandLine() -> Int32 {
    do {
      let words = try RawCommandLine.words()
      let arguments = GlobalOptionOrder.normalized(words.map { String(decoding: $0, as: UTF8.self) })
      try RawCommandLine.requireUTF8(in: words)
      try RootCommand.requireCommand(in: arguments)
      try RepeatedOptions.check(arguments)
      var command = try RootCommand.parseAsRoot(arguments)
      if let command = command as? ExecCommand { try command.perform(words).passOn() }
      if let command = command as? any CatalogCommand { return try command.perform().rawValue }
      try command.run()
      return ExitStatus.success.rawValue
    } catch {
      return status(of: error).rawValue
    }
  }

  private static func status(of error: any Error) -> ExitStatus {
    switch error {
    case let error as CommandFailure:
      Session.say(error.message)
      return error.status
    case let error as CatalogError:
      Session.say(error.sentence)
      return ExitStatus(error.code)
    case let error as OutputError:
      return status(of: error)
    default:
      return status(ofParserError: error)
    }
  }

  private static func status(of error: OutputError) -> ExitStatus {
    if error.isBrokenPipe { StandardStreams.endAfterBrokenPipe() }
    Session.say("\(error.message); make room or write elsewhere")
    return .inputOutput
  }

  /// What the parser throws is either help that was asked for or a command line that makes no sense.
  private static func status(ofParserError error: any Error) -> ExitStatus {
    let width = StandardStreams.terminalWidth(of: STDOUT_FILENO).map { min($0, 120) } ?? 100
    let text = HelpWrapping.fitted(
      RootCommand.fullMessage(for: error, columns: HelpWrapping.unlimited), to: width)
    guard RootCommand.exitCode(for: error).isSuccess else {
      Session.say(UsageSentence.sentence(message: RootCommand.message(for: error), fullMessage: text))
      return .usage
    }
    var output = ByteSink(descriptor: STDOUT_FILENO)
    output.append(text)
    if text.utf8.last != UInt8(ascii: "\n") { output.append("\n") }
    do {
      try output.drain()
      return .success
    } catch {
      return status(of: error)
    }
  }
}

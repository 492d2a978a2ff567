import ArgumentParser
import AssetCatalog
import Glibc

/// A command that asks the catalog something or maintains it.
protocol CatalogCommand: ParsableCommand {
  var globals: GlobalOptions { get }

  /// When the index is brought up to date before the answer.
  func reconciling() throws(CommandFailure) -> AssetCatalog.Reconciling

  /// Does the work, writes the answer, and says how to end.
  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus
}

/// A command that asks a question whose answer is rows.
protocol QuestionCommand: CatalogCommand {
  var answer: AnswerOptions { get }
}

extension QuestionCommand {
  func reconciling() throws(CommandFailure) -> AssetCatalog.Reconciling { try answer.freshIndex.reconciling() }
}

extension CatalogCommand {
  /// Maintaining commands decide for themselves.
  func reconciling() throws(CommandFailure) -> AssetCatalog.Reconciling { .never }

  /// Opens the catalog and does the work.
  func perform() throws -> ExitStatus {
    let begin = ContinuousClock.now
    let session = try Session(globals, reconciling: try reconciling())
    var output = ByteSink(descriptor: STDOUT_FILENO)
    defer { session.clearProgress() }
    let status = try run(in: session, to: &output)
    try output.drain()
    if globals.verbose {
      let elapsed = (ContinuousClock.now - begin).components
      let microseconds = elapsed.seconds * 1_000_000 + elapsed.attoseconds / 1_000_000_000_000
      Session.say("done in \(HumanText.span(microseconds: microseconds))")
    }
    return status
  }
}

extension Report {
  /// Writes the report in the form that the user chose.
  ///
  /// - Returns: how many rows there were.
  @discardableResult
  func write(_ options: FormatOptions, to output: inout ByteSink) throws -> Int {
    let terminalWidth = StandardStreams.terminalWidth(of: STDOUT_FILENO)
    switch options.format {
    case .table: return try TableForm(terminalWidth: terminalWidth).write(self, to: &output)
    case .json: return try JSONForm().write(self, to: &output)
    case .ndjson: return remarking(try NDJSONForm().write(self, to: &output))
    case .csv:
      return remarking(
        try CSVForm(isRaw: options.csvRaw, isTerminal: terminalWidth != nil).write(self, to: &output))
    }
  }

  /// Says what rows alone do not.
  private func remarking(_ count: Int) -> Int {
    for remark in remarks { Session.say(remark) }
    return count
  }
}

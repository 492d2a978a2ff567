import ArgumentParser
import AssetCatalog
import Glibc

/// A command that asks the catalog something or maintains it.
protocol CatalogCommand: ParsableCommand {
  var globals: GlobalOptions { get }

  /// The file that the answer goes into; `nil` for standard output.
  var outputPath: String? { get }

  /// When the index is brought up to date before the answer.
  func reconciling() throws(CommandFailure) -> Catalog.Reconciling

  /// Does the work, writes the answer, and says how to end.
  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus
}

extension CatalogCommand {
  var outputPath: String? { nil }

  /// Maintaining commands decide for themselves.
  func reconciling() throws(CommandFailure) -> Catalog.Reconciling { .never }

  /// Opens the catalog and does the work.
  func perform() throws -> ExitStatus {
    let begin = ContinuousClock.now
    let session = try Session(globals, reconciling: try reconciling())
    defer { session.clearProgress() }
    let status = try write(session, into: outputPath)
    try session.afterAnswer()
    if globals.verbose {
      Session.say("done in \(HumanText.span(microseconds: (ContinuousClock.now - begin).microseconds))")
    }
    return status
  }
}

extension CatalogCommand {
  /// Writes the answer to standard output, or into a file that is then whole. An answer that fails leaves the old file.
  private func write(_ session: Session, into path: String?) throws -> ExitStatus {
    guard let path, path != "-" else {
      var output = ByteSink(descriptor: STDOUT_FILENO)
      let status = try run(in: session, to: &output)
      try output.drain()
      return status
    }
    let file = try OutputFile(path, named: "output file")
    let status: ExitStatus
    do {
      var output = ByteSink(descriptor: file.descriptor)
      status = try run(in: session, to: &output)
      try output.drain()
    } catch let error as OutputError {
      throw file.failure(error)
    }
    try file.publish()
    return status
  }
}

extension Report {
  /// Writes the report in the form that the user chose.
  ///
  /// - Returns: how many rows there were.
  @discardableResult
  func write(_ options: FormatOptions, to output: inout ByteSink) throws -> Int {
    let isFile = options.output != nil
    switch options.format {
    case .table: return try TableForm.standard(isFile: isFile).write(self, to: &output)
    case .json: return try JSONForm().write(self, to: &output)
    case .ndjson: return remarking(try NDJSONForm().write(self, to: &output))
    case .markdown: return try MarkdownForm().write(self, to: &output)
    case .csv:
      return remarking(
        try CSVForm(
          isRaw: options.csvRaw, isTerminal: !isFile && StandardStreams.terminalWidth(of: STDOUT_FILENO) != nil
        ).write(self, to: &output))
    }
  }

  /// Says what rows alone do not.
  private func remarking(_ count: Int) -> Int {
    for remark in remarks { Session.say(remark) }
    return count
  }
}

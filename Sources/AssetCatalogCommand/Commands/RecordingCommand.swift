import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// A command that records one report.
protocol RecordingCommand: CatalogCommand {
  var future: FutureTimeOptions { get }
  func report(_ times: RecordedTimes) throws -> RunReport
  /// Records the report.
  func record(_ report: RunReport, in catalog: Catalog) throws(CatalogError) -> RecordedRun
}

extension RecordingCommand {
  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    try write(in: session, to: &output)
  }

  /// Records the report, and says what was recorded.
  func write(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    session.allowFutureTimes(future.allowFuture)
    let report = try report(RecordedTimes(session: session))
    let recorded = try record(report, in: session.catalog())
    if !globals.quiet { output.append(recorded: recorded) }
    return .success
  }

  func record(_ report: RunReport, in catalog: Catalog) throws(CatalogError) -> RecordedRun {
    try catalog.recordRun(report)
  }

  static var statuses: [ExitStatus] {
    [.success, .usage, .badData, .noSuchRoot, .internalError, .cannotWrite, .inputOutput, .busy]
  }
}

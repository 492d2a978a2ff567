import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog record batch`.
struct RecordBatchCommand: CatalogCommand {
  /// Reports that share the calls that wait for the disk.
  private static let chunk = 1_000

  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Many reports, one JSON object a line.",
    discussion: HelpText.discussion(
      """
      Reads lines such as
        {"event": "success", "asset_name": "bronze.orders", "asset_id": "a1", "run_id": "r1",
         "started_at": "2026-11-23T06:00:00Z", "materialized": "2026-11-23T06:01:00Z",
         "artifacts": ["bronze/orders.parquet"]}
      where event is start, heartbeat, success or failure, and everything but event and asset_name may be missing. \
      Further keys: ended_at, duration_ms, signature, asset_path, artifacts_dir, parameters, of a start or heartbeat \
      heartbeat_seconds, and of a failure error, which is a text or {"type", "message", "traceback"}. A heartbeat \
      needs its run_id. A missing asset_id follows the rule of 'record success --help'.

      For each line, in order, one line of JSON says what was recorded ("recorded": true), or why not ("recorded": \
      false, "kind", "error"). What is said to be recorded is on the disk. A line that cannot be recorded does not \
      keep the others from it; the exit status is that of the first.

      The kind is one of these words:
        invalid       the report makes no sense: it will be refused again
        busy          another writer of the asset does not end: try again
        cannot_write  the disk is full or may not be written: try again once that is mended
        io            reading or writing failed: likewise
        no_such_root  the storage root is gone: likewise
        no_such_run   a heartbeat of a run that has not begun or has ended: it will be refused again
        internal      a defect of asset-catalog
      """,
      examples: [
        "asset-catalog record batch runs.ndjson", "scheduler --dump | asset-catalog record batch - > done.ndjson",
      ],
      found: "a heartbeat of a run that is not under way",
      unusable: "a report, a time or a duration",
      statuses: [
        .success, .found, .usage, .badData, .noSuchRoot, .internalError, .cannotWrite, .inputOutput, .busy,
      ]))

  @Argument(help: "The file; '-' for standard input.", completion: .file())
  var file: String
  @OptionGroup var future: FutureTimeOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    session.allowFutureTimes(future.allowFuture)
    DescriptorLimit.raise()
    let catalog = try session.catalog()
    var input = try InputLines(path: file)
    var status = ExitStatus.success
    var number = 0
    while true {
      let lines = try input.next(Self.chunk)
      if lines.isEmpty { return status }
      let results = Self.record(lines, in: catalog)
      for result in results {
        number += 1
        switch result {
        case .none: continue
        case .success(let recorded)?:
          if !globals.quiet { output.append(recorded: recorded, line: number) }
        case .failure(let failure)?:
          if status == .success { status = failure.status }
          if !globals.quiet { output.append(notRecorded: failure, line: number) }
          Session.say("line \(number): \(failure.message)")
        }
      }
      try output.drain()
    }
  }

  /// For each line what was recorded, or why not; `nil` for a blank line.
  private static func record(
    _ lines: [[UInt8]], in catalog: Catalog
  ) -> [Result<RecordedRun, CommandFailure>?] {
    var results: [Result<RecordedRun, CommandFailure>?] = Array(repeating: nil, count: lines.count)
    var reports: [(line: Int, report: RunReport)] = []
    for (index, line) in lines.enumerated() where line.contains(where: { $0 > 0x20 }) {
      do {
        reports.append((index, try ReportLine.parse(line)))
      } catch {
        results[index] = .failure(error)
      }
    }
    do throws(CatalogError) {
      for ((line, _), result) in zip(reports, try catalog.recordRuns(reports.map(\.report))) {
        results[line] = result.mapError { CommandFailure($0) }
      }
    } catch {
      // What is wrong with the tree as a whole is wrong for each line, and may have passed when the next ones come.
      for (line, _) in reports { results[line] = .failure(CommandFailure(error)) }
    }
    return results
  }
}

extension ExitStatus {
  /// What keeps a report from being recorded, in a word that programs may rely on.
  var kind: String {
    switch self {
    case .usage, .badData: "invalid"
    case .busy: "busy"
    case .cannotWrite: "cannot_write"
    case .inputOutput: "io"
    case .noSuchRoot: "no_such_root"
    case .found: "no_such_run"
    case .success, .internalError: "internal"
    }
  }
}

extension ByteSink {
  fileprivate mutating func append(recorded run: RecordedRun, line: Int) {
    append("{\"line\":\(line),\"recorded\":true,")
    // The rest of the object that a single record prints.
    var object = ByteSink(descriptor: nil)
    object.append(recorded: run)
    object.bytes.dropFirst().withUnsafeBufferPointer { append($0) }
  }

  fileprivate mutating func append(notRecorded failure: CommandFailure, line: Int) {
    appendJSON([
      Cell.Field("line", .integer(line)), Cell.Field("recorded", .flag(false)),
      Cell.Field("kind", .text(failure.status.kind)), Cell.Field("error", .text(failure.message)),
    ])
    append("\n")
  }
}

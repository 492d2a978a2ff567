import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog prune`.
struct PruneCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "List the folders of old runs, and remove them with --delete.",
    discussion: HelpText.discussion(
      """
      mad_prefect never removes a run. A run goes only if neither --keep-last nor --keep-within keeps it. Never \
      removed: the newest run of an asset, the newest that ended, the last success, the run that the manifest names, \
      one that may still be running, one that cannot be read, and every run of an asset whose manifest cannot be read \
      ('repair' mends that). A folder that holds anything but the run's metadata is left and named. Interrupted at any \
      point, each run is whole or gone. In a bucket nothing is removed: --delete is refused there, and the list is for \
      a tool of the store.

      What is gone is gone from the history too: 'runs', success rates and typical durations tell less afterwards. \
      Keep enough runs for them: 'overrun' needs 8 successes.
      """,
      examples: [
        "asset-catalog prune --keep-last 30 --keep-within 90d",
        "asset-catalog prune --keep-within 1d12h --name 'tmp.*'",
        "asset-catalog prune --keep-last 100 --delete --quiet",
      ]))

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Keep this many of the newest runs of each asset.", valueName: "n"),
    transform: WholeNumber.from(0))
  var keepLast: Int?
  @Option(help: ArgumentHelp("Keep the runs that began no longer ago than this.", valueName: "duration"))
  var keepWithin: String?
  @OptionGroup var filter: NameOptions
  @Flag(help: "Remove what is listed.")
  var delete = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if keepLast == nil && keepWithin == nil {
      throw ValidationError("say which runs to keep, with --keep-last, --keep-within or both")
    }
  }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let within = try keepWithin.map { text throws(CommandFailure) in
      try Session.duration(text, for: "--keep-within")
    }
    var work = try session.catalog().prune(
      Retention(keepLast: keepLast, keepWithin: within), of: filter.selection, delete: delete)
    var failure: ExitStatus?
    let way = Catalog.isInBucket(session.root) ? "a tool of the store can remove" : "--delete removes"
    let done = delete ? "removed." : "may go. Nothing was changed; \(way) what is listed."
    var report = Report(
      columns: Column.pruned,
      next: Report.pages(of: { () throws(CatalogError) in try work.next() }) { finding in
        switch finding {
        case .run(let run): return run
        case .left(_, let path, let reason):
          session.remark("\(path) was left: \(reason)")
          return nil
        case .failure(let problem):
          let status = session.complain(problem)
          failure = failure ?? status
          return nil
        }
      },
      generatedAt: work.generatedAt, asOf: nil, root: session.root,
      emptySentence: globals.quiet ? "" : "No run may go.")
    report.failedSentence = { failure.map { _ in "No run \(delete ? "was removed" : "may go that was looked at")." } }
    if !globals.quiet { report.notes = { $0 == 0 ? [] : ["\(HumanText.count($0, "run")) \(done)"] } }
    try report.write(format, to: &output)
    if work.assetCount == 0 { return failure ?? session.endWithoutAssets(filter.selection) }
    return failure ?? .success
  }
}

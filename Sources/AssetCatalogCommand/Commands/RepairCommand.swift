import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog repair`.
struct RepairCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Write the manifests that their runs imply, where one is missing, damaged or behind.",
    discussion: HelpText.discussion(
      """
      Shows the old and the new values of each manifest, and writes it in mad_prefect's bytes; --dry-run only shows. \
      Each is written under the asset's lock, and is the old or the new one at any instant. Runs count in the order of \
      their starts. What only the manifest knows stays if it can be read: signature, artifacts that no run names, \
      unknown fields, a newer last materialization. 'updated_at' becomes the end of the newest run, so that a second \
      repair finds nothing.

      Left alone: a manifest that is being written, that is over 16 MiB or nested over 1000 levels, or that is no \
      file, and a damaged one of an asset in which no run has ended. Each is named, the rest is repaired, and the \
      status is that of the first: 73 left alone or cannot be written, 65 nothing to repair it from, 74 cannot be \
      read, 75 being written.
      """,
      examples: [
        "asset-catalog repair --dry-run", "asset-catalog repair bronze.orders a1",
        "asset-catalog repair --name 'bronze.*' --format json",
      ],
      found: "--dry-run: something is to be repaired; or there is no such asset",
      unusable: "a damaged manifest without an ended run, a time or a duration"))

  @Argument(help: "The name of an asset. Default: all assets.")
  var name: String?
  @Argument(help: "The id of one configuration.")
  var id: String?
  @Flag(help: "Say what would be written, and change nothing.")
  var dryRun = false
  @OptionGroup var filter: NameOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if name != nil && !filter.names.isEmpty { throw ValidationError("give the name of an asset or --name, not both") }
  }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let selection = name.map { AssetSelection.named($0, id: id) } ?? filter.selection
    var work = try session.catalog().repair(selection, dryRun: dryRun)
    var failure: ExitStatus?
    let done = dryRun ? "to be repaired. A dry run: nothing was changed." : "repaired."
    var report = Report(
      columns: Column.repairs,
      next: Report.pages(of: { () throws(CatalogError) in try work.next() }) { finding in
        switch finding {
        case .manifest(let manifest): return manifest
        case .failure(let problem):
          let status = session.complain(problem)
          failure = failure ?? status
          return nil
        }
      },
      generatedAt: work.generatedAt, asOf: nil, root: session.root,
      emptySentence: globals.quiet ? "" : "Nothing to repair.")
    report.failedSentence = { failure.map { _ in "No manifest \(dryRun ? "can be" : "was") repaired." } }
    if !globals.quiet { report.notes = { $0 == 0 ? [] : ["\(HumanText.count($0, "manifest")) \(done)"] } }
    let count = try report.write(format, to: &output)
    if work.assetCount == 0 { return failure ?? session.endWithoutAssets(selection) }
    return failure ?? (dryRun && count > 0 ? .found : .success)
  }
}

extension NameOptions {
  /// The assets that the patterns mean; all where there is none.
  var selection: AssetSelection { names.isEmpty ? .all : .matching(names) }
}

extension Session {
  /// Says what could not be done, and how to end for that.
  func complain(_ failure: TreeWorkFailure) -> ExitStatus {
    clearProgress()
    Session.say(failure.error.sentence)
    return ExitStatus(failure.error.code)
  }

  /// Says that no asset is meant, unless all are.
  func endWithoutAssets(_ selection: AssetSelection) -> ExitStatus {
    switch selection {
    case .all: return .success
    case .matching(let patterns):
      Session.say("no asset below \(quoted(root)) matches \(patterns.map { quoted($0) }.joined(separator: " or "))")
    case .named(let name, let id):
      let asset = id.map { "\(quoted(name)) with the id \(quoted($0))" } ?? quoted(name)
      Session.say("there is no asset \(asset) below \(quoted(root)); 'asset-catalog list' names them all")
    }
    return .found
  }
}

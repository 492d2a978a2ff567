import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// `asset-catalog show`.
struct ShowCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One asset in full: its facts, artifacts, last runs and problems.",
    discussion: HelpText.discussion(
      """
      Without an id, every asset of that name is shown. The name is taken as it is, not as a pattern. What the newest \
      run that measured its artifacts recorded of them (size, rows, schema hash) is shown where there is such a run.
      """,
      examples: [
        "asset-catalog show bronze.orders", "asset-catalog show bronze.orders a1 --format json",
      ],
      found: "there is no such asset"))

  @Argument(help: "The name of the asset.")
  var name: String
  @Argument(help: "The id of one configuration.")
  var id: String?
  @OptionGroup var format: FormatOptions
  @Option(
    parsing: .unconditional, help: ArgumentHelp("At most this many runs of each asset.", valueName: "n"),
    transform: WholeNumber.from(1))
  var limit = 10
  @OptionGroup var freshIndex: FreshIndexOptions
  @OptionGroup var globals: GlobalOptions

  func reconciling() throws(CommandFailure) -> Catalog.Reconciling { try freshIndex.reconciling() }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let found = try session.assets(named: name, id: id)
    let catalog = try session.settledCatalog()
    let details = try found.rows.map { row throws(CatalogError) in try AssetDetails(row, in: catalog, runLimit: limit) }
    session.clearProgress()
    if format.format == .table {
      for (index, asset) in details.enumerated() {
        if index > 0 { output.append("\n") }
        try asset.write(generatedAt: found.generatedAt, root: session.root, to: &output)
      }
    } else {
      let report = Report(
        columns: Column.details, rows: details, generatedAt: found.generatedAt, asOf: found.asOf,
        root: session.root, emptySentence: "")
      try report.write(format, to: &output)
    }
    return found.rows.isEmpty ? try session.endWithoutAsset(name, id) : .success
  }
}

extension Session {
  /// The assets of one name, or the one with that id too.
  func assets(named name: String, id: String?) throws(CatalogError) -> Answer<AssetRow> {
    let all = try catalog().assets(name: GlobPattern.exactly(name), limit: nil)
    guard let id else { return all }
    return Answer(
      generatedAt: all.generatedAt, asOf: all.asOf, gaps: all.gaps,
      rows: all.rows.filter { $0.asset.id.utf8.elementsEqual(id.utf8) })
  }

  /// Says that there is no such asset, or that nothing is known of it because its files cannot be read.
  func endWithoutAsset(_ name: String, _ id: String?) throws -> ExitStatus {
    let asset = id.map { "\(quoted(name)) with the id \(quoted($0))" } ?? quoted(name)
    let hasProblem = try settledCatalog().problems().rows.compactMap(\.asset).contains { problem in
      problem.name.utf8.elementsEqual(name.utf8) && id.map { problem.id.utf8.elementsEqual($0.utf8) } ?? true
    }
    Session.say(
      hasProblem
        ? "of the asset \(asset) below \(quoted(root)) no file could ever be read; 'asset-catalog problems' says why"
        : try sentence(onMissing: asset, name: name, id: id, in: settledCatalog()))
    return .found
  }
}

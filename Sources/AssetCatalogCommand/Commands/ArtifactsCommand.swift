import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog artifacts`.
struct ArtifactsCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "artifacts",
    abstract: "Which asset produces a path, and which recorded artifacts are gone.",
    discussion: HelpText.discussion(
      """
      The path is relative to the storage root, as in the manifests; an absolute path below the root will do, and so \
      will './' or doubled slashes. Only '..' is compared as it stands. Without a path, all recorded artifacts are \
      listed.
      """,
      examples: [
        "asset-catalog artifacts bronze/orders.parquet", "asset-catalog artifacts --missing",
        "asset-catalog artifacts --missing --format ndjson",
      ],
      found: "with --missing: at least one artifact is gone, or nobody produces the path; or a --name matches no asset")
  )

  @Argument(help: "The artifact.")
  var path: String?
  @Flag(help: "Only artifacts that no longer exist.")
  var missing = false
  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let empty =
      if let path {
        missing ? "No missing artifact is recorded at \(quoted(path))." : "No asset produces \(quoted(path))."
      } else {
        missing ? "No recorded artifact is missing." : "No artifacts are recorded."
      }
    let noun = missing ? "missing artifact" : "artifact"
    var gaps = AnswerGaps()
    var isProduced = false
    let report = try report(session, empty: empty, &gaps, &isProduced) { "\(HumanText.count($0, noun))." }
    session.clearProgress()
    let count = try report.write(answer.format, to: &output)
    var status: ExitStatus = missing && count > 0 ? .found : .success
    // What a manifest that cannot be read names may be missing.
    if missing, name.names.isEmpty, session.isIncomplete(gaps, needsManifests: true) { status = .found }
    // With --name, somebody else may produce it.
    if missing, let path, !isProduced,
      try name.names.isEmpty || session.settledCatalog().producers(of: path).rows.isEmpty
    {
      Session.say(
        "no asset produces \(quoted(path)), so that nothing could be missing; 'asset-catalog artifacts' lists all paths"
      )
      status = .found
    }
    return try session.status(status, unlessUnmatched: name.names)
  }

  private func report(
    _ session: Session, empty: String, _ gaps: inout AnswerGaps, _ isProduced: inout Bool,
    note: @escaping (_ count: Int) -> String
  ) throws(CatalogError) -> Report<ArtifactRow> {
    let limit = answer.limit.limit
    let catalog = try session.catalog()
    guard let path else {
      let pages =
        try missing
        ? catalog.artifacts(names: name.names, missingOnly: true).pages(limit: limit)
        : catalog.artifacts(names: name.names).pages(limit: limit)
      gaps = pages.gaps
      return session.report(pages, columns: Column.artifacts, empty: empty, limit: limit, note: note)
    }
    let all = try catalog.producers(of: path, names: name.names)
    isProduced = !all.rows.isEmpty
    let wanted = missing ? all.rows.filter { !$0.exists } : all.rows
    let found = Answer(
      generatedAt: all.generatedAt, asOf: all.asOf, gaps: all.gaps, rows: Array(wanted.prefix(limit ?? .max)))
    return session.report(found, columns: Column.artifacts, empty: empty, limit: limit, note: note)
  }
}

import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog reconcile`.
struct ReconcileCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Bring the index up to date with the tree.",
    discussion: HelpText.discussion(
      """
      Reads only what changed since the last time. --full also looks at the file of every finished run, for those edited by \
      hand. A root that is missing or suddenly empty is an error that deletes nothing; so is, for an index outside the tree, \
      another folder under another path. --accept-root says that the tree is right as it is. While another reconcile is at \
      work, this one waits: as long as that takes, as long as --patience says, or with --no-wait not at all.

      --keys-from reads no listing: it takes keys of objects, or paths of files, that an event feed says were written or \
      removed, one a line, and reads these files alone. A key is given as the bucket has it, or as an s3:// URL; a path \
      relative to the root, or absolute. They may come late, twice and in any order, and those of other things are passed \
      over. Feeds lose events: only a daily 'asset-catalog reconcile' makes up for that, so the index counts as no younger.
      """,
      examples: [
        "asset-catalog reconcile", "asset-catalog reconcile --dry-run",
        "asset-catalog reconcile --full --no-wait --quiet", "my-event-feed | asset-catalog reconcile --keys-from -",
      ]))

  @Flag(help: "Say what would be read and removed, and change nothing.")
  var dryRun = false
  @Flag(help: "Look at every file, also those of finished runs.")
  var full = false
  @Flag(help: "If another process has the index, end with 75 at once.")
  var noWait = false
  @Flag(help: "Take the tree as it is, though it is empty or another than before.")
  var acceptRoot = false
  @Option(
    help: ArgumentHelp(
      "Read only the files whose keys or paths stand in this file, one a line; '-' for standard input.",
      valueName: "file"),
    completion: .file())
  var keysFrom: String?
  @Flag(name: [.customShort("0"), .customLong("null")], help: "Each key of --keys-from ends with a NUL.")
  var endsWithNul = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if keysFrom?.isEmpty ?? false { throw ValidationError("--keys-from is empty; name a file, or '-'") }
    if keysFrom == nil, endsWithNul { throw ValidationError("--null goes only with --keys-from") }
    if keysFrom != nil, full || dryRun || acceptRoot {
      throw ValidationError("--keys-from goes with none of --full, --dry-run and --accept-root")
    }
  }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    if let keysFrom { return try run(in: session, keysFrom, to: &output) }
    let summary = try session.catalog().reconcile(full: full, dryRun: dryRun, wait: !noWait, acceptRoot: acceptRoot)
    session.clearProgress()
    if dryRun {
      try summary.writePlan(session, format, to: &output)
    } else {
      try summary.write(quiet: globals.quiet, format, to: &output)
    }
    return .success
  }
}

/// `asset-catalog rebuild`.
struct RebuildCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Read everything again and replace the content of the index.",
    discussion: HelpText.discussion(
      """
      Also when the index is damaged or is no database: what stands in its place is moved aside. Those who read go on with \
      the old content until the new one is there, and a rebuild that is interrupted leaves the old one. What is recorded \
      meanwhile is in the new one.
      """,
      examples: ["asset-catalog rebuild", "asset-catalog rebuild --no-wait --format json"]))

  @Flag(help: "If another process has the index, end with 75 at once.")
  var noWait = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let summary = try session.catalog().rebuild(wait: !noWait)
    session.clearProgress()
    try summary.write(quiet: globals.quiet, format, to: &output)
    return .success
  }
}

/// `asset-catalog check`.
struct CheckCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare the tree with the index and print each difference.",
    discussion: HelpText.discussion(
      """
      Writes nothing. 'missing' is in the tree only, 'extra' in the index only, 'stale' differs, 'damaged' cannot be read. A \
      reconcile, or at worst a rebuild, removes every difference.
      """,
      examples: ["asset-catalog check", "asset-catalog check --format json"],
      found: "tree and index differ"))

  @OptionGroup var limit: LimitOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let all = try session.catalog().check()
    let answer = Answer(
      generatedAt: all.generatedAt, asOf: all.asOf, gaps: all.gaps, rows: Array(all.rows.prefix(limit.limit ?? .max)))
    let report = session.report(answer, columns: Column.differences, empty: "Tree and index agree.") { _ in
      "\(HumanText.count(all.rows.count, "difference"))."
    }
    session.clearProgress()
    return try report.write(format, to: &output) == 0 ? .success : .found
  }
}

extension ReconcileSummary {
  /// What was done: one sentence for people, one object for programs.
  func write(quiet: Bool, _ format: FormatOptions, to output: inout ByteSink) throws {
    switch format.format {
    case .table, .markdown:
      if !quiet { output.append(sentence + "\n") }
    case .json, .ndjson:
      output.appendJSON(Column.summary.map { Cell.Field($0.key, $0.value(self)) })
      output.append("\n")
    case .csv:
      try report().write(format, to: &output)
    }
    try output.drain()
  }

  /// What would be done: the paths, and the counts where the form has room for them.
  func writePlan(_ session: Session, _ format: FormatOptions, to output: inout ByteSink) throws {
    if format.format == .json {
      let plan = planned.map { change in Column.plan.map { Cell.Field($0.key, $0.value(change)) } }
      let fields = Column.summary.map { Cell.Field($0.key, $0.value(self)) }
      output.appendJSON(fields + [Cell.Field("planned", .records(plan))])
      output.append("\n")
      try output.drain()
      return
    }
    var report = Report(
      columns: Column.plan, rows: planned, generatedAt: session.now, asOf: nil, root: session.root,
      emptySentence: session.globals.quiet ? "" : "Nothing to do: the index is up to date.")
    if !session.globals.quiet { report.notes = { $0 == 0 ? [] : ["A dry run: nothing was changed."] } }
    try report.write(format, to: &output)
  }

  /// `3 assets added, 1 changed, 0 removed, 25 unchanged; 9 problems; 41 files read in 0.12 s.`
  var sentence: String {
    let hundredths = (seconds * 100).rounded() / 100
    return "\(HumanText.count(added, "asset")) added, \(HumanText.count(changed)) changed, "
      + "\(HumanText.count(removed)) removed, \(HumanText.count(unchanged)) unchanged; "
      + "\(HumanText.count(problems, "problem")); \(HumanText.count(filesRead, "file")) read in \(hundredths) s."
  }

  private func report() -> Report<ReconcileSummary> {
    Report(
      columns: Column.summary, rows: [self], generatedAt: Timestamp(microseconds: 0), asOf: nil, root: "",
      emptySentence: "")
  }
}

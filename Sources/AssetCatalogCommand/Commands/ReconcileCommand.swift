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
      Reads only what changed since the last time. --full also looks at the file of every finished run, for those \
      edited by hand. A root that is missing or suddenly empty is an error that deletes nothing; so is, for an index \
      outside the tree, another folder under another path. --accept-root says that the tree is right as it is. While \
      another reconcile is at work, this one waits: as long as that takes, as long as --patience says, or with \
      --no-wait not at all.

      --keys-from reads no listing: it takes keys of objects, or paths of files, that an event feed says were written \
      or removed, one a line, and reads these files alone. A key is given as the bucket has it, or as an s3:// URL; a \
      path relative to the root, or absolute. They may come late, twice and in any order, and those of other things \
      are passed over. Feeds lose events: only a daily 'asset-catalog reconcile' makes up for that, so the index \
      counts as no younger.
      """,
      examples: [
        "asset-catalog reconcile", "asset-catalog reconcile --dry-run",
        "asset-catalog reconcile --full --no-wait --quiet", "my-event-feed | asset-catalog reconcile --keys-from -",
      ],
      unusable: "a key, a time, a duration or the index"))

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

import ArgumentParser
internal import AssetCatalog

/// `asset-catalog index import`.
struct IndexImportCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Begin with a copy of the index that another host exported.",
    discussion: HelpText.discussion(
      """
      Refused is a file that is damaged, of another version of asset-catalog, or of another tree. The copy replaces \
      the index at once, and is then brought up to date: only what has changed since is read. The files of the tree \
      stay the truth: 'asset-catalog check' compares the two.
      """,
      examples: ["asset-catalog index import /shared/lake-index.sqlite"],
      unusable: "the copy, a time, a duration or the index"))

  @Argument(help: ArgumentHelp("The file that an export wrote.", valueName: "file"))
  var file: String
  @Flag(help: "If another process has the index, end with 75 at once.")
  var noWait = false
  @Flag(help: "Take a copy whose tree had another root, such as one that was moved.")
  var acceptRoot = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if file.isEmpty { throw ValidationError("the file to import is empty: name one") }
  }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let (copy, summary) = try session.catalog().importIndex(file, wait: !noWait, acceptRoot: acceptRoot)
    session.clearProgress()
    if !globals.quiet { Session.say("imported \(copy.sentence)") }
    try summary.write(quiet: globals.quiet, format, to: &output)
    return .success
  }
}

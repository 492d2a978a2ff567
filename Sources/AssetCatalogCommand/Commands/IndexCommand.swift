import ArgumentParser
import AssetCatalog
import Glibc
import ManifestModel

/// `asset-catalog index`.
struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Hand the index to another host, which need not read the whole tree then.",
    discussion: """
      The index is a cache of the tree, and each host keeps its own. Where a tree is large or far away, a new host can begin \
      with a copy.

      EXAMPLES:
        asset-catalog index export /shared/lake-index.sqlite
        asset-catalog index import /shared/lake-index.sqlite
      """,
    subcommands: [IndexExportCommand.self, IndexImportCommand.self])
}

/// `asset-catalog index export`.
struct IndexExportCommand: CatalogCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a whole, checked copy of the index into one file.",
    discussion: HelpText.discussion(
      """
      The copy is of one moment, needs no other file beside it, and was looked through before it gets its name. Those who \
      use the index go on meanwhile. Who may not read the index may not read the copy.
      """,
      examples: [
        "asset-catalog index export /shared/lake-index.sqlite",
        "asset-catalog index export - | zstd > lake-index.zst",
      ]))

  @Argument(help: ArgumentHelp("The file to write; it is replaced whole. '-' is standard output.", valueName: "file"))
  var file: String
  @OptionGroup var freshIndex: FreshIndexOptions
  @OptionGroup var globals: GlobalOptions

  var outputPath: String? { file }

  func validate() throws {
    if file.isEmpty { throw ValidationError("the file to write is empty: name one") }
  }

  func reconciling() throws(CommandFailure) -> Catalog.Reconciling { try freshIndex.reconciling() }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    if file == "-", isatty(STDOUT_FILENO) == 1 {
      throw CommandFailure(.usage, "an index is no text for a terminal: name a file")
    }
    var copy: IndexCopySummary?
    var size: Int64 = 0
    try session.catalog().exportIndex { made in
      copy = made
      // What is not everybody's in the index is not everybody's in the copy.
      if file != "-" { output.limitRights(to: made.mode) }
    } take: { bytes in
      size += Int64(bytes.count)
      output.append(bytes.bindMemory(to: UInt8.self))
      try output.drain()
    }
    session.clearProgress()
    if let copy, !globals.quiet {
      Session.say("exported \(copy.sentence), \(HumanText.bytes(size))")
    }
    return .success
  }
}

/// `asset-catalog index import`.
struct IndexImportCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Begin with a copy of the index that another host exported.",
    discussion: HelpText.discussion(
      """
      Refused is a file that is damaged, of another version of asset-catalog, or of another tree. The copy replaces the index \
      at once, and is then brought up to date: only what has changed since is read. The files of the tree stay the truth: \
      'asset-catalog check' compares the two.
      """,
      examples: ["asset-catalog index import /shared/lake-index.sqlite"]))

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

extension IndexCopySummary {
  /// `1,234 assets of /srv/storage as of 2026-01-02T03:04:05Z`, as a part of a sentence.
  fileprivate var sentence: String {
    let time = asOf.map { " as of \($0)" } ?? ""
    return "\(HumanText.count(Int(assetCount), "asset")) of \(quoted(root))\(time)"
  }
}

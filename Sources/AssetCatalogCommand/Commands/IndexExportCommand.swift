import ArgumentParser
import AssetCatalog
import Glibc

/// `asset-catalog index export`.
struct IndexExportCommand: CatalogCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a whole, checked copy of the index into one file.",
    discussion: HelpText.discussion(
      """
      The copy is of one moment, needs no other file beside it, and was looked through before it gets its name. Those \
      who use the index go on meanwhile. Who may not read the index may not read the copy.
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

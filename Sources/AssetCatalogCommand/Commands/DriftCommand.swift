import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// `asset-catalog drift`.
struct DriftCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift",
    abstract: "Names with several configurations, and signatures that are not the expected ones.",
    discussion: HelpText.discussion(
      """
      An asset id stands for one configuration of an asset: a name with several ids has drifted ('configurations'). An \
      asset whose signature is not the one you expect has drifted too ('signature'). An expectation file holds one \
      NAME/ID=SIGNATURE a line; blank lines and lines that begin with # are skipped. An expected asset that is not \
      there is named on standard error, with --name too.
      """,
      examples: [
        "asset-catalog drift", "asset-catalog drift --expect bronze.orders/a1=5f2c…",
        "asset-catalog drift --expect-file signatures.txt --name 'bronze.*'",
      ],
      found: "at least one asset drifted or is not there, or a --name matches no asset",
      unusable: "the file of expectations, a time, a duration or the index"))

  @Option(
    help: ArgumentHelp("The signature that an asset should have; may be repeated.", valueName: "name/id=signature"))
  var expect: [String] = []
  @Option(help: ArgumentHelp("A file of such expectations.", valueName: "file"), completion: .file())
  var expectFile: String?
  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    for text in expect {
      do { _ = try ExpectationText.expectation(text) } catch { throw ValidationError("--expect: \(error.message)") }
    }
  }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let expected = try expectations()
    let pages = try session.catalog().drift(expected: expected, names: name.names).pages(limit: answer.limit.limit)
    let report = session.report(pages, columns: Column.drift, empty: "No asset drifted.", limit: answer.limit.limit) {
      "\(HumanText.count($0, "asset")) drifted."
    }
    session.clearProgress()
    let status: ExitStatus = try report.write(answer.format, to: &output) == 0 ? .success : .found
    let known = try session.status(status, unlessUnknown: Array(expected.keys))
    return try session.status(known, unlessUnmatched: name.names)
  }

  private func expectations() throws(CommandFailure) -> [AssetIdentifier: String] {
    var all: [(asset: AssetIdentifier, signature: String)] = []
    if let expectFile {
      let bytes = try InputFile.bytes(of: expectFile, named: "expectation file")
      do {
        all = try ExpectationText.file(bytes)
      } catch {
        throw CommandFailure(inputFile: expectFile, error)
      }
    }
    do {
      for text in expect { all.append(try ExpectationText.expectation(text)) }
      return try ExpectationText.merged(all)
    } catch {
      throw CommandFailure(.badData, error.message)
    }
  }
}

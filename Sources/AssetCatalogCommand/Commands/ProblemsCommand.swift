import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog problems`.
struct ProblemsCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "problems",
    abstract: "Files of the tree that cannot be read or that contradict themselves.",
    discussion: HelpText.discussion(
      """
      Indexed all the same: 'misplaced' (a manifest whose name or id is not that of its folder), 'future_time' (a time \
      more than 5 minutes ahead of now, which counts as not known), 'manifest_behind' (a run succeeded after the last \
      materialization that the manifest knows), 'truncated' (a file with more than 10,000 artifacts in a list, or \
      longer texts, than the index holds). Not indexed, while the last good values stay: 'unreadable', 'too_large', \
      'not_a_file', 'invalid_name', 'invalid_json', 'invalid_manifest', 'invalid_run', and 'unsettled', a file that \
      does not parse but was touched within the last seconds: it does not count for the exit status.
      """,
      examples: ["asset-catalog problems", "asset-catalog problems --format json"],
      found: "there is at least one problem that is not unsettled"))

  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let problems = try session.catalog().problems(limit: answer.limit.limit)
    let report = session.report(problems, columns: Column.problems, empty: "No problems.", limit: answer.limit.limit) {
      "\(HumanText.count($0, "problem"))."
    }
    session.clearProgress()
    var isFound = false
    try report.observing { if $0.kind != .unsettled { isFound = true } }
      .write(answer.format, to: &output)
    return isFound ? .found : .success
  }
}

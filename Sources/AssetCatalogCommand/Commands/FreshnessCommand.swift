import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog freshness`.
struct FreshnessCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "freshness",
    abstract: "How old each asset is, and whether that is too old.",
    discussion: HelpText.discussion(
      """
      The age of an asset is the time since it was last materialized. It is 'fresh' below its maximum age, 'warn' from the \
      age to warn after, 'stale' from its maximum age on, 'never' if no materialization is known, and 'unknown' if it \
      cannot be told, since a file cannot be read or its times are ahead of the clock. The oldest come first, 'unknown' and \
      'never' first of all.

      A policy file gives assets ages of their own; the first rule whose name matches counts:
        {"max_age": "24h", "warn_after": "12h",
         "rules": [{"name": "bronze.*", "max_age": "6h", "warn_after": "4h"}]}
      --max-age and --warn-after take the place of the file's values outside its rules.
      """,
      examples: [
        "asset-catalog freshness --max-age 24h --warn-after 12h",
        "asset-catalog freshness --policy freshness.json --state stale,never",
        "asset-catalog freshness --name 'bronze.*' --format csv > report.csv",
      ],
      found: "an asset among the rows is stale, unknown or was never materialized"))

  @OptionGroup var query: FreshnessOptions
  @Option(
    help: ArgumentHelp("A file of rules; see above.", valueName: "file"), completion: .file(extensions: ["json"]))
  var policy: String?
  @Option(help: ArgumentHelp("Only these states, with commas between them.", valueName: "states"))
  var state: StateList?
  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let policy = try freshnessPolicy()
    let pages = try session.catalog().freshnessPages(
      policy, name: name.name, states: state?.states, limit: answer.limit.limit)
    var counts: [FreshnessState: Int] = [:]
    let empty = name.name == nil && state == nil ? "There are no assets." : "No assets match."
    let report = session.report(pages, columns: Column.freshness, empty: empty, limit: answer.limit.limit) { count in
      let summary = FreshnessState.allCases.compactMap { state in
        counts[state].map { "\(HumanText.count($0)) \(state.rawValue)" }
      }
      return "\(HumanText.count(count, "asset")): \(summary.joined(separator: ", "))."
    }
    session.clearProgress()
    try report.observing { counts[$0.state, default: 0] += 1 }.write(answer.format, to: &output)
    let isFound = counts[.stale, default: 0] + counts[.never, default: 0] + counts[.unknown, default: 0] > 0
    return isFound || session.isIncomplete(pages.gaps) ? .found : .success
  }

  private func freshnessPolicy() throws(CommandFailure) -> FreshnessPolicy {
    var result = FreshnessPolicy(maxAge: PolicyFile.defaultMaxAge)
    if let policy {
      let bytes = try InputFile.bytes(of: policy, named: "policy file")
      do {
        result = try PolicyFile.parse(bytes)
      } catch {
        throw CommandFailure(inputFile: policy, error)
      }
    }
    if let maxAge = query.maxAge { result.maxAge = try Session.duration(maxAge, for: "--max-age") }
    if let warnAfter = query.warnAfter {
      result.warnAfter = try Session.duration(warnAfter, for: "--warn-after")
    }
    if let warnAfter = result.warnAfter, warnAfter >= result.maxAge {
      guard query.warnAfter != nil else {
        result.warnAfter = nil
        return result
      }
      throw CommandFailure(
        .usage, "--warn-after is not shorter than the maximum age, so it would never warn; shorten it")
    }
    return result
  }
}

/// The ages of `freshness`.
struct FreshnessOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Assets at least so old are stale. Default: 24h.", valueName: "duration"))
  var maxAge: String?

  @Option(help: ArgumentHelp("Assets at least so old get a warning. Default: no warning.", valueName: "duration"))
  var warnAfter: String?
}

/// The states of `--state stale,never`.
struct StateList: ExpressibleByArgument {
  let states: Set<FreshnessState>

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    let states = names.compactMap { FreshnessState(rawValue: String($0)) }
    guard states.count == names.count else { return nil }
    self.states = Set(states)
  }

  static var allValueStrings: [String] { FreshnessState.allCases.map(\.rawValue) }
}

/// `asset-catalog stale`.
struct StaleCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "stale",
    abstract: "Only what is not fresh, oldest first.",
    discussion: HelpText.discussion(
      """
      Assets whose last materialization is at least the maximum age ago, and first of all those of which it cannot be told \
      and those without any.
      """,
      examples: [
        "asset-catalog stale --max-age 7d",
        "asset-catalog stale --max-age 6h --name 'bronze.*' --quiet || page-the-engineer",
      ],
      found: "at least one asset is stale, unknown or was never materialized"))

  @Option(help: ArgumentHelp("Assets at least so old are stale.", valueName: "duration"))
  var maxAge = "24h"
  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let maxAge = try Session.duration(maxAge, for: "--max-age")
    let pages = try session.catalog().freshnessPages(
      FreshnessPolicy(maxAge: maxAge), name: name.name, states: [.stale, .never, .unknown], limit: answer.limit.limit)
    let report = session.report(
      pages, columns: Column.freshness, empty: "No asset is stale.", limit: answer.limit.limit
    ) {
      "\(HumanText.count($0, "asset")) stale, unknown or never materialized."
    }
    session.clearProgress()
    let count = try report.write(answer.format, to: &output)
    return count > 0 || session.isIncomplete(pages.gaps) ? .found : .success
  }
}

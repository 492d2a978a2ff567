import ArgumentParser
import AssetCatalog

/// Which rows of a question about freshness are wanted, and which of them count.
struct FreshnessFilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only these levels, with commas between them: \(WordList<FreshnessLevel>.choices). May be repeated.",
      valueName: "levels"),
    completion: .list(FreshnessLevel.allCases.map(\.rawValue)), transform: { try WordList($0, "level") })
  var level: [WordList<FreshnessLevel>] = []

  @OptionGroup var labels: LabelOptions

  @Option(
    help: ArgumentHelp(
      "End with status 1 if a row is at this level or worse: error, warn or none.", valueName: "level"),
    completion: .list(["error", "warn", "none"]), transform: FailOn.init)
  var failOn = FailOn.error

  var levels: Set<FreshnessLevel>? { level.isEmpty ? nil : level.reduce(into: []) { $0.formUnion($1.words) } }
  var owners: [String]? { labels.owners.isEmpty ? nil : labels.owners }
  var severities: Set<FreshnessSeverity>? { labels.severity.isEmpty ? nil : labels.severities }
  var isEmpty: Bool { level.isEmpty && owners == nil && severities == nil }
}

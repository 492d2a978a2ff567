import ArgumentParser
import AssetCatalog

/// Whose assets a question is about, and how much they matter.
struct LabelOptions: ParsableArguments {
  @Option(
    name: .customLong("owner"),
    help: ArgumentHelp("Only assets of this owner, as the policy has it. May be repeated.", valueName: "owner"))
  var owners: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only these severities, with commas between them: \(WordList<FreshnessSeverity>.choices). May be repeated.",
      valueName: "severities"),
    completion: .list(FreshnessSeverity.allCases.map(\.rawValue)), transform: { try WordList($0, "severity") })
  var severity: [WordList<FreshnessSeverity>] = []

  var severities: Set<FreshnessSeverity> { severity.reduce(into: []) { $0.formUnion($1.words) } }
}

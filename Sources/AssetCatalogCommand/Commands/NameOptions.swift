import ArgumentParser
import AssetCatalog
import FreshnessRules

/// Patterns over names.
struct NameOptions: ParsableArguments {
  @Option(
    name: .customLong("name"),
    help: ArgumentHelp(
      "Only assets whose name matches this pattern: '*', '?', '[a-z]'. May be repeated: any of them.",
      valueName: "glob"))
  var names: [String] = []

  func validate() throws {
    for name in names {
      if let fault = GlobPattern.fault(in: name) { throw ValidationError("--name is no pattern: \(fault)") }
    }
  }
}

import ArgumentParser
import AssetCatalog
import FreshnessRules

/// The policy that a question on what is due, or was kept, is asked under.
struct DuePolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The policy file. Default: see 'asset-catalog policy --help'.", valueName: "file"),
    completion: .file(extensions: ["yaml", "json"]))
  var policy: String?
  @Flag(help: "Without a policy file: no asset may be older than 24 hours.")
  var noPolicy = false

  func validate() throws {
    if noPolicy && policy != nil { throw ValidationError("--policy and --no-policy exclude each other") }
  }
}

/// Whose assets a question is about, and how much they matter.
struct LabelOptions: ParsableArguments {
  @Option(
    name: .customLong("owner"), help: ArgumentHelp("Only assets of this owner. May be repeated.", valueName: "text"))
  var owners: [String] = []
  @Option(
    help: ArgumentHelp("Only assets of this severity. May be repeated: any of them.", valueName: "severity"))
  var severity: [Choice<FreshnessSeverity>] = []

  var severities: Set<FreshnessSeverity> { Set(severity.map(\.value)) }
}

/// A word that stands for one of some values.
struct Choice<Value: RawRepresentable & CaseIterable & Sendable>: ExpressibleByArgument, Sendable
where Value.RawValue == String {
  let value: Value

  init?(argument: String) {
    guard let value = Value(rawValue: argument) else { return nil }
    self.value = value
  }

  static var allValueStrings: [String] { Value.allCases.map(\.rawValue) }
}

extension Session {
  /// The rules that the options name.
  func rules(_ options: DuePolicyOptions) throws -> Policy {
    guard !options.noPolicy,
      let path = try PolicyLocation.path(option: options.policy, root: root, environment: .process)
    else { return Policy() }
    let name = path == "-" ? "standard input" : HazardousText.visible(path)
    do {
      return try PolicyReader.read(
        try InputFile.bytes(of: path, named: "policy file"), zones: PolicyLocation.zones(.process))
    } catch let faults as PolicyFaults {
      throw CommandFailure(.badData, faults.lines(file: name).joined(separator: "\n"))
    }
  }
}

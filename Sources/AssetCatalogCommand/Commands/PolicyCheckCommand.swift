import ArgumentParser
import AssetCatalog
import FreshnessRules
import Glibc
import LinuxSystem
import ManifestModel

/// `asset-catalog policy check`.
struct PolicyCheckCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Whether a policy file is right, and what each rule decides.",
    discussion: HelpText.discussion(
      """
      Prints each rule with what it demands, how many assets match it, for how many it decides the demand, and its \
      next tick; then warnings. Faults of the file are printed instead, each as FILE:LINE:COLUMN: and a sentence. \
      Where there is no storage root, assets are not counted.
      """,
      examples: [
        "asset-catalog policy check", "asset-catalog policy check --policy freshness.yaml --root /srv/storage",
      ], found: "the file can be used, but has warnings",
      unusable: "the policy file or the index"))

  @Option(
    help: ArgumentHelp("The policy file. Default: see 'asset-catalog policy --help'.", valueName: "file"),
    completion: .file(extensions: ["yaml", "json"]))
  var policy: String?
  @OptionGroup var freshIndex: FreshIndexOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func reconciling() throws(CommandFailure) -> Catalog.Reconciling { try freshIndex.reconciling() }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let zones = PolicyLocation.zones(.process)
    guard let (path, bytes) = try session.policyFile(policy) else {
      throw CommandFailure(
        .badData,
        "there is no policy file in \(quoted(session.root)); write \(PolicyLocation.names[0]) there, or name one with --policy"
      )
    }
    let name = path == "-" ? "standard input" : HazardousText.visible(path)
    let policy: Policy
    do throws(PolicyFaults) {
      policy = try PolicyReader.read(bytes, zones: zones)
    } catch {
      session.clearProgress()
      for line in error.lines(file: name) { output.append(HazardousText.visible(line) + "\n") }
      return .badData
    }
    let census = try census(policy, session)
    session.clearProgress()
    let warnings = PolicyReview.warnings(policy, census?.counts, zones, now: session.now)
    try write(policy, census, warnings, name, session, to: &output)
    return warnings.isEmpty ? .success : .found
  }

  private func write(
    _ policy: Policy, _ census: (counts: PolicyCensus, asOf: Timestamp?)?, _ warnings: [PolicyFault],
    _ name: String, _ session: Session, to output: inout ByteSink
  ) throws {
    let rows =
      policy.rules.indices.map { PolicyRuleRow(policy, $0, census?.counts, now: session.now) }
      + [PolicyRuleRow(top: policy, census?.counts, now: session.now)]
    var report = Report(
      columns: Column.policyRules, rows: rows, generatedAt: session.now, asOf: census?.asOf, root: session.root,
      emptySentence: "")
    report.extras = [
      Cell.Field("policy", .text(name)),
      Cell.Field(
        "warnings",
        .records(
          warnings.map {
            [
              .init("line", .integer($0.place.line)), .init("column", .integer($0.place.column)),
              .init("text", .text($0.message)),
            ]
          })),
    ]
    try report.write(format, to: &output)
    guard format.format == .table else { return }
    for warning in warnings {
      let line = "\(name):\(warning.place.line):\(warning.place.column): \(warning.message)"
      output.append(HazardousText.visible(line) + "\n")
    }
    if warnings.isEmpty, !globals.quiet { output.append("\(name): no warnings.\n") }
  }

  /// What the rules match in the tree; `nil` where there is none.
  private func census(_ policy: Policy, _ session: Session) throws -> (counts: PolicyCensus, asOf: Timestamp?)? {
    guard Catalog.isInBucket(session.root) || (try? FileStatus.of(session.root, followingLinks: true)) != nil else {
      return nil
    }
    var pages = try session.catalog().assetQuestion().pages()
    var assets: [AssetIdentifier] = []
    try pages.forEach { assets.append($0.asset) }
    return (try PolicyCensus(policy, of: assets, in: session.settledCatalog()), pages.asOf)
  }
}

extension PolicyCensus {
  /// Counts the rules that match each of the assets, whose artifacts the catalog knows.
  init(_ policy: Policy, of assets: some Sequence<AssetIdentifier>, in catalog: Catalog) throws {
    self.init(policy)
    var paths: [AssetIdentifier: [String]] = [:]
    if policy.rules.contains(where: { $0.artifacts != nil }) {
      var pages = try catalog.artifacts().pages()
      try pages.forEach { paths[$0.asset, default: []].append($0.path) }
    }
    var matcher = PolicyMatcher(policy)
    for asset in assets {
      let index = matcher.index(of: asset) { paths[asset] ?? [] }
      count(matcher.policies[index], policy)
    }
  }
}

extension Column where Row == PolicyRuleRow {
  static let policyRules: [Column] = [
    Column("line", "LINE", isRightAligned: true) { .integer($0.line.map(Int64.init)) },
    Column("rule", "RULE", shortening: .reluctant) { .text($0.rule) },
    Column("demand", "DEMAND") { .text($0.demand) },
    Column("matched", "MATCHES", isRightAligned: true) { .integer($0.matched.map(Int64.init)) },
    Column("decided", "DECIDES", isRightAligned: true) { .integer($0.decided.map(Int64.init)) },
    Column("next_tick", nil) { .time($0.nextTick) },
    Column("next_tick_local", "NEXT TICK") { .text($0.local) },
  ]
}

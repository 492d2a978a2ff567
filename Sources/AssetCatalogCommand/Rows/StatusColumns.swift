import AssetCatalog
import ManifestModel

extension Column where Row == CatalogStatus {
  /// The status as one row.
  static let status: [Column] = [
    Column("index", "INDEX") { .text($0.indexPath) },
    Column("index_bytes", "BYTES") { .integer($0.indexBytes) },
    Column("schema_version", "SCHEMA") { .integer($0.schemaVersion) },
    Column("sqlite_version", "SQLITE") { .text($0.sqliteVersion) },
    Column("assets", "ASSETS") { .integer($0.assetCount) },
    Column("assets_by_state", "BY STATE") { .counts($0.stateCounts) },
    Column("assets_by_status", "BY STATUS") { .counts($0.statusCounts(without: "none")) },
    Column("runs", "RUNS") { .integer($0.runCount) },
    Column("runs_by_outcome", "BY OUTCOME") { .counts($0.outcomeCounts) },
    Column("artifacts", "ARTIFACTS") { .integer($0.artifactCount) },
    Column("problems", "PROBLEMS") { .integer($0.problemCount) },
    Column("problems_by_kind", "BY KIND") { .counts($0.problemCounts) },
  ]
}

extension CatalogStatus {
  /// Every state, also those of no asset.
  var stateCounts: [(key: String, count: Int)] {
    FreshnessState.allCases.map { ($0.rawValue, assetsByState[$0] ?? 0) }
  }

  /// Every status, and how many assets have no known end of a run, under a name of the caller's.
  func statusCounts(without none: String) -> [(key: String, count: Int)] {
    ManifestStatus.allCases.map { ($0.rawValue, assetsByStatus[$0] ?? 0) } + [(none, assetsByStatus[.none] ?? 0)]
  }

  /// Every outcome, also those of no run.
  var outcomeCounts: [(key: String, count: Int)] {
    RunOutcome.allCases.map { ($0.rawValue, runsByOutcome[$0] ?? 0) }
  }

  var problemCounts: [(key: String, count: Int)] {
    problemsByKind.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }
  }

  var problemCount: Int { problemsByKind.values.reduce(0, +) }

  /// One screen.
  func sections(maxAge: Duration, policy: String?) -> [CardForm.Section] {
    func text(_ counts: [(key: String, count: Int)]) -> String { Cell.counts(counts).humanText }
    let asOfText =
      asOf.map { "\(HumanText.time($0)) (\(HumanText.ago(from: $0, to: generatedAt)))" } ?? "never reconciled"
    let age = HumanText.span(microseconds: maxAge.microseconds)
    let rule = policy.map { "under the policy \($0)" } ?? "at a maximum age of \(age)"
    var problemLines = [("problems", HumanText.count(problemCount))]
    if !problemsByKind.isEmpty { problemLines.append(("  by kind", text(problemCounts))) }
    return [
      CardForm.Section(
        title: "Catalog of \(root)",
        lines: [
          ("index", indexPath),
          ("", "\(HumanText.bytes(indexBytes)), schema \(schemaVersion), SQLite \(sqliteVersion)"),
          ("as of", asOfText),
        ]),
      CardForm.Section(
        title: "Contents",
        lines: [
          ("assets", HumanText.count(assetCount)),
          ("  by state", "\(text(stateCounts)) (\(rule))"),
          ("  by status", text(statusCounts(without: "of no known run"))),
          ("runs", HumanText.count(runCount)),
          ("  by outcome", text(outcomeCounts)),
          ("artifacts", HumanText.count(artifactCount)),
        ] + problemLines),
    ]
  }
}

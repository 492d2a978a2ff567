import AssetCatalog
import ManifestModel

/// A report for programs: the rows of `freshness` with the totals before them, and what failed and what is wrong.
struct JSONReport {
  func write(_ facts: ReportFacts, to output: inout ByteSink) throws {
    let runs = try ReportedRuns.of(facts.assets, in: facts.catalog)
    var report = Report(
      columns: Self.columns, rows: zip(facts.assets, runs).map { ($0, $1) },
      generatedAt: facts.generatedAt, asOf: facts.asOf, root: facts.root,
      gaps: facts.gaps, emptySentence: "")
    report.extras =
      [
        Cell.Field("level", .text(facts.worstLevel.rawValue)),
        Cell.Field("assets_by_state", .counts(facts.states)),
        Cell.Field("assets_by_level", .counts(facts.levels)),
        Cell.Field(
          "assets_by_owner",
          .records(
            facts.owners.map { owner, levels in
              [Cell.Field("owner", .text(owner))] + levels.map { Cell.Field($0.key, .integer($0.count)) }
            })),
        Cell.Field("policy_rules", .integer(facts.ruleCount)),
        Cell.Field("policy_rules_unmatched", .integer(facts.unmatchedRules)),
        Cell.Field("problems_by_kind", .counts(facts.problemKinds)),
        Cell.Field("runs_failed_last_day", .integer(facts.failureCount)),
      ] + (facts.unfinished?.fields ?? []) + [
        Cell.Field("failures", .records(facts.failures.map { row in Self.fields(row, Column.failures) })),
        Cell.Field("problems", .records(facts.problems.map { row in Self.fields(row, Column.problems) })),
      ]
    try JSONForm().write(report, to: &output)
  }

  private static func fields<Row>(_ row: Row, _ columns: [Column<Row>]) -> [Cell.Field] {
    columns.map { Cell.Field($0.key, $0.value(row)) }
  }

  private static let columns: [Column<(row: FreshnessRow, runs: ReportedRuns)>] =
    Column<FreshnessRow>.freshness.map { column in
      if column.key == "consecutive_failures" {
        return Column(column.key, nil) { .integer($0.runs.consecutiveFailures) }
      }
      return Column(column.key, nil) { column.value($0.row) }
    } + [Column("last_run_duration_ms", nil) { .milliseconds($0.runs.lastDuration) }]
}

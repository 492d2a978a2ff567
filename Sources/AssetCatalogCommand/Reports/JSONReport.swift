import AssetCatalog
import ManifestModel

/// A report for programs: the rows of `freshness` with the totals before them, and what failed and what is wrong.
///
/// The totals are gathered first; rows and failures are then written as they are read, all of the same moment.
struct JSONReport {
  let totals: ReportTotals
  private let catalog: Catalog
  private let policy: FreshnessPolicy

  init(_ session: Session, _ used: PolicyInUse) throws(CatalogError) {
    var policy = used.policy
    policy.tellsReasons = true
    self.policy = policy
    (totals, catalog) = try session.catalog().inOneMoment { catalog throws(CatalogError) in
      // Levels do not hang on reasons, which take their time.
      var counted = used.policy
      counted.tellsReasons = false
      let assets = try catalog.reportQuestion(counted, inOrderOfNames: true) { _ in false }.pages()
      return try ReportTotals(of: catalog, assets, used.policy.policy)
    }
  }

  func write(to output: inout ByteSink) throws {
    var assets = try catalog.reportQuestion(policy, inOrderOfNames: false) { _ in true }.pages()
    var failures = try catalog.failureQuestion(since: ReportTotals.failuresSince(totals.generatedAt)).pages()
    var problems: [ProblemRow]? = totals.problems
    var report = Report(
      columns: Self.columns, next: { () throws(CatalogError) in try assets.next() },
      generatedAt: totals.generatedAt, asOf: totals.asOf, root: totals.root, gaps: totals.gaps, emptySentence: "")
    report.extras =
      [
        Cell.Field("level", .text(totals.worstLevel.rawValue)),
        Cell.Field("assets_by_state", .counts(totals.states)),
        Cell.Field("assets_by_level", .counts(totals.levels)),
        Cell.Field(
          "assets_by_owner",
          .records(
            totals.owners.map { owner, levels in
              [Cell.Field("owner", .text(owner))] + levels.map { Cell.Field($0.key, .integer($0.count)) }
            })),
        Cell.Field("policy_rules", .integer(totals.ruleCount)),
        Cell.Field("policy_rules_unmatched", .integer(totals.unmatchedRules)),
        Cell.Field("problems_by_kind", .counts(totals.problemKinds)),
        Cell.Field("runs_failed_last_day", .integer(totals.failureCount)),
      ] + (totals.unfinished?.fields ?? [])
    report.lists = [
      ReportList("failures", Column.failures) { () throws(CatalogError) in try failures.next() },
      ReportList("problems", Column.problems) { () throws(CatalogError) in problems.take() },
    ]
    try JSONForm().write(report, to: &output)
  }

  private static let columns: [Column<FreshnessRow>] =
    Column.freshness.map { column in
      guard column.key == "consecutive_failures" else { return column }
      return Column(column.key, nil) { .integer($0.failuresInARow) }
    } + [Column("last_run_duration_ms", nil) { .milliseconds($0.lastDurationMilliseconds) }]
}

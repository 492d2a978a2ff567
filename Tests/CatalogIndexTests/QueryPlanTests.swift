import CatalogTestSupport
import SQLiteDatabase
import Testing

@testable import CatalogIndex

/// A question must not become slow because somebody touched the schema: the plan of every hot statement is written
/// down.
@Suite struct QueryPlanTests {
  private let scratch: SyntheticIndex

  init() throws { scratch = try SyntheticIndex() }

  @Test(
    "every hot question goes through its index, in order, without sorting all rows",
    arguments: [
      (
        "neverMaterialized",
        "SEARCH asset USING INDEX asset_by_materialized (last_materialized=? AND (asset_name,asset_id)>(?,?))"
      ),
      (
        "materialized",
        """
        SEARCH asset USING INDEX asset_by_materialized \
        ((last_materialized,asset_name,asset_id)>(?,?,?) AND last_materialized<?)
        """
      ),
      ("freshnessByName", "SEARCH asset USING INDEX asset_identity ((asset_name,asset_id)>(?,?))"),
      ("countFreshness", "SCAN asset"),
      ("artifactFactsOfRuns", "SEARCH run_artifact USING PRIMARY KEY (asset_key=? AND run_id=?)"),
      (
        // The error of the run that tells more than the manifest is looked up where there is one.
        "assets",
        """
        SEARCH asset USING INDEX asset_identity ((asset_name,asset_id)>(?,?) AND asset_name<?)
        CORRELATED SCALAR SUBQUERY 1
        SEARCH run USING PRIMARY KEY (asset_key=? AND run_id=?)
        """
      ),
      (
        "asset",
        """
        SEARCH asset USING INDEX asset_identity (asset_name=? AND asset_id=?)
        CORRELATED SCALAR SUBQUERY 1
        SEARCH run USING PRIMARY KEY (asset_key=? AND run_id=?)
        """
      ),
      (
        "histories",
        """
        SEARCH asset USING INDEX asset_identity ((asset_name,asset_id)>(?,?) AND asset_name<?)
        SEARCH run USING PRIMARY KEY (asset_key=?) LEFT-JOIN
        """
      ),
      ("unread", "SEARCH asset USING INDEX asset_unread ((asset_name,asset_id)>(?,?))"),
      ("countUnread", "SCAN asset USING COVERING INDEX asset_unread"),
      ("manifestsBehind", "SCAN asset USING INDEX asset_behind"),
      ("openProblems", "SCAN problem USING COVERING INDEX problem_open"),
      (
        "endedFailures",
        """
        SEARCH run USING INDEX run_by_failure (failed_at>? AND failed_at<?)
        SEARCH asset USING INTEGER PRIMARY KEY (rowid=?)
        USE TEMP B-TREE FOR RIGHT PART OF ORDER BY
        """
      ),
      (
        "lapsedRuns",
        """
        SEARCH run USING INDEX run_unfinished (started_at>? AND started_at<?)
        SEARCH asset USING INTEGER PRIMARY KEY (rowid=?)
        USE TEMP B-TREE FOR RIGHT PART OF ORDER BY
        """
      ),
      (
        "overrunRuns",
        """
        SEARCH run USING INDEX run_by_overrun (overrun_at>? AND overrun_at<?)
        SEARCH asset USING INTEGER PRIMARY KEY (rowid=?)
        USE TEMP B-TREE FOR RIGHT PART OF ORDER BY
        """
      ),
      (
        "runsAhead",
        """
        SEARCH run USING INDEX run_unfinished (started_at>? AND started_at<?)
        SEARCH asset USING INTEGER PRIMARY KEY (rowid=?)
        USE TEMP B-TREE FOR RIGHT PART OF ORDER BY
        """
      ),
      (
        "unfinishedRuns",
        """
        SEARCH run USING INDEX run_unfinished (started_at>? AND started_at<?)
        SEARCH asset USING INTEGER PRIMARY KEY (rowid=?)
        USE TEMP B-TREE FOR RIGHT PART OF ORDER BY
        """
      ),
      (
        "runs",
        """
        SEARCH asset USING INDEX asset_identity (asset_name=? AND asset_id=?)
        SEARCH run USING PRIMARY KEY (asset_key=?)
        USE TEMP B-TREE FOR ORDER BY
        """
      ),
      (
        "namesWithSeveralRows", "SEARCH asset USING COVERING INDEX asset_identity (asset_name>? AND asset_name<?)"
      ),
      ("configurations", "SEARCH asset USING INDEX asset_identity (asset_name=?)"),
      (
        "artifacts",
        """
        SEARCH asset USING INDEX asset_identity ((asset_name,asset_id)>(?,?))
        SEARCH artifact USING PRIMARY KEY (asset_key=?)
        """
      ),
      (
        "artifactsOfAsset",
        """
        SEARCH asset USING INDEX asset_identity (asset_name=? AND asset_id=?)
        SEARCH artifact USING PRIMARY KEY (asset_key=?)
        """
      ),
      (
        "producers",
        """
        SEARCH artifact USING COVERING INDEX artifact_by_path (path=?)
        SEARCH asset USING INTEGER PRIMARY KEY (rowid=?)
        USE TEMP B-TREE FOR ORDER BY
        """
      ),
      (
        "producersByLetters",
        """
        SEARCH artifact USING INDEX artifact_by_letters (<expr>=?)
        SEARCH asset USING INTEGER PRIMARY KEY (rowid=?)
        USE TEMP B-TREE FOR ORDER BY
        """
      ),
      ("names", "SEARCH asset USING COVERING INDEX asset_identity (asset_name>?)"),
      (
        // First the ends of an asset's hashes, which are one in almost every asset; the rest is for those few.
        "schemaChanges",
        """
        SEARCH asset USING INDEX asset_identity ((asset_name,asset_id)>(?,?) AND asset_name<?)
        CORRELATED SCALAR SUBQUERY 6
        SEARCH hash USING COVERING INDEX run_artifact_by_schema (asset_key=? AND schema_hash>?)
        CORRELATED SCALAR SUBQUERY 7
        SEARCH hash USING COVERING INDEX run_artifact_by_schema (asset_key=? AND schema_hash>?)
        SEARCH latest USING PRIMARY KEY (asset_key=? AND run_id=?)
        CORRELATED SCALAR SUBQUERY 2
        SEARCH run USING PRIMARY KEY (asset_key=?)
        CORRELATED SCALAR SUBQUERY 1
        SEARCH fact USING PRIMARY KEY (asset_key=? AND run_id=?)
        USE TEMP B-TREE FOR ORDER BY
        SEARCH previous USING PRIMARY KEY (asset_key=? AND run_id=?)
        CORRELATED SCALAR SUBQUERY 4
        SEARCH run USING PRIMARY KEY (asset_key=?)
        CORRELATED SCALAR SUBQUERY 3
        SEARCH fact USING PRIMARY KEY (asset_key=? AND run_id=?)
        USE TEMP B-TREE FOR ORDER BY
        SEARCH artifact USING PRIMARY KEY (asset_key=? AND run_id=?)
        SEARCH former USING PRIMARY KEY (asset_key=? AND run_id=? AND position=?)
        REUSE SUBQUERY 4
        CORRELATED SCALAR SUBQUERY 5
        SEARCH same USING PRIMARY KEY (asset_key=? AND run_id=?)
        CORRELATED SCALAR SUBQUERY 8
        SEARCH other USING PRIMARY KEY (asset_key=? AND run_id=?)
        """
      ),
      (
        "newestArtifactFacts",
        """
        SEARCH asset USING COVERING INDEX asset_identity (asset_name=? AND asset_id=?)
        SEARCH run_artifact USING PRIMARY KEY (asset_key=? AND run_id=?)
        CORRELATED SCALAR SUBQUERY 2
        SEARCH run USING PRIMARY KEY (asset_key=?)
        CORRELATED SCALAR SUBQUERY 1
        SEARCH fact USING PRIMARY KEY (asset_key=? AND run_id=?)
        USE TEMP B-TREE FOR ORDER BY
        """
      ),
      (
        "materializedArtifactFacts",
        """
        SEARCH asset USING INDEX asset_identity (asset_name=? AND asset_id=?)
        SEARCH run_artifact USING PRIMARY KEY (asset_key=? AND run_id=?)
        CORRELATED SCALAR SUBQUERY 1
        SEARCH run USING PRIMARY KEY (asset_key=?)
        USE TEMP B-TREE FOR ORDER BY
        """
      ),
      ("problems", "SEARCH problem USING PRIMARY KEY ((raw_path,kind)>(?,?))"),
      (
        "countNeverMaterialized", "SEARCH asset USING COVERING INDEX asset_by_materialized (last_materialized=?)"
      ),
      ("countMaterialized", "SEARCH asset USING COVERING INDEX asset_by_materialized (last_materialized<?)"),
      ("countMaterializedAfter", "SEARCH asset USING COVERING INDEX asset_by_materialized (last_materialized>?)"),
      (
        "countUnsuccessfulRuns",
        """
        SCAN run USING COVERING INDEX run_unfinished
        SCALAR SUBQUERY 1
        SEARCH run USING COVERING INDEX run_by_failure (failed_at>?)
        """
      ),
      (
        "countUnfinishedRuns",
        """
        CO-ROUTINE (subquery-3)
        COMPOUND QUERY
        LEFT-MOST SUBQUERY
        SEARCH run USING COVERING INDEX run_unfinished (started_at>? AND started_at<?)
        UNION ALL
        SEARCH run USING INDEX run_by_failure (failed_at>?)
        UNION ALL
        SEARCH run USING COVERING INDEX run_unfinished (started_at>? AND started_at<?)
        SCAN (subquery-3)
        LIST SUBQUERY 4
        SCAN json_each VIRTUAL TABLE INDEX 1:
        """
      ),
      ("countArtifacts", "SCAN artifact"),
      (
        // In the order of the rows: through an index, each row would be looked up where it happens to lie.
        "countsByStatus",
        """
        SCAN asset
        USE TEMP B-TREE FOR GROUP BY
        """
      ),
    ])
  func plan(question: String, expected: String) throws {
    let sql = try #require(Self.statements[question])
    let plan = try scratch.plan(of: sql)
    #expect(plan == expected.split(separator: "\n").map(String.init))
  }

  @Test("a page of stale assets stops at the newest stale one, however many fresher ones there are")
  func stopsAtTheBoundary() throws {
    // The upper bound must end the loop and not merely sift its rows: SQLite then compares it with IdxGT.
    let program = try scratch.program(of: String(describing: QuestionSQL.materialized))
    #expect(program.contains("IdxGT"))
  }

  private static let statements: [String: String] = [
    "histories": QuestionSQL.histories,
    "neverMaterialized": QuestionSQL.neverMaterialized, "materialized": QuestionSQL.materialized,
    "assets": QuestionSQL.assets, "asset": QuestionSQL.asset, "unread": QuestionSQL.unread,
    "endedFailures": QuestionSQL.endedFailures, "lapsedRuns": QuestionSQL.lapsedRuns,
    "overrunRuns": QuestionSQL.overrunRuns, "runsAhead": QuestionSQL.runsAhead,
    "unfinishedRuns": QuestionSQL.unfinishedRuns, "countUnfinishedRuns": QuestionSQL.countUnfinishedRuns,
    "assetsAhead": QuestionSQL.assetsAhead, "isAhead": QuestionSQL.isAhead,
    "manifestsBehind": QuestionSQL.manifestsBehind, "openProblems": QuestionSQL.openProblems,
    "filesAhead": QuestionSQL.filesAhead, "materializedAhead": QuestionSQL.materializedAhead,
    "countUnread": QuestionSQL.countUnread,
    "runs": QuestionSQL.runs,
    "namesWithSeveralRows": QuestionSQL.namesWithSeveralRows, "configurations": QuestionSQL.configurations,
    "artifacts": QuestionSQL.artifacts, "artifactsOfAsset": QuestionSQL.artifactsOfAsset,
    "producers": QuestionSQL.producers, "producersByLetters": QuestionSQL.producersByLetters,
    "names": QuestionSQL.names, "problems": QuestionSQL.problems,
    "schemaChanges": QuestionSQL.schemaChanges, "newestArtifactFacts": QuestionSQL.newestArtifactFacts,
    "materializedArtifactFacts": QuestionSQL.materializedArtifactFacts,
    "countNeverMaterialized": QuestionSQL.countNeverMaterialized, "countMaterialized": QuestionSQL.countMaterialized,
    "countMaterializedAfter": QuestionSQL.countMaterializedAfter,
    "countUnsuccessfulRuns": QuestionSQL.countUnsuccessfulRuns, "countArtifacts": QuestionSQL.countArtifacts,
    "countsByStatus": QuestionSQL.countsByStatus, "freshnessByName": QuestionSQL.freshnessByName,
    "countFreshness": QuestionSQL.countFreshness, "artifactFactsOfRuns": QuestionSQL.artifactFactsOfRuns,
  ].mapValues { String(describing: $0) }
}

package import ManifestModel
package import SQLiteDatabase

/// Runs that did not succeed, counted by how they ended.
package struct UnsuccessfulRuns: Sendable {
  package let failed: Int
  package let running: Int
  package let interrupted: Int
}

extension IndexReader {
  /// Assets and their runs, by the status that the manifest gives; `nil` for assets without one.
  package borrowing func countsByStatus() throws(SQLiteError) -> [(status: ManifestStatus?, assets: Int, runs: Int)] {
    try rows(QuestionSQL.countsByStatus) { _ in
    } record: { row throws(SQLiteError) in
      (
        try row.optionalText(0).flatMap { ManifestStatus(rawValue: $0) }, Int(try row.int64(1)), Int(try row.int64(2))
      )
    }
  }

  /// Assets without a materialization.
  package borrowing func countNeverMaterialized() throws(SQLiteError) -> Int {
    Int(try index.connection.int64(QuestionSQL.countNeverMaterialized))
  }

  /// Assets materialized at or before `time`, in microseconds.
  package borrowing func countMaterialized(upTo time: Int64) throws(SQLiteError) -> Int {
    try count(QuestionSQL.countMaterialized, time)
  }

  /// Assets materialized after `time`, in microseconds.
  package borrowing func countMaterialized(after time: Int64) throws(SQLiteError) -> Int {
    try count(QuestionSQL.countMaterializedAfter, time)
  }

  /// Runs that did not succeed; an unfinished newest one that began after `runningSince` runs.
  package borrowing func countUnsuccessfulRuns(runningSince: Int64) throws(SQLiteError) -> UnsuccessfulRuns {
    try index.connection.withStatement(QuestionSQL.countUnsuccessfulRuns) { row throws(SQLiteError) in
      try row.bind(runningSince, at: 1)
      guard try row.step() else { return UnsuccessfulRuns(failed: 0, running: 0, interrupted: 0) }
      return UnsuccessfulRuns(
        failed: Int(try row.int64(0)), running: Int(try row.int64(1)), interrupted: Int(try row.int64(2)))
    }
  }

  /// Artifacts that manifests name.
  package borrowing func countArtifacts() throws(SQLiteError) -> Int {
    Int(try index.connection.int64(QuestionSQL.countArtifacts))
  }

  /// Recorded problems by kind.
  package borrowing func countProblems() throws(SQLiteError) -> [(kind: String, count: Int)] {
    try rows(QuestionSQL.countProblems) { _ in
    } record: { row throws(SQLiteError) in
      (try row.text(0), Int(try row.int64(1)))
    }
  }

  private borrowing func count(_ sql: StaticString, _ parameter: Int64) throws(SQLiteError) -> Int {
    try index.connection.withStatement(sql) { row throws(SQLiteError) in
      try row.bind(parameter, at: 1)
      return try row.step() ? Int(try row.int64(0)) : 0
    }
  }
}

package import ManifestModel
internal import SQLiteDatabase

/// Runs that did not succeed, counted by how they ended.
package struct UnsuccessfulRuns: Sendable {
  package var failed = 0
  package var running = 0
  package var overrun = 0
  package var interrupted = 0

  package var count: Int { failed + running + overrun + interrupted }
}

extension IndexReader {
  /// Assets and their runs, by the status of the newest run that ended; `nil` for assets without one.
  package borrowing func countsByStatus() throws(IndexError) -> [(status: ManifestStatus?, assets: Int, runs: Int)] {
    try rows(QuestionSQL.countsByStatus) { _ in
    } entry: { row throws(SQLiteError) in
      (
        try row.optionalTextChoice(0), Int(try row.int64(1)), Int(try row.int64(2))
      )
    }
  }

  /// Assets without a materialization.
  package borrowing func countNeverMaterialized() throws(IndexError) -> Int {
    Int(try number(QuestionSQL.countNeverMaterialized))
  }

  /// Assets materialized at or before `time`, in microseconds.
  package borrowing func countMaterialized(upTo time: Int64) throws(IndexError) -> Int {
    try count(QuestionSQL.countMaterialized, time)
  }

  /// Assets materialized after `time`, in microseconds.
  package borrowing func countMaterialized(after time: Int64) throws(IndexError) -> Int {
    try count(QuestionSQL.countMaterializedAfter, time)
  }

  /// Runs that did not succeed, by how they stand at the clock `now`; both in microseconds.
  package borrowing func countUnsuccessfulRuns(
    at now: Int64, window: Int64
  ) throws(IndexError) -> UnsuccessfulRuns {
    var counts = try withStatement(QuestionSQL.countUnsuccessfulRuns) { row throws(SQLiteError) in
      var counts = UnsuccessfulRuns()
      try row.bind(now, at: 1)
      try row.bind(now.saturatingSubtract(window), at: 2)
      try row.bind(ClockTolerance.latest(now), at: 3)
      guard try row.step() else { return counts }
      counts.failed = Int(try row.int64(0))
      counts.running = Int(try row.int64(2))
      counts.overrun = Int(try row.int64(3))
      counts.interrupted = Int(try row.int64(1)) - counts.running - counts.overrun
      return counts
    }
    for asset in try judgedAssets(at: now) {
      for run in asset.indexedRuns { counts.add(-1, run.standing(at: now, window: window).standing) }
      for run in asset.runs { counts.add(1, run.standing(at: now, window: window).standing) }
    }
    return counts
  }

  /// Assets of which it cannot be told when they were materialized, since a file that was never good cannot be read.
  package borrowing func countUnread() throws(IndexError) -> Int {
    Int(try number(QuestionSQL.countUnread))
  }

  /// What makes an answer incomplete: files that were being written, folders that cannot be read, run metadata and
  /// manifests that cannot be used, files that say more than the index holds.
  package borrowing func openProblems() throws(IndexError) -> (
    unsettled: Int, unreadableFolders: Int, unreadableRuns: Int, unreadableManifests: Int, truncated: Int
  ) {
    try withStatement(QuestionSQL.openProblems) { row throws(SQLiteError) in
      guard try row.step() else { return (0, 0, 0, 0, 0) }
      return (
        Int(try row.int64(0)), Int(try row.int64(1)), Int(try row.int64(2)), Int(try row.int64(3)),
        Int(try row.int64(4))
      )
    }
  }

  /// Artifacts that manifests name.
  package borrowing func countArtifacts() throws(IndexError) -> Int {
    Int(try number(QuestionSQL.countArtifacts))
  }

  /// Recorded problems by kind.
  package borrowing func countProblems() throws(IndexError) -> [(kind: ProblemKind, count: Int)] {
    try rows(QuestionSQL.countProblems) { _ in
    } entry: { row throws(SQLiteError) in
      (try row.textChoice(0), Int(try row.int64(1)))
    }
  }

  private borrowing func count(_ sql: StatementText, _ parameter: Int64) throws(IndexError) -> Int {
    try withStatement(sql) { row throws(SQLiteError) in
      try row.bind(parameter, at: 1)
      return try row.step() ? Int(try row.int64(0)) : 0
    }
  }
}

extension UnsuccessfulRuns {
  fileprivate mutating func add(_ count: Int, _ standing: RunOutcome) {
    switch standing {
    case .succeeded: break
    case .failed: failed += count
    case .running: running += count
    case .overrun: overrun += count
    case .interrupted: interrupted += count
    }
  }
}

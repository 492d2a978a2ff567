internal import CatalogIndex
internal import FreshnessRules
internal import Glibc
internal import LinuxSystem
internal import ManifestModel
internal import SQLiteDatabase

extension Catalog {
  /// What the catalog holds, on one screen.
  ///
  /// ```swift
  /// let status = try catalog.status(maxAge: .seconds(86400))
  /// print(status.assetCount, status.assetsByState[.stale] ?? 0, status.problemsByKind)
  /// ```
  ///
  /// - Parameter maxAge: the age from which an asset counts as stale.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age; what reconciling and reading throw.
  package func status(maxAge: Duration) throws(CatalogError) -> CatalogStatus {
    try status(FreshnessPolicy(maxAge: maxAge))
  }

  /// What the catalog holds, on one screen, with the states that a policy gives its assets.
  ///
  /// ```swift
  /// let status = try catalog.status(try FreshnessPolicy(contentsOf: "/srv/storage/freshness.yaml"))
  /// ```
  ///
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age; what reconciling and reading throw.
  package func status(_ policy: FreshnessPolicy) throws(CatalogError) -> CatalogStatus {
    try Self.check(policy)
    return try ask { reader, time throws(IndexError) in
      let byStatus = try reader.countsByStatus()
      let unsuccessful = try reader.countUnsuccessfulRuns(
        at: time.now, window: options.runningWindow.microseconds)
      let runs = byStatus.reduce(0) { $0 + $1.runs }
      var problems = Dictionary(try reader.countProblems().map { ($0.kind, $0.count) }, uniquingKeysWith: +)
      for problem in try computedProblems(reader, time) { problems[problem.kind, default: 0] += 1 }
      return CatalogStatus(
        generatedAt: time.generatedAt, asOf: time.asOf, root: root, indexPath: indexPath,
        indexBytes: Self.size(of: indexPath), schemaVersion: try reader.schemaVersion(),
        sqliteVersion: SQLiteLibrary.version, assetCount: byStatus.reduce(0) { $0 + $1.assets },
        assetsByState: try Self.states(reader, policy, time),
        assetsByStatus: Dictionary(byStatus.map { ($0.status, $0.assets) }, uniquingKeysWith: +), runCount: runs,
        runsByOutcome: [
          .succeeded: runs - unsuccessful.count, .failed: unsuccessful.failed, .running: unsuccessful.running,
          .overrun: unsuccessful.overrun, .interrupted: unsuccessful.interrupted,
        ],
        artifactCount: try reader.countArtifacts(), problemsByKind: problems)
    }
  }

  private static func states(
    _ reader: borrowing IndexReader, _ policy: FreshnessPolicy, _ time: AnswerTime
  ) throws(IndexError) -> [FreshnessState: Int] {
    if let maxAge = policy.policy.onlyMaxAge {
      return try states(reader, boundary: time.now.saturatingSubtract(maxAge), time)
    }
    var cursor = FreshnessRowCursor(FreshnessQuestion(policy: policy, tellsDetails: false), now: time.generatedAt)
    var counts = Dictionary(uniqueKeysWithValues: FreshnessState.allCases.map { ($0, 0) })
    while true {
      let rows = try cursor.next(pageSize, from: reader)
      if rows.isEmpty { return counts }
      for row in rows { counts[row.state, default: 0] += 1 }
    }
  }

  /// Counted by the index, where an age is all that there is.
  private static func states(
    _ reader: borrowing IndexReader, boundary: Int64, _ time: AnswerTime
  ) throws(IndexError) -> [FreshnessState: Int] {
    let unread = try reader.countUnread()
    var counts: [FreshnessState: Int] = [
      .unknown: unread, .never: try reader.countNeverMaterialized() - unread,
      .stale: try reader.countMaterialized(upTo: boundary), .warn: 0, .ignored: 0,
      .fresh: try reader.countMaterialized(after: boundary),
    ]
    for asset in try reader.materializedAhead(of: time.now) {
      // Counted by the time that was passed over.
      counts[.fresh, default: 0] -= 1
      let state: FreshnessState = asset.lastMaterialized.map { $0 <= boundary ? .stale : .fresh } ?? .unknown
      counts[state, default: 0] += 1
    }
    return counts
  }

  /// Bytes of the file that a path leads to; the file itself is not opened, since only SQLite may do that.
  private static func size(of path: String) -> Int64 {
    (try? FileStatus.of(path, followingLinks: true))?.size ?? 0
  }
}

extension Policy {
  /// The maximum age of all assets; `nil` where anything else is said.
  fileprivate var onlyMaxAge: Int64? {
    guard rules.isEmpty else { return nil }
    let demand = top.demand ?? .standard
    let isPlain =
      demand.deadline == nil && demand.warnAfter == nil && !demand.isIgnored && demand.pausedUntil == nil
      && demand.ids == .each
    return isPlain ? demand.maxAge : nil
  }
}

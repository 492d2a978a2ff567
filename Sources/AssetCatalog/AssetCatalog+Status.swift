internal import CatalogIndex
internal import Glibc
internal import ManifestModel
internal import SQLiteDatabase

extension AssetCatalog {
  /// What the catalog holds, on one screen.
  ///
  /// ```swift
  /// let status = try catalog.status(maxAge: .seconds(86400))
  /// print(status.assetCount, status.assetsByState[.stale] ?? 0, status.problemsByKind)
  /// ```
  ///
  /// - Parameter maxAge: the age from which an asset counts as stale.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age; what reconciling and reading throw.
  public func status(maxAge: Duration) throws(CatalogError) -> CatalogStatus {
    guard maxAge >= .zero else { throw CatalogError(.invalidArgument, "An age cannot be negative: \(maxAge).") }
    return try ask { reader, time throws(SQLiteError) in
      let byStatus = try reader.countsByStatus()
      let boundary = time.generatedAt.microseconds.saturatingSubtract(maxAge.microseconds)
      let unsuccessful = try reader.countUnsuccessfulRuns(
        at: time.now, window: options.runningWindow.microseconds)
      let runs = byStatus.reduce(0) { $0 + $1.runs }
      var problems = Dictionary(try reader.countProblems().map { ($0.kind, $0.count) }, uniquingKeysWith: +)
      for problem in try computedProblems(reader, time) { problems[problem.kind, default: 0] += 1 }
      return CatalogStatus(
        generatedAt: time.generatedAt, asOf: time.asOf, root: root, indexPath: indexPath,
        indexBytes: Self.size(of: indexPath), schemaVersion: try reader.schemaVersion(),
        sqliteVersion: SQLiteLibrary.version, assetCount: byStatus.reduce(0) { $0 + $1.assets },
        assetsByState: try Self.states(reader, boundary: boundary, time),
        assetsByStatus: Dictionary(byStatus.map { ($0.status, $0.assets) }, uniquingKeysWith: +), runCount: runs,
        runsByOutcome: [
          .succeeded: runs - unsuccessful.count, .failed: unsuccessful.failed, .running: unsuccessful.running,
          .overrun: unsuccessful.overrun, .interrupted: unsuccessful.interrupted,
        ],
        artifactCount: try reader.countArtifacts(), problemsByKind: problems)
    }
  }

  private static func states(
    _ reader: borrowing IndexReader, boundary: Int64, _ time: AnswerTime
  ) throws(SQLiteError) -> [FreshnessState: Int] {
    let unread = try reader.countUnread()
    var counts: [FreshnessState: Int] = [
      .unknown: unread, .never: try reader.countNeverMaterialized() - unread,
      .stale: try reader.countMaterialized(upTo: boundary), .warn: 0,
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
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}

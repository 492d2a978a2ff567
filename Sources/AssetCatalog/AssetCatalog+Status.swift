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
      let unsuccessful = try reader.countUnsuccessfulRuns(runningSince: runningSince(time.generatedAt))
      let runs = byStatus.reduce(0) { $0 + $1.runs }
      var problems = Dictionary(try reader.countProblems().map { ($0.kind, $0.count) }, uniquingKeysWith: +)
      let future = try reader.countMaterialized(after: Self.latest(time))
      if future > 0 { problems[ProblemKind.futureTime.rawValue, default: 0] += future }
      return CatalogStatus(
        generatedAt: time.generatedAt, asOf: time.asOf, root: root, indexPath: indexPath,
        indexBytes: Self.size(of: indexPath), schemaVersion: try reader.schemaVersion(),
        sqliteVersion: SQLiteLibrary.version, assetCount: byStatus.reduce(0) { $0 + $1.assets },
        assetsByState: [
          .never: try reader.countNeverMaterialized(), .stale: try reader.countMaterialized(upTo: boundary),
          .warn: 0, .fresh: try reader.countMaterialized(after: boundary),
        ],
        assetsByStatus: Dictionary(byStatus.map { ($0.status, $0.assets) }, uniquingKeysWith: +), runCount: runs,
        runsByOutcome: [
          .succeeded: runs - unsuccessful.failed - unsuccessful.running - unsuccessful.interrupted,
          .failed: unsuccessful.failed, .running: unsuccessful.running, .interrupted: unsuccessful.interrupted,
        ],
        artifactCount: try reader.countArtifacts(), problemsByKind: problems)
    }
  }

  /// Bytes of the file that a path leads to; the file itself is not opened, since only SQLite may do that.
  private static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}

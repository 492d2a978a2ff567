internal import CatalogIndex
public import ManifestModel
internal import SQLiteDatabase

extension AssetCatalog {
  /// How far ahead of the clock a materialization may lie before it is a problem, in microseconds.
  private static let tolerance: Int64 = 300_000_000

  /// What is wrong with the files and folders of the tree; by the bytes of the path, then by kind.
  ///
  /// Most problems were found by a reconcile. One depends on the clock and is found by the question itself: a last
  /// materialization more than five minutes ahead of now (`future_time`).
  ///
  /// ```swift
  /// for problem in try catalog.problems().rows { print(problem.path, problem.kind, problem.message) }
  /// ```
  ///
  /// - Parameter limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  public func problems(limit: Int? = nil) throws(CatalogError) -> Answer<ProblemRow> {
    let limit = try Self.checked(limit)
    return try ask { reader, time throws(SQLiteError) in
      let computed = try reader.materializations(after: Self.latest(time))
        .map { problem($0, time) }
        .sorted { Self.precedes($0, $1) }
      var cursor = ProblemCursor()
      var recorded: [ProblemRecord] = []
      while recorded.count < limit {
        let page = try cursor.next(min(limit - recorded.count, Self.pageSize), from: reader)
        if page.isEmpty { break }
        recorded += page
      }
      let rows = Self.merge(recorded, computed).prefix(limit).map { ProblemRow($0) }
      return Answer(generatedAt: time.generatedAt, asOf: time.asOf, rows: rows)
    }
  }

  /// What is wrong with one asset's files and folders; ordered as ``problems(limit:)``.
  ///
  /// ```swift
  /// let isSound = try catalog.problems(of: orders).rows.isEmpty
  /// ```
  ///
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a name or id that is no path component; what reconciling and
  ///   reading throw.
  public func problems(of asset: AssetIdentifier) throws(CatalogError) -> Answer<ProblemRow> {
    try Self.checked(asset)
    return try ask { reader, time throws(SQLiteError) in
      var records = try reader.problems(of: asset)
      if let last = try reader.asset(asset)?.lastMaterialized, last > Self.latest(time) {
        let future = try reader.materializations(after: Self.latest(time)).filter { $0.asset == asset }
        records = Self.merge(records, future.map { problem($0, time) })
      }
      return Answer(generatedAt: time.generatedAt, asOf: time.asOf, rows: records.map { ProblemRow($0) })
    }
  }

  /// The latest materialization that is no problem, in microseconds.
  static func latest(_ time: AnswerTime) -> Int64 {
    time.generatedAt.microseconds.addingReportingOverflow(tolerance).partialValue
  }

  private func problem(_ record: FutureRecord, _ time: AnswerTime) -> ProblemRecord {
    let path =
      record.runID.map { layout.runMetadataPath(record.asset, runID: $0) } ?? layout.manifestPath(record.asset)
    return ProblemRecord(
      rawPath: Array(path.utf8), kind: ProblemKind.futureTime.rawValue, path: path,
      message: "The last materialization lies in the future.", seenAt: (time.asOf ?? time.generatedAt).microseconds,
      asset: record.asset)
  }

  private static func precedes(_ left: ProblemRecord, _ right: ProblemRecord) -> Bool {
    left.rawPath == right.rawPath
      ? left.kind.utf8.lexicographicallyPrecedes(right.kind.utf8)
      : left.rawPath.lexicographicallyPrecedes(right.rawPath)
  }

  /// Both in one order; each of them is in order.
  private static func merge(_ left: [ProblemRecord], _ right: [ProblemRecord]) -> [ProblemRecord] {
    guard !right.isEmpty else { return left }
    var merged: [ProblemRecord] = []
    merged.reserveCapacity(left.count + right.count)
    var rest = left[...]
    for record in right {
      while let first = rest.first, precedes(first, record) { merged.append(rest.removeFirst()) }
      merged.append(record)
    }
    return merged + rest
  }
}

extension ProblemRow {
  fileprivate init(_ record: ProblemRecord) {
    self.init(
      path: record.path, kind: record.kind, message: record.message, seenAt: Timestamp(microseconds: record.seenAt),
      asset: record.asset)
  }
}

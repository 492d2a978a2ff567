internal import CatalogIndex
package import ManifestModel
internal import StoredTree

extension Catalog {
  /// What is wrong with the files and folders of the tree; by the bytes of the path, then by kind.
  ///
  /// Most problems were found by a reconcile. Two are found by the question itself: a time more than five minutes ahead
  /// of now (`future_time`), and a manifest that does not know of a newer success (`manifest_behind`).
  ///
  /// ```swift
  /// for problem in try catalog.problems().rows { print(problem.path, problem.kind, problem.message) }
  /// ```
  ///
  /// - Parameter limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  package func problems(limit: Int? = nil) throws(CatalogError) -> Answer<ProblemRow> {
    let limit = try Self.checked(limit)
    return try ask { reader, time throws(IndexError) in
      let computed = try computedProblems(reader, time)
      var cursor = ProblemCursor()
      var recorded: [ProblemEntry] = []
      while recorded.count < limit {
        let page = try cursor.next(min(limit - recorded.count, Self.pageSize), from: reader)
        if page.isEmpty { break }
        recorded += page
      }
      let rows = Self.merge(recorded, computed).prefix(limit).map { ProblemRow($0) }
      return Answer(time, rows: rows)
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
  package func problems(of asset: AssetIdentifier) throws(CatalogError) -> Answer<ProblemRow> {
    try Self.checked(asset)
    return try ask(about: .name(asset.name)) { reader, time throws(IndexError) in
      let found = try reader.computedProblems(of: asset, latest: ClockTolerance.latest(time.now))
      let computed = problems(found.ahead, found.behind.map { [(asset, $0)] } ?? [], time)
      let entries = Self.merge(try reader.problems(of: asset), computed)
      return Answer(time, rows: entries.map { ProblemRow($0) })
    }
  }

  /// What is wrong only by the clock, or when files are compared; in order.
  func computedProblems(
    _ reader: borrowing IndexReader, _ time: AnswerTime
  ) throws(IndexError) -> [ProblemEntry] {
    let latest = ClockTolerance.latest(time.now)
    return problems(try reader.filesAhead(of: latest), try reader.manifestsBehind(upTo: latest), time)
  }

  private func problems(
    _ ahead: [FileAhead], _ behind: [(asset: AssetIdentifier, success: Int64)], _ time: AnswerTime
  ) -> [ProblemEntry] {
    func problem(_ kind: ProblemKind, _ asset: AssetIdentifier, runID: String?, _ message: String) -> ProblemEntry {
      let path = runID.map { layout.runMetadataPath(asset, runID: $0) } ?? layout.manifestPath(asset)
      return ProblemEntry(
        rawPath: Array(path.utf8), kind: kind, path: path, message: message,
        seenAt: (time.asOf ?? time.generatedAt).microseconds, asset: asset)
    }
    let future = ahead.map { file in
      problem(
        .futureTime, file.asset, runID: file.runID,
        "A time in this file is more than five minutes ahead of the clock, and counts as not known.")
    }
    let outdated = behind.map { asset, success in
      problem(
        .manifestBehind, asset, runID: nil,
        "The manifest does not know of the run that succeeded at \(Timestamp(microseconds: success)).")
    }
    return (future + outdated).sorted { Self.precedes($0, $1) }
  }

  private static func precedes(_ left: ProblemEntry, _ right: ProblemEntry) -> Bool {
    left.rawPath == right.rawPath
      ? left.kind.rawValue.precedesInBytes(right.kind.rawValue)
      : left.rawPath.lexicographicallyPrecedes(right.rawPath)
  }

  /// Both in one order; each of them is in order.
  private static func merge(_ left: [ProblemEntry], _ right: [ProblemEntry]) -> [ProblemEntry] {
    guard !right.isEmpty else { return left }
    var merged: [ProblemEntry] = []
    merged.reserveCapacity(left.count + right.count)
    var rest = left[...]
    for entry in right {
      while let first = rest.first, precedes(first, entry) { merged.append(rest.removeFirst()) }
      merged.append(entry)
    }
    return merged + rest
  }
}

extension ProblemRow {
  fileprivate init(_ entry: ProblemEntry) {
    self.init(
      path: entry.path, kind: entry.kind, message: entry.message, seenAt: Timestamp(microseconds: entry.seenAt),
      asset: entry.asset)
  }
}

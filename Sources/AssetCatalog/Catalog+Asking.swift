internal import CatalogIndex
internal import Glibc
internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// When an answer was given, and as of which time it is true.
struct AnswerTime: Sendable {
  let generatedAt: Timestamp
  let asOf: Timestamp?
  let gaps: AnswerGaps

  /// The clock of the answer, in microseconds.
  var now: Int64 { generatedAt.microseconds }
}

extension AnswerGaps {
  init(_ reader: borrowing IndexReader) throws(IndexError) {
    let open = try reader.openProblems()
    self.init(
      unsettledFiles: open.unsettled, unreadableFolders: open.unreadableFolders, unreadableRuns: open.unreadableRuns,
      unreadableManifests: open.unreadableManifests, truncatedFiles: open.truncated)
  }
}

extension Answer {
  init(_ time: AnswerTime, unfinished: UnfinishedSummary? = nil, rows: [Row]) {
    self.init(generatedAt: time.generatedAt, asOf: time.asOf, gaps: time.gaps, unfinished: unfinished, rows: rows)
  }
}

/// What stands between a public question and the index: clock, reconcile, connection, snapshot, limit.
extension Catalog {
  /// Rows read from the index at once: few enough to hold, many enough that their beginning costs nothing.
  static let pageSize = 1024

  /// The clock of ages.
  var now: Timestamp { options.now?() ?? Self.systemTime }

  /// The system's clock.
  static var systemTime: Timestamp { Timestamp(microseconds: SystemClock.microseconds()) }

  /// Answers from one snapshot of the index, brought up to date before as the options have it.
  ///
  /// - Parameter scope: the names outside of which nothing matters to the answer; `nil` where everything does.
  func ask<R: Sendable>(
    about scope: NameScope? = nil,
    _ body: @Sendable (borrowing IndexReader, AnswerTime) throws(IndexError) -> R
  ) throws(CatalogError) -> R {
    try mendingIndex(about: scope) { asOf throws(CatalogError) in try read(at: now, orAsOf: asOf, body) }
  }

  /// Answers from an index that was brought up to date before, as the options have it. One that turns out damaged is
  /// rebuilt, and asked once more.
  func mendingIndex<R>(_ answer: () throws(CatalogError) -> R) throws(CatalogError) -> R {
    try mendingIndex(about: nil) { _ throws(CatalogError) in try answer() }
  }

  /// - Parameters:
  ///   - scope: the names outside of which nothing matters to the answer; `nil` where everything does.
  ///   - answer: gets when these were looked at, if they were alone.
  private func mendingIndex<R>(
    about scope: NameScope?, _ answer: (Timestamp?) throws(CatalogError) -> R
  ) throws(CatalogError) -> R {
    let asOf = try reconcileIfNeeded(about: scope)
    do throws(CatalogError) {
      return try answer(asOf)
    } catch {
      guard error.code == .damagedIndex, options.reconciling.mayWrite else { throw error }
      try rebuildForQuestion(curing: error.damage)
      return try answer(nil)
    }
  }

  /// Answers from one snapshot of the index as it is. One that was never filled would say that there is nothing.
  ///
  /// - Parameters:
  ///   - scopeAsOf: when the names were true that the question is about, where that is later than for all.
  ///   - tellsGaps: whether what the index could not see is counted; without, the answer has no gaps.
  func read<R: Sendable>(
    at now: Timestamp, orAsOf scopeAsOf: Timestamp? = nil, tellsGaps: Bool = true,
    _ body: @Sendable (borrowing IndexReader, AnswerTime) throws(IndexError) -> R
  ) throws(CatalogError) -> R {
    try CatalogError.wrapping { () throws(IndexError) in
      try readers.read { reader throws(IndexError) in
        let answer = try reader.snapshot { () throws(IndexError) -> R? in
          guard let asOf = try reader.state()?.reconcileStartedAt else { return nil }
          let gaps = tellsGaps ? try AnswerGaps(reader) : AnswerGaps()
          let time = Timestamp(microseconds: max(asOf, scopeAsOf?.microseconds ?? .min))
          return try body(reader, AnswerTime(generatedAt: now, asOf: time, gaps: gaps))
        }
        guard let answer else { throw IndexError.neverFilled(try location) }
        return answer
      }
    }
  }

  /// Every row of a question, from one snapshot.
  ///
  /// - Parameters:
  ///   - scope: the names outside of which nothing matters to the answer; `nil` where everything does.
  ///   - unfinished: counts the runs that have not ended, where the answer tells of them.
  ///   - row: makes a row of an entry, or `nil` of one that does not belong to the answer.
  func answer<Cursor: PageCursor, Row: Sendable>(
    about scope: NameScope? = nil, limit: Int?, _ cursor: @Sendable (AnswerTime) -> Cursor,
    unfinished: UnfinishedCount? = nil, row: @Sendable (Cursor.Entry, AnswerTime) -> Row?
  ) throws(CatalogError) -> Answer<Row> {
    let limit = try Self.checked(limit)
    return try ask(about: scope) { reader, time throws(IndexError) in
      var cursor = cursor(time)
      var rows: [Row] = []
      // The first page is all there is to a small answer; where rows are sifted out, more are read at once.
      var count = min(limit, Self.pageSize)
      while rows.count < limit {
        let page = try cursor.next(count, from: reader)
        if page.isEmpty { break }
        for entry in page {
          guard rows.count < limit else { break }
          if let row = row(entry, time) { rows.append(row) }
        }
        count = Self.pageSize
      }
      return Answer(time, unfinished: try unfinished?(reader, time), rows: rows)
    }
  }

  /// Counts the runs that have not ended.
  typealias UnfinishedCount =
    @Sendable (borrowing IndexReader, AnswerTime) throws(IndexError) -> UnfinishedSummary

  /// Every row of a question, a page at a time, each page from a snapshot of its own.
  func pages<Cursor: PageCursor, Row: Sendable>(
    about scope: NameScope? = nil, limit: Int?, _ cursor: @Sendable (AnswerTime) -> Cursor,
    unfinished: UnfinishedCount? = nil, row: @escaping @Sendable (Cursor.Entry, AnswerTime) -> Row?
  ) throws(CatalogError) -> AnswerPages<Row> {
    let limit = try Self.checked(limit)
    let (time, first, start, summary) = try ask(about: scope) { reader, time throws(IndexError) in
      var cursor = cursor(time)
      let page = try cursor.next(min(limit, Self.pageSize), from: reader)
      return (time, page, cursor, try unfinished?(reader, time))
    }
    var position = start
    var pending: [Cursor.Entry]? = first
    var remaining = limit
    return AnswerPages(time, unfinished: summary) { () throws(CatalogError) -> [Row] in
      while remaining > 0 {
        let page: [Cursor.Entry]
        if let first = pending.take() {
          page = first
        } else {
          let current = position
          (page, position) = try self.read(at: time.generatedAt, tellsGaps: false) { reader, _ throws(IndexError) in
            var cursor = current
            return (try cursor.next(Self.pageSize, from: reader), cursor)
          }
        }
        if page.isEmpty { return [] }
        var result: [Row] = []
        result.reserveCapacity(min(page.count, remaining))
        for entry in page {
          guard result.count < remaining else { break }
          if let row = row(entry, time) { result.append(row) }
        }
        remaining -= result.count
        if !result.isEmpty { return result }
      }
      return []
    }
  }

  static func checked(_ limit: Int?) throws(CatalogError) -> Int {
    guard let limit else { return .max }
    guard limit >= 0 else { throw CatalogError(.invalidArgument, "A limit cannot be negative: \(limit).") }
    return limit
  }

  static func checked(_ asset: AssetIdentifier) throws(CatalogError) {
    guard MetadataLayout.isValidComponent(asset.name), MetadataLayout.isValidComponent(asset.id) else {
      throw CatalogError(
        .invalidArgument,
        "'\(asset.name)' with the id '\(asset.id)' cannot be an asset: each must be one path component.")
    }
  }
}

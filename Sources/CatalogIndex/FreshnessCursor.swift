internal import ManifestModel
internal import SQLiteDatabase

/// Assets by their last materialization: first those of which it cannot be told, then those without one, then oldest
/// first, and always by name and id.
///
/// A time that is ahead of the clock is passed over for the newest one that is not. No index has such assets in order;
/// there are none unless a clock was wrong, and so they are held in memory and merged in.
package struct FreshnessCursor: PageCursor {
  private enum Position: Sendable {
    case unknown(after: AssetIdentifier)
    case never(after: AssetIdentifier)
    case materialized(time: Int64, after: AssetIdentifier)
    case end
  }

  /// Which assets are among the rows.
  package struct Selection: Sendable {
    /// Those of which it cannot be told whether they were ever materialized.
    package var includesUnknown: Bool
    /// Those that never were.
    package var includesNever: Bool
    /// The materialization times of the others, in microseconds; `nil` for none of them.
    package var times: ClosedRange<Int64>?

    package init(includesUnknown: Bool, includesNever: Bool, times: ClosedRange<Int64>?) {
      self.includesUnknown = includesUnknown
      self.includesNever = includesNever
      self.times = times
    }
  }

  private var position: Position
  private let selection: Selection
  private let times: ClosedRange<Int64>?
  private let latest: Int64
  private let pattern: NamePattern
  /// Assets whose time was passed over, in order, once they are known.
  private var passedOver: ArraySlice<FreshnessEntry>?

  /// - Parameters:
  ///   - selection: which assets are among the rows.
  ///   - now: the clock of the answer, in microseconds.
  ///   - name: a GLOB that names must match.
  package init(_ selection: Selection, now: Int64, name: String? = nil) {
    self.selection = selection
    let latest = ClockTolerance.latest(now)
    self.latest = latest
    times = selection.times.flatMap { $0.lowerBound > latest ? nil : $0.lowerBound...min($0.upperBound, latest) }
    pattern = NamePattern(name)
    position = selection.includesUnknown ? .unknown(after: .beginning) : .never(after: .beginning)
    if !selection.includesUnknown { position = start(ofNever: selection.includesNever) }
  }

  private func start(ofNever isIncluded: Bool) -> Position {
    isIncluded ? .never(after: .beginning) : startOfTimes
  }

  private var startOfTimes: Position {
    times.map { .materialized(time: $0.lowerBound, after: .beginning) } ?? .end
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [FreshnessEntry] {
    if passedOver == nil { passedOver = try findPassedOver(reader)[...] }
    let page = try nextIndexed(count, from: reader)
    guard let rest = passedOver, !rest.isEmpty else { return page }
    return merge(page, isLast: page.isEmpty)
  }

  /// The next rows of the index, fewer than `count` only at the end.
  private mutating func nextIndexed(
    _ count: Int, from reader: borrowing IndexReader
  ) throws(IndexError) -> [FreshnessEntry] {
    var page: [FreshnessEntry] = []
    while page.count < count {
      let wanted = count - page.count
      let rows: [FreshnessEntry]
      switch position {
      case .unknown(let key):
        rows = try read(QuestionSQL.unread, after: key, wanted, from: reader)
        position =
          rows.count == wanted ? .unknown(after: rows.last!.asset) : start(ofNever: selection.includesNever)
      case .never(let key):
        rows = try read(QuestionSQL.neverMaterialized, after: key, wanted, from: reader)
        position = rows.count == wanted ? .never(after: rows.last!.asset) : startOfTimes
      case .materialized(let time, let key):
        guard let times else { return page }
        rows = try read(QuestionSQL.materialized, from: reader) { statement throws(SQLiteError) in
          try statement.bind(time, at: 1)
          try statement.bind(key.name, at: 2)
          try statement.bind(key.id, at: 3)
          try statement.bind(times.upperBound, at: 4)
          try statement.bind(pattern.glob, at: 5)
          try statement.bind(Int64(wanted), at: 6)
        }
        if rows.count == wanted, let last = rows.last, let time = last.lastMaterialized {
          position = .materialized(time: time, after: last.asset)
        } else {
          position = .end
        }
      case .end:
        return page
      }
      if page.isEmpty { page = rows } else { page += rows }
    }
    return page
  }

  // MARK: Times ahead of the clock

  private func findPassedOver(_ reader: borrowing IndexReader) throws(IndexError) -> [FreshnessEntry] {
    var entries = try read(QuestionSQL.materializedAhead, from: reader) { statement throws(SQLiteError) in
      try statement.bind(latest, at: 1)
      try statement.bind(pattern.glob, at: 2)
    }
    if entries.isEmpty { return [] }
    for index in entries.indices { try reader.passOver(&entries[index], upTo: latest) }
    return entries.filter { entry in
      guard let time = entry.lastMaterialized else { return selection.includesUnknown }
      return selection.times?.contains(time) ?? false
    }.sorted { Self.precedes($0, $1) }
  }

  /// Puts those in their place whose time was passed over, up to the last row of a page, or to the end.
  private mutating func merge(_ page: [FreshnessEntry], isLast: Bool) -> [FreshnessEntry] {
    var rest = passedOver ?? []
    var merged: [FreshnessEntry] = []
    for entry in page {
      while let first = rest.first, Self.precedes(first, entry) { merged.append(rest.removeFirst()) }
      merged.append(entry)
    }
    if isLast {
      merged += rest
      rest = []
    }
    passedOver = rest
    return merged
  }

  private static func precedes(_ left: FreshnessEntry, _ right: FreshnessEntry) -> Bool {
    if left.isUnknown != right.isUnknown { return left.isUnknown }
    let (former, latter) = (left.lastMaterialized ?? .min, right.lastMaterialized ?? .min)
    return former == latter ? left.asset < right.asset : former < latter
  }

  private func read(
    _ sql: StatementText, after key: AssetIdentifier, _ count: Int, from reader: borrowing IndexReader
  ) throws(IndexError) -> [FreshnessEntry] {
    try read(sql, from: reader) { statement throws(SQLiteError) in
      try statement.bind(key.name, at: 1)
      try statement.bind(key.id, at: 2)
      try statement.bind(pattern.glob, at: 3)
      try statement.bind(Int64(count), at: 4)
    }
  }

  private func read(
    _ sql: StatementText, from reader: borrowing IndexReader, bind: (borrowing Statement) throws(SQLiteError) -> Void
  ) throws(IndexError) -> [FreshnessEntry] {
    try reader.rows(sql, bind: bind) { row throws(SQLiteError) in try FreshnessEntry(row) }
  }
}

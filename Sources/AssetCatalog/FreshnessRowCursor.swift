internal import CatalogIndex
internal import ManifestModel

/// The rows of freshness, in an order of the index: mostly by the last materialization. What is ignored keeps its
/// place.
struct FreshnessRowCursor: PageCursor {
  private enum Entries: Sendable {
    case byTime(FreshnessCursor)
    case byName(NamedFreshnessCursor)

    mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [FreshnessEntry] {
      switch self {
      case .byTime(var cursor):
        defer { self = .byTime(cursor) }
        return try cursor.next(count, from: reader)
      case .byName(var cursor):
        defer { self = .byName(cursor) }
        return try cursor.next(count, from: reader)
      }
    }
  }

  private var entries: Entries
  private let judge: FreshnessJudge
  private var surroundings: FreshnessSurroundings?

  init(_ question: FreshnessQuestion, now: Timestamp) {
    judge = FreshnessJudge(question, now: now)
    entries =
      question.isInOrderOfNames
      ? .byName(NamedFreshnessCursor(now: now.microseconds))
      : .byTime(
        FreshnessThresholds(question.policy.policy, byName: question.byName, now: now)
          .cursor(states: question.possibleStates, name: question.names.bound))
  }

  mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [FreshnessRow] {
    let surroundings: FreshnessSurroundings
    if let known = self.surroundings {
      surroundings = known
    } else {
      surroundings = try FreshnessSurroundings(judge, reader)
      self.surroundings = surroundings
    }
    var count = count
    while true {
      let page = try entries.next(count, from: reader)
      if page.isEmpty { return [] }
      var rows: [FreshnessRow] = []
      rows.reserveCapacity(page.count)
      for entry in page {
        if let row = try judge.row(of: entry, surroundings, reader) { rows.append(row) }
      }
      if !rows.isEmpty { return rows }
      count = Catalog.pageSize
    }
  }
}

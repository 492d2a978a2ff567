package import ManifestModel
package import SQLiteDatabase

/// One asset and when it was last materialized.
package struct FreshnessRecord: Sendable {
  package let asset: AssetIdentifier
  package let lastMaterialized: Int64?
  package let lastStatus: ManifestStatus?
  package let lastRunID: String?
  /// `manifest` or `runs`.
  package let source: String?
  /// Whether the values are those of a manifest that cannot be read any more.
  package let isDamaged: Bool
  /// The number of the first pattern that matches the name; `nil` where none does.
  package let rule: Int?
}

/// Assets by their last materialization, those without one first, then oldest first, then by name and id.
package struct FreshnessCursor: PageCursor {
  private enum Position: Sendable {
    case never(behind: AssetIdentifier)
    case materialized(time: Int64, behind: AssetIdentifier)
    case end
  }

  private var position: Position
  private let times: ClosedRange<Int64>?
  private let pattern: NamePattern
  private let rules: [String]

  /// - Parameters:
  ///   - includesNever: whether assets without a materialization are among the rows.
  ///   - times: the materialization times of the other rows; `nil` for none of them.
  ///   - rules: patterns, the first of which that matches is told with each row.
  package init(includesNever: Bool, times: ClosedRange<Int64>?, name: String? = nil, rules: [String] = []) {
    self.times = times
    self.rules = rules
    pattern = NamePattern(name)
    position = includesNever ? .never(behind: .beginning) : Self.start(of: times)
  }

  private static func start(of times: ClosedRange<Int64>?) -> Position {
    times.map { .materialized(time: $0.lowerBound, behind: .beginning) } ?? .end
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(SQLiteError) -> [FreshnessRecord]
  {
    var page: [FreshnessRecord] = []
    while page.count < count {
      let wanted = count - page.count
      switch position {
      case .never(let key):
        let rows = try read(QuestionSQL.neverMaterialized, from: reader) { statement throws(SQLiteError) in
          try statement.bind(key.name, at: 1)
          try statement.bind(key.id, at: 2)
          try statement.bind(pattern.glob, at: 3)
          try statement.bind(Int64(wanted), at: 4)
        }
        if page.isEmpty { page = rows } else { page += rows }
        if rows.count == wanted, let last = rows.last {
          position = .never(behind: last.asset)
        } else {
          position = Self.start(of: times)
        }
      case .materialized(let time, let key):
        guard let times else { return page }
        let rows = try read(QuestionSQL.materialized, from: reader) { statement throws(SQLiteError) in
          try statement.bind(time, at: 1)
          try statement.bind(key.name, at: 2)
          try statement.bind(key.id, at: 3)
          try statement.bind(times.upperBound, at: 4)
          try statement.bind(pattern.glob, at: 5)
          try statement.bind(Int64(wanted), at: 6)
        }
        if page.isEmpty { page = rows } else { page += rows }
        if rows.count == wanted, let last = rows.last, let time = last.lastMaterialized {
          position = .materialized(time: time, behind: last.asset)
        } else {
          position = .end
        }
      case .end:
        return page
      }
    }
    return page
  }

  private func read(
    _ sql: StaticString, from reader: borrowing IndexReader, bind: (borrowing Statement) throws(SQLiteError) -> Void
  ) throws(SQLiteError) -> [FreshnessRecord] {
    guard !rules.isEmpty else {
      return try reader.rows(sql, bind: bind) { row throws(SQLiteError) in try FreshnessRecord(row) }
    }
    let statement = try reader.index.connection.prepare(QuestionSQL.matchingRules(sql, count: rules.count))
    try bind(statement)
    for (index, rule) in rules.enumerated() { try statement.bind(rule, at: Int32(index) + 7) }
    return try IndexReader.rows(of: statement) { row throws(SQLiteError) in try FreshnessRecord(row) }
  }
}

extension AssetIdentifier {
  /// Comes before every asset: a name is never empty.
  static let beginning = AssetIdentifier(name: "", id: "")
}

extension FreshnessRecord {
  fileprivate init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = AssetIdentifier(name: try row.text(0), id: try row.text(1))
    lastMaterialized = try row.optionalInt64(2)
    lastStatus = try row.optionalText(3).flatMap { ManifestStatus(rawValue: $0) }
    lastRunID = try row.optionalText(4)
    source = try row.optionalText(5)
    isDamaged = try row.bool(6)
    let rule = try row.int64(7)
    self.rule = rule < 0 ? nil : Int(rule)
  }
}

package import ManifestModel
internal import SQLiteDatabase

/// Assets whose name has several configurations, and assets with another signature than expected: by name and id, the
/// row about the configurations before the one about the signature.
package struct DriftCursor: PageCursor {
  /// In order; those before `nextExpected` are done.
  private let expected: [(asset: AssetIdentifier, signature: String)]
  private var nextExpected = 0
  private let pattern: NamePattern
  /// Names with several rows that were read ahead, the next one last.
  private var names: [String] = []
  private var lowest: String
  private let now: Int64
  private var isAtEnd = false

  /// - Parameter now: the clock of the answer, in microseconds.
  package init(expected: [AssetIdentifier: String], name: String? = nil, now: Int64) {
    self.now = now
    self.expected = expected.map { ($0.key, $0.value) }.sorted { $0.asset < $1.asset }
    pattern = NamePattern(name)
    lowest = pattern.lowest
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [DriftEntry] {
    var page: [DriftEntry] = []
    while page.count < count {
      if names.isEmpty, !isAtEnd { try readAhead(min(max(count, 16), 1024), from: reader) }
      let expectedName = nextExpected < expected.count ? expected[nextExpected].asset.name : nil
      guard let name = Self.first(names.last, expectedName) else { return page }
      if let candidate = names.last, candidate.utf8.elementsEqual(name.utf8) { names.removeLast() }
      page += try entries(of: name, from: reader)
    }
    return page
  }

  private static func first(_ left: String?, _ right: String?) -> String? {
    guard let left, let right else { return left ?? right }
    return right.utf8.lexicographicallyPrecedes(left.utf8) ? right : left
  }

  private mutating func readAhead(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) {
    let rows = try reader.rows(QuestionSQL.namesWithSeveralRows) { statement throws(SQLiteError) in
      try statement.bind(lowest, at: 1)
      try statement.bind(beyond: pattern, at: 2)
      try statement.bind(pattern.glob, at: 3)
      try statement.bind(Int64(count), at: 4)
    } entry: { row throws(SQLiteError) in
      try row.text(0)
    }
    isAtEnd = rows.count < count
    // The text right after the last name.
    if let last = rows.last { lowest = last + "\0" }
    names = rows.reversed()
  }

  private mutating func entries(of name: String, from reader: borrowing IndexReader) throws(IndexError)
    -> [DriftEntry]
  {
    let rows = try reader.rows(QuestionSQL.configurations) { statement throws(SQLiteError) in
      try statement.bind(name, at: 1)
      try statement.bind(pattern.glob, at: 2)
    } entry: { row throws(SQLiteError) in
      (id: try row.text(0), signature: try row.optionalText(1), materialized: try row.optionalInt64(2))
    }
    var entries: [DriftEntry] = []
    for var row in rows {
      let asset = AssetIdentifier(name: name, id: row.id)
      row.materialized = try reader.passingOver(row.materialized, of: asset, at: now)
      func entry(_ expectedSignature: String?) -> DriftEntry {
        DriftEntry(
          asset: asset, configurationCount: rows.count, signature: row.signature, expectedSignature: expectedSignature,
          lastMaterialized: row.materialized)
      }
      if rows.count > 1 { entries.append(entry(nil)) }
      while nextExpected < expected.count, expected[nextExpected].asset < asset { nextExpected += 1 }
      guard nextExpected < expected.count, expected[nextExpected].asset == asset else { continue }
      let wanted = expected[nextExpected].signature
      if row.signature.map({ !$0.utf8.elementsEqual(wanted.utf8) }) ?? true { entries.append(entry(wanted)) }
      nextExpected += 1
    }
    while nextExpected < expected.count, expected[nextExpected].asset.name.utf8.elementsEqual(name.utf8) {
      nextExpected += 1
    }
    return entries
  }
}

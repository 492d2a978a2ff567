internal import SQLiteDatabase

/// The columns of a table as one list: an enum with a case for each, whose raw value is the name in SQL, in the order
/// in which rows are written.
///
/// All statements that write whole rows or read them again are made from it, so that a column is named once, and a
/// `switch` over it is not complete without one that is new.
protocol TableColumn: PlacedColumn, CaseIterable, RawRepresentable, Hashable, Sendable
where RawValue == String, AllCases == [Self] {
  static var table: String { get }
  /// All cases, kept: they are asked for with every row.
  static var columns: [Self] { get }
  /// What a row is found by, beside ``owner``: the first of the list. An update leaves it as it is.
  static var identity: [Self] { get }
  /// The column that says whose row it is, where it comes before those of the list; `nil` where the row says so itself.
  static var owner: String? { get }
}

extension TableColumn {
  static var owner: String? { nil }
  /// The place of a value in a row, from 0.
  var place: Int32 { Int32(Self.columns.firstIndex(of: self)!) }

  private static var allNames: [String] { [owner].compactMap(\.self) + columns.map(\.rawValue) }

  /// All columns, the owner not among them, as a SELECT names them: the value of a column is in the place that it has
  /// here.
  ///
  /// - Parameters:
  ///   - unread: columns of which NULL is selected, since they may be long.
  ///   - table: what the table is called, where another one has columns of the same names.
  static func selection(except unread: [Self] = [], of table: String? = nil) -> String {
    let prefix = table.map { $0 + "." } ?? ""
    return columns.map { unread.contains($0) ? "NULL" : prefix + $0.rawValue }.joined(separator: ", ")
  }

  /// Adds rows that are not there.
  static var insertion: Insertion {
    Insertion(
      StatementText(keeping: "INSERT INTO \(table) (\(allNames.joined(separator: ", ")))"), width: allNames.count,
      isRelative: owner != nil)
  }

  /// Adds a row, or replaces the values of the one that it has. The owner is ?1, if there is one, and all others
  /// follow.
  static var upsert: String { upsert(changing: columns.filter { !identity.contains($0) }) }

  /// Adds a row in the same way, or replaces some values of the one that is there; none leaves it as it is.
  static func upsert(changing changed: [Self]) -> String {
    let values = (1...allNames.count).map { "?\($0)" }
    let keys = [owner].compactMap(\.self) + identity.map(\.rawValue)
    let changes = changed.map { "\($0.rawValue) = excluded.\($0.rawValue)" }
    return """
      INSERT INTO \(table) (\(allNames.joined(separator: ", "))) VALUES (\(values.joined(separator: ", ")))
      ON CONFLICT (\(keys.joined(separator: ", "))) DO
      \(changes.isEmpty ? "NOTHING" : "UPDATE SET " + changes.joined(separator: ", "))
      """
  }

  /// Sets the values of the row with the key ?1, in the order of the list from ?2 on. To set what a row is found by
  /// would write its entry in the index again.
  static func update(key: String) -> StatementText {
    let changes = columns.dropFirst(identity.count).enumerated().map { "\($1.rawValue) = ?\($0 + 2)" }
    return StatementText(keeping: "UPDATE \(table) SET \(changes.joined(separator: ", ")) WHERE \(key) = ?1")
  }

  /// Sets some values of a row: ?1 is the owner, what it is found by follows, and then the values.
  static func update(_ columns: [Self]) -> StatementText {
    let keys = [owner].compactMap(\.self) + identity.map(\.rawValue)
    let place = keys.enumerated().map { "\($1) = ?\($0 + 1)" }
    let changes = columns.enumerated().map { "\($1.rawValue) = ?\($0 + keys.count + 1)" }
    return StatementText(
      keeping: """
        UPDATE \(table) SET \(changes.joined(separator: ", ")) WHERE \(place.joined(separator: " AND "))
        """)
  }
}

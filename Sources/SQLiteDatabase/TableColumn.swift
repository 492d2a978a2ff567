/// The columns of a table as one list: an enum with a case for each, counted from 0 in the order in which rows are written.
///
/// All statements that write whole rows or read them again are made from it, so that a column is named once, and a `switch`
/// over it is not complete without one that is new. The name is that of the case, `last_status` for `lastStatus`.
package protocol TableColumn: CaseIterable, RawRepresentable, Hashable, Sendable
where RawValue == Int32, AllCases == [Self] {
  static var table: String { get }
  /// What a row is found by, beside ``owner``: the first of the list. An update leaves it as it is.
  static var identity: [Self] { get }
  /// The column that says whose row it is, where it comes before those of the list; `nil` where the row says so itself.
  static var owner: String? { get }
}

extension TableColumn {
  package static var owner: String? { nil }
  package static var count: Int { allCases.count }

  /// The name in SQL.
  package var name: String {
    String(describing: self).reduce(into: "") { name, letter in
      name += letter.isUppercase || letter.isNumber ? "_\(letter.lowercased())" : String(letter)
    }
  }

  private static var names: [String] { [owner].compactMap(\.self) + allCases.map(\.name) }

  /// All columns, the owner not among them, as a SELECT names them: the value of a column is in the place that it has here.
  ///
  /// - Parameter unread: columns of which NULL is selected, since they may be long.
  package static func selection(except unread: [Self] = []) -> String {
    allCases.map { unread.contains($0) ? "NULL" : $0.name }.joined(separator: ", ")
  }

  /// Adds rows that are not there.
  package static var insertion: Insertion {
    Insertion(
      StatementText(keeping: "INSERT INTO \(table) (\(names.joined(separator: ", ")))"), width: names.count,
      isRelative: owner != nil)
  }

  /// Adds a row, or replaces the values of the one that it has. The owner is ?1, if there is one, and all others follow.
  package static var upsert: String {
    let values = (1...names.count).map { "?\($0)" }
    let keys = [owner].compactMap(\.self) + identity.map(\.name)
    let changes = allCases.filter { !identity.contains($0) }.map { "\($0.name) = excluded.\($0.name)" }
    return """
      INSERT INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(values.joined(separator: ", ")))
      ON CONFLICT (\(keys.joined(separator: ", "))) DO UPDATE SET \(changes.joined(separator: ", "))
      """
  }

  /// Sets the values of the row with the key ?1, in the order of the list from ?2 on. To set what a row is found by would write
  /// its entry in the index again.
  package static func update(key: String) -> StatementText {
    let changes = allCases.dropFirst(identity.count).enumerated().map { "\($1.name) = ?\($0 + 2)" }
    return StatementText(keeping: "UPDATE \(table) SET \(changes.joined(separator: ", ")) WHERE \(key) = ?1")
  }

  /// Sets some values of a row: ?1 is the owner, what it is found by follows, and then the values.
  package static func update(_ columns: [Self]) -> StatementText {
    let keys = [owner].compactMap(\.self) + identity.map(\.name)
    let place = keys.enumerated().map { "\($1) = ?\($0 + 1)" }
    let changes = columns.enumerated().map { "\($1.name) = ?\($0 + keys.count + 1)" }
    return StatementText(
      keeping: """
        UPDATE \(table) SET \(changes.joined(separator: ", ")) WHERE \(place.joined(separator: " AND "))
        """)
  }
}

/// Values of a row of which all columns are selected.
extension Statement {
  package borrowing func int64(_ column: some TableColumn) throws(SQLiteError) -> Int64 {
    try int64(column.rawValue)
  }

  package borrowing func optionalInt64(_ column: some TableColumn) throws(SQLiteError) -> Int64? {
    try optionalInt64(column.rawValue)
  }

  package borrowing func bool(_ column: some TableColumn) throws(SQLiteError) -> Bool { try bool(column.rawValue) }

  package borrowing func text(_ column: some TableColumn) throws(SQLiteError) -> String { try text(column.rawValue) }

  package borrowing func optionalText(_ column: some TableColumn) throws(SQLiteError) -> String? {
    try optionalText(column.rawValue)
  }
}

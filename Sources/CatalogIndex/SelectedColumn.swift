internal import ManifestModel
internal import SQLiteDatabase

/// A column that knows where its value stands in a row, from 0.
protocol PlacedColumn {
  var place: Int32 { get }
}

/// What a question selects, as one list: an enum with a case for each value, numbered in the order in which they are
/// selected.
///
/// The SELECT is made from it and its rows are read by it, so that no value is found by a number that somebody counted.
protocol SelectedColumn: PlacedColumn, CaseIterable, RawRepresentable, Sendable where RawValue == Int32 {
  /// The value in SQL.
  var sql: String { get }
  /// How many values are selected before those of the list.
  static var first: Int32 { get }
}

extension SelectedColumn {
  static var first: Int32 { 0 }
  static var count: Int32 { Int32(allCases.count) }
  var place: Int32 { Self.first + rawValue }

  /// All of them, as a SELECT names them.
  static var selection: String { allCases.map(\.sql).joined(separator: ", ") }
}

/// Values of a row of which all columns are selected.
extension Statement {
  borrowing func int64(_ column: some PlacedColumn) throws(SQLiteError) -> Int64 {
    try int64(column.place)
  }

  borrowing func optionalInt64(_ column: some PlacedColumn) throws(SQLiteError) -> Int64? {
    try optionalInt64(column.place)
  }

  borrowing func bool(_ column: some PlacedColumn) throws(SQLiteError) -> Bool { try bool(column.place) }

  borrowing func text(_ column: some PlacedColumn) throws(SQLiteError) -> String { try text(column.place) }

  borrowing func optionalText(_ column: some PlacedColumn) throws(SQLiteError) -> String? {
    try optionalText(column.place)
  }

  borrowing func blob(_ column: some PlacedColumn) throws(SQLiteError) -> [UInt8] { try blob(column.place) }

  borrowing func asset<Column: PlacedColumn>(
    name: Column, id: Column
  ) throws(SQLiteError) -> AssetIdentifier {
    AssetIdentifier(name: try text(name.place), id: try text(id.place))
  }
}

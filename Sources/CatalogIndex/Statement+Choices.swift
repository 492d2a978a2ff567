internal import ManifestModel
internal import SQLiteDatabase

/// Values of which the schema knows only some. Any other is damage: whatever it was taken for would be an answer that
/// nothing in the tree gives.
extension Statement {
  /// An INTEGER that stands for one of a few things.
  borrowing func choice<Value: RawRepresentable<Int64>>(
    _ column: Int32, _ type: Value.Type = Value.self
  ) throws(SQLiteError) -> Value {
    let value = try int64(column)
    guard let choice = Value(rawValue: value) else { throw unknown("\(value)", in: column) }
    return choice
  }

  /// The same, or NULL.
  borrowing func optionalChoice<Value: RawRepresentable<Int64>>(
    _ column: Int32, _ type: Value.Type = Value.self
  ) throws(SQLiteError) -> Value? {
    isNull(column) ? nil : try choice(column)
  }

  /// A TEXT that stands for one of a few things.
  borrowing func textChoice<Value: RawRepresentable<String>>(
    _ column: Int32, _ type: Value.Type = Value.self
  ) throws(SQLiteError) -> Value {
    let value = try text(column)
    guard let choice = Value(rawValue: value), choice.rawValue.hasSameBytes(as: value) else {
      throw unknown("'\(value)'", in: column)
    }
    return choice
  }

  /// The same, or NULL.
  borrowing func optionalTextChoice<Value: RawRepresentable<String>>(
    _ column: Int32, _ type: Value.Type = Value.self
  ) throws(SQLiteError) -> Value? {
    isNull(column) ? nil : try textChoice(column)
  }

  /// Makes sure that rows in a list, of which the column tells the place, are all there.
  borrowing func expect(position: Int, _ column: Int32) throws(SQLiteError) {
    guard try int64(column) == Int64(position) else {
      throw SQLiteError(damage: "the row in the place \(position) of a list is missing")
    }
  }

  private borrowing func unknown(_ value: String, in column: Int32) -> SQLiteError {
    SQLiteError(damage: "the column \(columnName(column)) holds \(value), which means nothing")
  }
}

/// One column of an answer: the key that programs rely on, the title that people read, and the value.
///
/// A question describes its rows once, as a list of these; the four forms know nothing else about it.
struct Column<Row>: Sendable {
  /// The key in JSON and the heading in CSV.
  let key: String
  /// The heading in a table; `nil` for what only programs want.
  let title: String?
  let shortening: ColumnShortening
  let isRightAligned: Bool
  /// Whether a terminal that is too narrow may do without it.
  let isExpendable: Bool
  let value: @Sendable (Row) -> Cell
  /// What every row has in this answer, where that is known beforehand.
  var constant: Cell?

  init(
    _ key: String, _ title: String?, shortening: ColumnShortening = .end, isRightAligned: Bool = false,
    isExpendable: Bool = false,
    value: @escaping @Sendable (Row) -> Cell
  ) {
    self.key = key
    self.title = title
    self.shortening = shortening
    self.isRightAligned = isRightAligned
    self.isExpendable = isExpendable
    self.value = value
  }
}

/// Where a cell is cut when the terminal is too narrow for it.
enum ColumnShortening: Sendable {
  case start
  case end
  /// At the end, and only when everything else has been cut.
  case reluctant
}

/// A member that a model wants as a time.
enum TimeField {
  case absent
  case moment(Timestamp.Reading)
  /// A text or a number that is no time.
  case unreadable
  /// A time that leaves the years 1 to 9999 when it is converted to UTC.
  case beyond
  /// Something else, `null` among it.
  case other(JSONType)
}

/// A member that a model wants as a text.
enum TextField {
  case absent
  case text(JSONText)
  /// Something else, `null` among it.
  case other(JSONType)
}

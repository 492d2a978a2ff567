/// A member that a model wants as a list of texts.
enum PathsField {
  case absent
  /// An array of texts: the place of its bracket, and how many there are.
  case list(UnsafePointer<UInt8>, count: Int)
  /// An array with something in it that is no text.
  case mixed(JSONType)
  /// Something else, `null` among it.
  case other(JSONType)
}

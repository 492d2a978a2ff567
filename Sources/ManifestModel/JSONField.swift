/// A field that is kept though nobody here knows it: its key, and its value as JSON text.
public struct JSONField: Sendable {
  /// The key, unescaped.
  public let key: String
  /// The value exactly as the bytes of the file spell it.
  public let rawValue: [UInt8]

  /// A field from its key and the JSON text of its value.
  public init(key: String, rawValue: [UInt8]) {
    self.key = key
    self.rawValue = rawValue
  }
}

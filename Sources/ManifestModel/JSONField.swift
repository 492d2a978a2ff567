/// A field that is kept though nobody here knows it: its key, and its value as JSON text.
package struct JSONField: Sendable {
  /// The key, unescaped; a lone surrogate in it is U+FFFD.
  package let key: String
  /// The value exactly as the bytes of the file spell it.
  package let rawValue: [UInt8]
  /// The key in WTF-8, where it holds a lone surrogate that ``key`` cannot hold.
  private let surrogateKey: [UInt8]?

  /// A field from its key and the JSON text of its value.
  ///
  /// A value that is not exactly one JSON value is left out when a file is written.
  package init(key: String, rawValue: [UInt8]) {
    self.key = key
    self.rawValue = rawValue
    surrogateKey = nil
  }

  /// A field whose key is given in WTF-8.
  init(wideKey: [UInt8], rawValue: [UInt8]) {
    self.rawValue = rawValue
    if let key = String(validating: wideKey, as: UTF8.self) {
      self.key = key
      surrogateKey = nil
    } else {
      key = JSONField.replacingSurrogates(in: wideKey)
      surrogateKey = wideKey
    }
  }

  /// The key in WTF-8: what Python compares when it compares keys.
  var wideKey: [UInt8] { surrogateKey ?? Array(key.utf8) }

  /// In WTF-8 a surrogate takes three bytes, of which `String(decoding:as:)` would make three replacement characters.
  private static func replacingSurrogates(in bytes: [UInt8]) -> String {
    var result = bytes
    for index in bytes.indices.dropLast(2) where bytes[index] == 0xED && bytes[index + 1] >= 0xA0 {
      result.replaceSubrange(index..<index + 3, with: [0xEF, 0xBF, 0xBD])
    }
    return String(decoding: result, as: UTF8.self)
  }
}

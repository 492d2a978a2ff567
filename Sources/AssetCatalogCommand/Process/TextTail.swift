import Glibc

/// The end of a text whose beginning was left out.
enum TextTail {
  /// The text without what a cut left of the character that it went through. Bytes that are not UTF-8 become U+FFFD.
  static func text(_ bytes: [UInt8]) -> String {
    let whole = bytes.drop { $0 & 0xC0 == 0x80 }
    return String(decoding: bytes.count - whole.count <= 3 ? whole : bytes[...], as: UTF8.self)
  }
}

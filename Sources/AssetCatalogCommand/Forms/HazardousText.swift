/// Characters that must not reach a terminal as they are, because they act instead of being seen.
///
/// C0 with the newline, DEL, C1, the line and paragraph separators, and the bidirectional overrides and isolates.
/// Joiners are no danger and are needed to spell names and emoji.
enum HazardousText {
  /// The length in UTF-8 of the hazardous scalar that begins at `index`, or 0 where there is none.
  static func length(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    let byte = bytes[index]
    if byte < 0x20 || byte == 0x7F { return 1 }
    if byte == 0xC2 {
      return index + 1 < bytes.count && bytes[index + 1] < 0xA0 ? 2 : 0
    }
    guard byte == 0xE2, index + 2 < bytes.count else { return 0 }
    let isSeparatorOrOverride = bytes[index + 1] == 0x80 && (0xA8...0xAE).contains(bytes[index + 2])
    let isIsolate = bytes[index + 1] == 0x81 && (0xA6...0xA9).contains(bytes[index + 2])
    return isSeparatorOrOverride || isIsolate ? 3 : 0
  }

  /// The code point of the hazardous scalar of that length at `index`.
  static func codePoint(in bytes: UnsafeBufferPointer<UInt8>, at index: Int, length: Int) -> UInt32 {
    switch length {
    case 1: UInt32(bytes[index])
    case 2: UInt32(bytes[index] & 0x1F) << 6 | UInt32(bytes[index + 1] & 0x3F)
    default:
      UInt32(bytes[index] & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
    }
  }

  /// The text with each hazardous scalar spelled `\u{1b}`; the text itself where there is none.
  static func visible(_ text: String) -> String {
    withBytes(of: text) { bytes in
      guard bytes.indices.contains(where: { length(in: bytes, at: $0) > 0 }) else { return nil }
      var result: [UInt8] = []
      result.reserveCapacity(bytes.count + 16)
      var index = 0
      while index < bytes.count {
        let length = length(in: bytes, at: index)
        if length == 0 {
          result.append(bytes[index])
          index += 1
        } else {
          let point = codePoint(in: bytes, at: index, length: length)
          result.append(contentsOf: "\\u{\(String(point, radix: 16))}".utf8)
          index += length
        }
      }
      return String(decoding: result, as: UTF8.self)
    } ?? text
  }

  /// Lends the bytes of a text, without a copy where it keeps them in one piece.
  static func withBytes<Result>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if let result = text.utf8.withContiguousStorageIfAvailable(body) { return result }
    return Array(text.utf8).withUnsafeBufferPointer(body)
  }
}

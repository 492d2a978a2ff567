import ManifestModel

/// The one way by which texts that the program did not write itself come onto the page.
extension ByteSink {
  /// A text inside an element or inside a quoted attribute: `&`, `<`, `>`, `"` and `'` as references, and what acts
  /// instead of being seen spelled `\u{1b}`.
  ///
  /// Beside what ``HazardousText`` names, these are the marks without a width and of direction. The joiners stay, for
  /// they spell names and emoji. A line feed and a tab are kept only where the element shows them as such.
  mutating func appendHTML(_ text: String, keepingLines: Bool = false) {
    HazardousText.withBytes(of: text) { appendHTML($0, keepingLines: keepingLines) }
  }

  /// The same of a text in UTF-8.
  mutating func appendHTML(_ bytes: UnsafeBufferPointer<UInt8>, keepingLines: Bool = false) {
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if Self.isPlain[Int(byte)] || keepingLines && (byte == 0x0A || byte == 0x09) {
        index += 1
        continue
      }
      let reference: StaticString
      var length = 1
      switch byte {
      case UInt8(ascii: "&"): reference = "&amp;"
      case UInt8(ascii: "<"): reference = "&lt;"
      case UInt8(ascii: ">"): reference = "&gt;"
      case UInt8(ascii: "\""): reference = "&quot;"
      case UInt8(ascii: "'"): reference = "&#39;"
      default:
        reference = ""
        length = Self.unseen(in: bytes, at: index)
        guard length > 0 else {
          index += 1
          continue
        }
      }
      append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
      append(reference)
      if reference.utf8CodeUnitCount == 0 {
        append("\\u{\(String(Self.codePoint(in: bytes, at: index, length), radix: 16))}")
      }
      index += length
      start = index
    }
    append(UnsafeBufferPointer(rebasing: bytes[start..<bytes.count]))
  }

  /// The name of an asset within the page, as an element's id and, after `#`, as a link: `asset=bronze.orders/a1`, with
  /// everything in percent codes that an address could take otherwise.
  mutating func appendAnchor(_ asset: AssetIdentifier) {
    HazardousText.withBytes(of: asset.name) { name in HazardousText.withBytes(of: asset.id) { appendAnchor(name, $0) } }
  }

  /// The same of a name and an id in UTF-8.
  mutating func appendAnchor(_ name: UnsafeBufferPointer<UInt8>, _ id: UnsafeBufferPointer<UInt8>) {
    append("asset=")
    appendPercentEncoded(name)
    append(UInt8(ascii: "/"))
    appendPercentEncoded(id)
  }

  /// A text as a part of an address: all but letters, digits, `-`, `.`, `_` and `~` in percent codes.
  mutating func appendPercentEncoded(_ text: String) {
    HazardousText.withBytes(of: text) { appendPercentEncoded($0) }
  }

  private mutating func appendPercentEncoded(_ bytes: UnsafeBufferPointer<UInt8>) {
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
    var start = 0
    for index in bytes.indices {
      switch bytes[index] {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: continue
      default: break
      }
      append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
      append(UInt8(ascii: "%"))
      append(digit(bytes[index] >> 4))
      append(digit(bytes[index] & 15))
      start = index + 1
    }
    append(UnsafeBufferPointer(rebasing: bytes[start...]))
  }

  /// Bytes that are themselves, and begin nothing that is not seen.
  private static let isPlain: [Bool] = (0...255).map { (byte: Int) in
    switch byte {
    case 0..<0x20, 0x7F, 0x22, 0x26, 0x27, 0x3C, 0x3E, 0xC2, 0xD8, 0xE1, 0xE2, 0xEF, 0xF3: false
    default: true
    }
  }

  /// The length of the scalar at `index` if it is not seen, or 0.
  private static func unseen(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    let hazardous = HazardousText.length(in: bytes, at: index)
    if hazardous > 0 { return hazardous }
    let next = index + 1 < bytes.count ? bytes[index + 1] : 0
    let third = index + 2 < bytes.count ? bytes[index + 2] : 0
    switch (bytes[index], next, third) {
    case (0xC2, 0xAD, _), (0xD8, 0x9C, _): return 2  // soft hyphen, Arabic letter mark
    case (0xE1, 0xA0, 0x8E): return 3  // Mongolian vowel separator
    case (0xE2, 0x80, 0x8B), (0xE2, 0x80, 0x8E), (0xE2, 0x80, 0x8F): return 3  // zero width space, marks of direction
    case (0xE2, 0x81, 0xA0...0xAF): return 3  // word joiner, invisible signs, isolates and their like
    case (0xEF, 0xBB, 0xBF): return 3  // byte order mark
    case (0xF3, 0xA0, 0x80...0x81): return index + 3 < bytes.count ? 4 : 0  // tags
    default: return 0
    }
  }

  private static func codePoint(in bytes: UnsafeBufferPointer<UInt8>, at index: Int, _ length: Int) -> UInt32 {
    guard length == 4 else { return HazardousText.codePoint(in: bytes, at: index, length: length) }
    return (0..<4).reduce(0) { point, place in
      point << 6 | UInt32(bytes[index + place] & (place == 0 ? 0x07 : 0x3F))
    }
  }
}

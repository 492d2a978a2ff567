/// What programs write to colour and move a terminal, as ECMA-48 has it: nothing of it is to be read.
enum TerminalSequences {
  private static let escape: UInt8 = 0x1B

  /// The text without control sequences (colours, cursor), operating-system commands (titles, links) and other escapes.
  ///
  /// One that is not complete stays, so that it can hide nothing.
  static func removed(from text: String) -> String {
    HazardousText.withBytes(of: text) { bytes in
      guard bytes.contains(where: { $0 == escape || $0 == 0xC2 }) else { return nil }
      var result: [UInt8] = []
      result.reserveCapacity(bytes.count)
      var index = 0
      while index < bytes.count {
        let length = length(in: bytes, at: index)
        if length == 0 { result.append(bytes[index]) }
        index += max(1, length)
      }
      return result.count == bytes.count ? nil : String(decoding: result, as: UTF8.self)
    } ?? text
  }

  /// The length of the sequence that begins at `index`, or 0 where there is none.
  private static func length(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    guard let (introducer, start) = introducer(in: bytes, at: index) else { return 0 }
    var place = start
    switch introducer {
    case UInt8(ascii: "["):
      while place < bytes.count, (0x30...0x3F).contains(bytes[place]) { place += 1 }
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      return stringEnd(in: bytes, from: place).map { $0 - index } ?? 0
    default:
      place -= 1
    }
    while place < bytes.count, (0x20...0x2F).contains(bytes[place]) { place += 1 }
    let finals: ClosedRange<UInt8> = introducer == UInt8(ascii: "[") ? 0x40...0x7E : 0x30...0x7E
    return place < bytes.count && finals.contains(bytes[place]) ? place + 1 - index : 0
  }

  /// What kind of sequence begins at `index`, by its form of seven bits, and the place after that.
  private static func introducer(
    in bytes: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (kind: UInt8, next: Int)? {
    guard index + 1 < bytes.count else { return nil }
    let next = bytes[index + 1]
    if bytes[index] == escape { return (next, index + 2) }
    // The same in one scalar: U+0090 for `ESC P`, U+009B for `ESC [`, and so on.
    let kinds: [UInt8] = [0x90, 0x98, 0x9B, 0x9D, 0x9E, 0x9F]
    return bytes[index] == 0xC2 && kinds.contains(next) ? (next - 0x40, index + 2) : nil
  }

  /// The place after a text that BEL, `ESC \` or U+009C ends; no other control character may stand in it.
  private static func stringEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var place = start
    while place < bytes.count {
      let byte = bytes[place]
      let next = place + 1 < bytes.count ? bytes[place + 1] : 0
      if byte == 0x07 { return place + 1 }
      if byte == escape { return next == UInt8(ascii: "\\") ? place + 2 : nil }
      if byte == 0xC2, next == 0x9C { return place + 2 }
      if byte < 0x20 { return nil }
      place += 1
    }
    return nil
  }
}

internal import Glibc

/// A cursor over the elements of an XML document that a store sent: what S3 writes, and no more.
///
/// Attributes are passed over. A document type is refused: no store sends one, and entities of its own could grow
/// without bounds.
struct XMLScanner {
  struct Fault: Error, Hashable {}

  enum Event: Equatable {
    /// An element begins; the range of its name.
    case start(Range<Int>)
    case end(Range<Int>)
  }

  /// How deep elements may stand in each other.
  private static let deepest = 32

  let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0
  /// The names of the elements that are open.
  private var open: [Range<Int>] = []
  /// An element that was written as empty, and whose end comes next.
  private var pending: Range<Int>?
  /// Where the text before the last tag begins and ends.
  private var text: Range<Int> = 0..<0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  /// How many elements are open.
  var depth: Int { open.count }

  func name(_ range: Range<Int>, is word: StaticString) -> Bool {
    range.count == word.utf8CodeUnitCount
      && bytes.baseAddress.map { memcmp($0 + range.lowerBound, word.utf8Start, range.count) == 0 } == true
  }

  /// Goes past the next tag. `nil` at the end of the document, which must be whole.
  mutating func next() throws(Fault) -> Event? {
    if let name = pending {
      pending = nil
      text = place..<place
      return .end(name)
    }
    var start = place
    while true {
      guard let bracket = find(UInt8(ascii: "<"), from: place) else {
        // Only space may stand outside the outermost element.
        guard open.isEmpty, isSpace(place..<bytes.count) else { throw Fault() }
        return nil
      }
      if open.isEmpty, !isSpace(place..<bracket) { throw Fault() }
      place = bracket + 1
      if skip("!--") {
        try goBehind("-->")
      } else if skip("?") {
        try goBehind("?>")
      } else if skip("![CDATA[") {
        guard !open.isEmpty else { throw Fault() }
        try goBehind("]]>")
        continue
      } else if place < bytes.count, bytes[place] != UInt8(ascii: "!") {
        text = start..<bracket
        return try readTag()
      } else {
        throw Fault()
      }
      if open.isEmpty { start = place }
    }
  }

  /// Goes past the end of the element that has just begun, which holds no others.
  ///
  /// - Returns: its text, references resolved.
  mutating func readText() throws(Fault) -> [UInt8] {
    guard case .end? = try next() else { throw Fault() }
    return try resolved(text)
  }

  /// Goes past the end of the element that has just begun, whatever it holds.
  mutating func skipElement() throws(Fault) {
    if pending != nil {
      pending = nil
      return
    }
    let outside = depth - 1
    while depth > outside || pending != nil {
      guard try next() != nil else { throw Fault() }
    }
  }

  private mutating func readTag() throws(Fault) -> Event {
    let isEnd = place < bytes.count && bytes[place] == UInt8(ascii: "/")
    if isEnd { place += 1 }
    let nameStart = place
    while place < bytes.count, !isSpace(bytes[place]), bytes[place] != UInt8(ascii: ">"),
      bytes[place] != UInt8(ascii: "/")
    {
      place += 1
    }
    let name = nameStart..<place
    guard !name.isEmpty, let close = endOfTag() else { throw Fault() }
    let isEmpty = close > name.upperBound && bytes[close - 1] == UInt8(ascii: "/")
    place = close + 1
    if isEnd {
      guard let begun = open.popLast(), !isEmpty, isSpace(name.upperBound..<close), isSame(begun, name) else {
        throw Fault()
      }
      return .end(name)
    }
    guard open.count < Self.deepest else { throw Fault() }
    if isEmpty { pending = name } else { open.append(name) }
    return .start(name)
  }

  /// The bracket that closes the tag; one in an attribute's value is passed over.
  private func endOfTag() -> Int? {
    var quote: UInt8?
    for index in place..<bytes.count {
      let byte = bytes[index]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return index
      } else if byte == UInt8(ascii: "<") {
        return nil
      }
    }
    return nil
  }

  private func find(_ byte: UInt8, from start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress,
      let found = memchr(base + start, Int32(byte), bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  private mutating func skip(_ word: StaticString) -> Bool {
    guard hasWord(word, at: place) else { return false }
    place += word.utf8CodeUnitCount
    return true
  }

  private func hasWord(_ word: StaticString, at place: Int) -> Bool {
    name(place..<min(place + word.utf8CodeUnitCount, bytes.count), is: word)
  }

  private mutating func goBehind(_ word: StaticString) throws(Fault) {
    while let next = find(word.utf8Start[0], from: place) {
      if hasWord(word, at: next) {
        place = next + word.utf8CodeUnitCount
        return
      }
      place = next + 1
    }
    throw Fault()
  }

  private func isSame(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    left.count == right.count && bytes[left].elementsEqual(bytes[right])
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
  private func isSpace(_ range: Range<Int>) -> Bool { bytes[range].allSatisfy(isSpace) }
}

// MARK: Text

extension XMLScanner {
  private func resolved(_ range: Range<Int>) throws(Fault) -> [UInt8] {
    let raw = bytes[range]
    guard raw.contains(where: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "<") }) else { return Array(raw) }
    var text: [UInt8] = []
    text.reserveCapacity(raw.count)
    var place = range.lowerBound
    while place < range.upperBound {
      switch bytes[place] {
      case UInt8(ascii: "&"):
        guard let end = bytes[place..<min(range.upperBound, place + 12)].firstIndex(of: UInt8(ascii: ";")) else {
          throw Fault()
        }
        text += try character(String(decoding: bytes[place + 1..<end], as: UTF8.self))
        place = end + 1
      case UInt8(ascii: "<"):
        // Only comments, instructions and CDATA are left of all that begins so; each was seen to be whole.
        let isData = hasWord("<![CDATA[", at: place)
        let isInstruction = hasWord("<?", at: place)
        let word: StaticString = isData ? "]]>" : isInstruction ? "?>" : "-->"
        var end = place + (isData ? 9 : isInstruction ? 2 : 4)
        while !hasWord(word, at: end) { end += 1 }
        if isData { text += bytes[place + 9..<end] }
        place = end + word.utf8CodeUnitCount
      case let byte:
        text.append(byte)
        place += 1
      }
    }
    return text
  }

  private func character(_ name: String) throws(Fault) -> [UInt8] {
    switch name {
    case "amp": return [UInt8(ascii: "&")]
    case "lt": return [UInt8(ascii: "<")]
    case "gt": return [UInt8(ascii: ">")]
    case "quot": return [UInt8(ascii: "\"")]
    case "apos": return [UInt8(ascii: "'")]
    default:
      let number =
        name.hasPrefix("#x") || name.hasPrefix("#X")
        ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
      guard let scalar = number.flatMap(Unicode.Scalar.init) else { throw Fault() }
      return Array(String(scalar).utf8)
    }
  }
}

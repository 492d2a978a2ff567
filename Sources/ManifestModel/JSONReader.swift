/// A cursor over one JSON document, as strict and as lenient as Python's `json.loads` after a strict UTF-8 decoding.
///
/// It makes no tree: a caller asks for the members that it knows and skips the rest, which is checked all the same.
/// Where it differs from Python it does so on purpose: how deep containers may nest is the caller's choice, and a whole
/// number may have any length, where Python 3.11 stops at 4300 digits.
///
/// All pointers lie in the bytes that the reader was made over; it must not outlive them.
package struct JSONReader: BitwiseCopyable {
  /// The deepest nesting of objects and arrays that is read one inside the other, the outermost included.
  static let deepest = 64
  /// The deepest nesting that is skipped: more than Python 3.11 reads, which comes to 995 levels with a limit of 1000
  /// calls. Skipping takes no stack, one bit for each level.
  static let deepestSkipped = 1_000

  var cursor: UnsafePointer<UInt8>
  let start: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>
  /// How many containers are open around the cursor.
  private var depth: Int
  /// How many may be open.
  private let limit: Int

  /// A reader at the start of a document, or of a value that will stand in some containers. The bytes must not be
  /// empty.
  package init(start: UnsafePointer<UInt8>, count: Int, depth: Int = 0) {
    self.init(start: start, count: count, depth: depth, limit: Self.deepest)
  }

  /// - Parameter limit: How deep containers may nest, those around the value included.
  package init(start: UnsafePointer<UInt8>, count: Int, depth: Int = 0, limit: Int) {
    self.depth = depth
    self.limit = limit
    self.start = start
    self.cursor = start
    self.end = start + count
  }

  /// The same document, read from another place: that of a value which was skipped before at the same depth.
  func rewound(to place: UnsafePointer<UInt8>) -> JSONReader {
    var copy = self
    copy.cursor = place
    return copy
  }
}

// MARK: Tokens

extension JSONReader {
  /// The byte at the cursor.
  @inline(__always)
  package func peek() throws(JSONFault) -> UInt8 {
    guard cursor < end else { throw fault(.truncated) }
    return cursor.pointee
  }

  /// Whether the cursor is at a character.
  @inline(__always)
  package func isAt(_ character: Unicode.Scalar) -> Bool {
    cursor < end && cursor.pointee == UInt8(ascii: character)
  }

  /// How many bytes were read.
  package var offset: Int { cursor - start }

  /// Whether nothing is left to read.
  package var isAtEnd: Bool { cursor == end }

  package func fault(_ reason: JSONFault.Reason) -> JSONFault {
    JSONFault(reason, offset: cursor - start)
  }

  @inline(__always)
  package mutating func skipWhitespace() {
    while cursor < end {
      let byte = cursor.pointee
      if byte > 0x20 { return }
      switch byte {
      case 0x20: cursor += 1
      case 0x0A:
        cursor += 1
        // mad_prefect indents with four spaces a level.
        while end - cursor >= 4,
          UnsafeRawPointer(cursor).loadUnaligned(as: UInt32.self) == 0x2020_2020
        {
          cursor += 4
        }
      case 0x09, 0x0D: cursor += 1
      default: return
      }
    }
  }

  /// Reads the rest of the document, which may only be white space.
  package mutating func finish() throws(JSONFault) {
    skipWhitespace()
    guard cursor == end else { throw fault(.trailing) }
  }

  /// Enters the object at the cursor. Whether it has a member; the cursor is then at the first key, else after the
  /// object.
  @inline(__always)
  package mutating func enterObject() throws(JSONFault) -> Bool {
    guard depth < limit else { throw fault(.tooDeep) }
    cursor += 1
    skipWhitespace()
    if isAt("}") {
      cursor += 1
      return false
    }
    depth += 1
    return true
  }

  /// Reads the key at the cursor and the colon; the cursor is then at the value.
  @inline(__always)
  package mutating func readKey() throws(JSONFault) -> JSONText {
    guard isAt("\"") else { throw fault(cursor < end ? .key : .truncated) }
    let key = try scanText()
    skipWhitespace()
    guard isAt(":") else { throw fault(cursor < end ? .colon : .truncated) }
    cursor += 1
    skipWhitespace()
    return key
  }

  /// Goes past the comma or the closing brace after a member. Whether there is another; the cursor is then at its key.
  @inline(__always)
  package mutating func nextMember() throws(JSONFault) -> Bool {
    skipWhitespace()
    switch try peek() {
    case UInt8(ascii: ","):
      cursor += 1
      skipWhitespace()
      return true
    case UInt8(ascii: "}"):
      cursor += 1
      depth -= 1
      return false
    default: throw fault(.memberEnd)
    }
  }

  /// Enters the array at the cursor. Whether it has an element; the cursor is then at the first, else after the array.
  @inline(__always)
  package mutating func enterArray() throws(JSONFault) -> Bool {
    guard depth < limit else { throw fault(.tooDeep) }
    cursor += 1
    skipWhitespace()
    if isAt("]") {
      cursor += 1
      return false
    }
    depth += 1
    return true
  }

  /// Goes past the comma or the closing bracket after an element. Whether there is another; the cursor is then at it.
  @inline(__always)
  package mutating func nextElement() throws(JSONFault) -> Bool {
    skipWhitespace()
    switch try peek() {
    case UInt8(ascii: ","):
      cursor += 1
      skipWhitespace()
      return true
    case UInt8(ascii: "]"):
      cursor += 1
      depth -= 1
      return false
    default: throw fault(.elementEnd)
    }
  }
}

// MARK: Values

extension JSONReader {
  /// Goes past the value at the cursor, whatever it is, and tells its type.
  package mutating func skipValue() throws(JSONFault) -> JSONType {
    switch try peek() {
    case UInt8(ascii: "\""):
      _ = try scanText()
      return .text
    case UInt8(ascii: "{"):
      try skipContainer()
      return .object
    case UInt8(ascii: "["):
      try skipContainer()
      return .array
    case UInt8(ascii: "t"):
      try skipLiteral("true")
      return .true
    case UInt8(ascii: "f"):
      try skipLiteral("false")
      return .false
    case UInt8(ascii: "n"):
      try skipLiteral("null")
      return .null
    case UInt8(ascii: "N"):
      try skipLiteral("NaN")
      return .number
    case UInt8(ascii: "I"):
      try skipLiteral("Infinity")
      return .number
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      _ = try scanNumber()
      return .number
    default: throw fault(.value)
    }
  }

  /// Goes past the object or array at the cursor, without recursion.
  private mutating func skipContainer() throws(JSONFault) {
    let outside = depth
    var kinds = ContainerKinds()
    repeat {
      switch try peek() {
      case UInt8(ascii: "{"):
        if try enterObject() {
          kinds.push(isObject: true)
          _ = try readKey()
          continue
        }
      case UInt8(ascii: "["):
        if try enterArray() {
          kinds.push(isObject: false)
          continue
        }
      default: _ = try skipValue()
      }
      // Behind a value: close what ends here, and stop at the next value.
      while depth > outside {
        if kinds.isObject {
          if try nextMember() {
            _ = try readKey()
            break
          }
        } else if try nextElement() {
          break
        }
        kinds.pop()
      }
    } while depth > outside
  }
}

/// Which of the open containers are objects, one bit for each.
private struct ContainerKinds {
  /// The innermost ones, the last lowest.
  private var bits: UInt64 = 0
  private var count = 0
  /// The others, 64 a word: only for what nests deep, so that memory is taken only there.
  private var outer: [UInt64] = []

  @inline(__always)
  var isObject: Bool { bits & 1 == 1 }

  @inline(__always)
  mutating func push(isObject: Bool) {
    if count == 64 {
      outer.append(bits)
      count = 0
    }
    bits = bits << 1 | (isObject ? 1 : 0)
    count += 1
  }

  @inline(__always)
  mutating func pop() {
    bits >>= 1
    count -= 1
    if count == 0, let last = outer.popLast() {
      bits = last
      count = 64
    }
  }
}

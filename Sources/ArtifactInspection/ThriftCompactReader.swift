/// Bytes that are not Thrift's compact protocol, or end too early.
struct ThriftFault: Error {}

/// A cursor over a value in Thrift's compact protocol, as the footer of a Parquet file spells its metadata.
///
/// Only what a reader of metadata needs: structures, lists, integers, booleans and binaries are read, everything else
/// is skipped. Every count is checked against the bytes that are left, so that the work is bounded by the bytes,
/// whatever they claim. The protocol:
/// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
struct ThriftCompactReader {
  /// The types of the protocol.
  enum Kind: UInt8 {
    case `true` = 1
    case `false`, byte, short, int, long, double, binary, list, set, map, structure, uuid
  }

  /// The header of a field in a structure.
  struct Field {
    let id: Int16
    let kind: Kind
  }

  /// The deepest nesting that is skipped; Parquet's own structures nest less than ten deep.
  static let deepest = 32

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  private var remaining: Int { bytes.count - position }
}

// MARK: Scalars

extension ThriftCompactReader {
  mutating func readByte() throws(ThriftFault) -> UInt8 {
    guard position < bytes.count else { throw ThriftFault() }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func readVariableLengthInteger() throws(ThriftFault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try readByte()
      // The tenth byte has room for one bit.
      if shift == 63, byte > 1 { throw ThriftFault() }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw ThriftFault()
  }

  /// Reads an integer of one of the four widths.
  mutating func readInteger(_ kind: Kind) throws(ThriftFault) -> Int64 {
    switch kind {
    case .byte: return Int64(Int8(bitPattern: try readByte()))
    case .short, .int, .long:
      let zigzag = try readVariableLengthInteger()
      return Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    default: throw ThriftFault()
    }
  }

  /// The boolean that stands in the header of a field.
  func boolean(_ kind: Kind) throws(ThriftFault) -> Bool {
    switch kind {
    case .true: return true
    case .false: return false
    default: throw ThriftFault()
    }
  }

  /// Reads a count of things that take at least a byte each.
  private mutating func readCount() throws(ThriftFault) -> Int {
    guard let count = Int(exactly: try readVariableLengthInteger()), count <= remaining else { throw ThriftFault() }
    return count
  }

  mutating func readBinary(_ kind: Kind) throws(ThriftFault) -> [UInt8] {
    guard kind == .binary else { throw ThriftFault() }
    let count = try readCount()
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  private mutating func advance(_ count: Int) throws(ThriftFault) {
    guard count <= remaining else { throw ThriftFault() }
    position += count
  }
}

// MARK: Containers

extension ThriftCompactReader {
  /// Reads the header of the next field of a structure; `nil` at its end.
  mutating func nextField(after previous: Int16) throws(ThriftFault) -> Field? {
    let header = try readByte()
    if header == 0 { return nil }
    guard let kind = Kind(rawValue: header & 0x0F) else { throw ThriftFault() }
    if header >> 4 == 0 {
      guard let id = Int16(exactly: try readInteger(.short)) else { throw ThriftFault() }
      return Field(id: id, kind: kind)
    }
    let (id, overflowed) = previous.addingReportingOverflow(Int16(header >> 4))
    if overflowed { throw ThriftFault() }
    return Field(id: id, kind: kind)
  }

  /// Reads a structure field by field. The closure must go past the value of each; whether it wants to see more.
  mutating func readStructure(
    _ readField: (inout ThriftCompactReader, Field) throws(ThriftFault) -> Bool
  ) throws(ThriftFault) {
    var id: Int16 = 0
    while let field = try nextField(after: id) {
      guard try readField(&self, field) else { return }
      id = field.id
    }
  }

  /// Reads the header of a list: what its elements are, and how many.
  mutating func readListHeader(_ kind: Kind) throws(ThriftFault) -> (element: Kind, count: Int) {
    guard kind == .list || kind == .set else { throw ThriftFault() }
    let header = try readByte()
    guard let element = Kind(rawValue: header & 0x0F) else { throw ThriftFault() }
    let count = header >> 4 == 15 ? try readCount() : Int(header >> 4)
    guard count <= remaining else { throw ThriftFault() }
    return (element, count)
  }

  /// Goes past the value of a field.
  mutating func skip(_ kind: Kind, depth: Int = 0) throws(ThriftFault) {
    guard depth < Self.deepest else { throw ThriftFault() }
    switch kind {
    case .true, .false: break
    case .byte: try advance(1)
    case .short, .int, .long: _ = try readVariableLengthInteger()
    case .double: try advance(8)
    case .uuid: try advance(16)
    case .binary: try advance(try readCount())
    case .list, .set:
      let (element, count) = try readListHeader(kind)
      for _ in 0..<count { try skipElement(element, depth: depth) }
    case .map:
      let count = try readCount()
      if count == 0 { return }
      let kinds = try readByte()
      guard let key = Kind(rawValue: kinds >> 4), let value = Kind(rawValue: kinds & 0x0F) else { throw ThriftFault() }
      for _ in 0..<count {
        try skipElement(key, depth: depth)
        try skipElement(value, depth: depth)
      }
    case .structure:
      var id: Int16 = 0
      while let field = try nextField(after: id) {
        try skip(field.kind, depth: depth + 1)
        id = field.id
      }
    }
  }

  /// In a list or map a boolean takes a byte; in a structure it stands in the header of its field.
  private mutating func skipElement(_ kind: Kind, depth: Int) throws(ThriftFault) {
    switch kind {
    case .true, .false: try advance(1)
    default: try skip(kind, depth: depth + 1)
    }
  }
}

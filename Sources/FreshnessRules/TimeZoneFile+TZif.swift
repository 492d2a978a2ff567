/// The format of zone files: TZif of RFC 8536, from version 2 on.
extension TimeZoneFile {
  /// The last year whose changes of clocks are known; the offset at its end stays.
  static let lastYear = 2_100

  /// Reads the bytes of a zone file. Throws a clause that says what is wrong with them.
  package init(name: String, bytes: [UInt8]) throws(TimeZoneDamage) {
    var reader = TZifReader(bytes)
    let first = try reader.header()
    guard first.version >= 2 else {
      throw TimeZoneDamage("it is of version 1, which ends in 2037; install a newer tzdata")
    }
    try reader.skip(first.blockSize(timeSize: 4))
    let header = try reader.header()
    // A zone that counts them is 27 seconds away from what everybody else means by its name.
    guard header.leapSeconds == 0 else {
      throw TimeZoneDamage("it counts leap seconds; take the zone of that name outside the folder 'right'")
    }
    guard header.types > 0 else { throw TimeZoneDamage("it holds no local time") }
    let starts = try reader.numbers(header.times, size: 8)
    let indices = try reader.numbers(header.times, size: 1)
    var offsets: [Int64] = []
    for _ in 0..<header.types {
      offsets.append(try reader.number(size: 4))
      try reader.skip(2)
    }
    guard offsets.allSatisfy({ abs($0) < 26 * 3_600 }) else { throw TimeZoneDamage("an offset is longer than a day") }
    try reader.skip(header.characters + header.standardIndicators + header.universalIndicators)
    let footer = try reader.footer()

    var changes: [Stretch] = []
    for (start, index) in zip(starts, indices) {
      guard offsets.indices.contains(Int(index)) else {
        throw TimeZoneDamage("a change names a local time that is missing")
      }
      if let last = changes.last, start <= last.start { throw TimeZoneDamage("its changes are not in their order") }
      guard start < 1 << 40 else { throw TimeZoneDamage("a change lies too far ahead") }
      // Some compilers write what always was as a change before the Big Bang.
      changes.append(Stretch(start: max(start, -1 << 59), offset: offsets[Int(index)]))
    }
    if !footer.isEmpty {
      let rule = try POSIXTimeZone(footer)
      changes += rule.changes(after: changes.last?.start, through: Self.lastYear)
    }
    self.init(name: name, changes: changes, initialOffset: offsets[0])
  }
}

/// What is wrong with the bytes of a zone file: a clause such as "it ends too early".
package struct TimeZoneDamage: Error, Equatable {
  package let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

/// Takes the parts of a TZif file one after the other.
private struct TZifReader {
  /// The header of one of the two blocks.
  struct Header {
    let version: Int
    let universalIndicators: Int
    let standardIndicators: Int
    let leapSeconds: Int
    let times: Int
    let types: Int
    let characters: Int

    /// How many bytes follow the header of a block in which a time takes this many bytes.
    func blockSize(timeSize: Int) -> Int {
      times * (timeSize + 1) + types * 6 + characters + leapSeconds * (timeSize + 4) + standardIndicators
        + universalIndicators
    }
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func header() throws(TimeZoneDamage) -> Header {
    guard bytes.dropFirst(position).starts(with: "TZif".utf8), position + 44 <= bytes.count else {
      throw TimeZoneDamage("it is no zone file")
    }
    let version = bytes[position + 4]
    position += 20
    var counts: [Int] = []
    for _ in 0..<6 {
      let count = try number(size: 4)
      // Nothing may have more entries than the file has bytes, which keeps the sums below small.
      guard count >= 0, count <= bytes.count else { throw TimeZoneDamage("it ends too early") }
      counts.append(Int(count))
    }
    return Header(
      version: version == 0 ? 1 : Int(version) - 0x30, universalIndicators: counts[0], standardIndicators: counts[1],
      leapSeconds: counts[2], times: counts[3], types: counts[4], characters: counts[5])
  }

  mutating func skip(_ count: Int) throws(TimeZoneDamage) {
    guard count <= bytes.count - position else { throw TimeZoneDamage("it ends too early") }
    position += count
  }

  /// A number in network order, with its sign where it takes more than one byte.
  mutating func number(size: Int) throws(TimeZoneDamage) -> Int64 {
    guard size <= bytes.count - position else { throw TimeZoneDamage("it ends too early") }
    var value: Int64 = size > 1 && bytes[position] >= 0x80 ? -1 : 0
    for byte in bytes[position..<position + size] { value = value << 8 | Int64(byte) }
    position += size
    return value
  }

  mutating func numbers(_ count: Int, size: Int) throws(TimeZoneDamage) -> [Int64] {
    var result: [Int64] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(try number(size: size)) }
    return result
  }

  /// The text between the two line feeds at the end.
  mutating func footer() throws(TimeZoneDamage) -> String {
    guard position < bytes.count, bytes[position] == 0x0A,
      let end = bytes[(position + 1)...].firstIndex(of: 0x0A)
    else { throw TimeZoneDamage("it ends too early") }
    return String(decoding: bytes[position + 1..<end], as: UTF8.self)
  }
}

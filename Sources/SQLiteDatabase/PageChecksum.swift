/// The checksum at the end of a page of a database file.
///
/// SQLite leaves as many bytes free at the end of each page as its file says: 8 in ours. Its own format has no
/// checksums of pages, so that a bit that flipped on the disk and left a possible value would be answered from.
///
/// It is the sum that SQLite's write-ahead log has of each of its frames
/// (https://sqlite.org/fileformat2.html#checksum_algorithm), always with the first byte the lowest, in four lanes that
/// wait for each other only at the end: every fourth pair of words belongs to one. The number of the page is part of
/// it, so that a page in the place of another one has no right checksum either. A single changed pair of words is
/// always seen, since each step can be undone, and so gives another sum for another beginning.
///
/// Left out are those parts of the first page that other programs change without changing anything: the counters of
/// changes, of the schema and of the version of SQLite, and whether there is a log.
enum PageChecksum {
  /// Bytes at the end of each page.
  static let size = 8

  /// What is there instead while a page is not in the file: in memory and in the write-ahead log, whose frames have
  /// checksums of their own. A page that another program moves out of the log bears it, and is read unverified, until
  /// it is written next.
  private static let open = UInt64(littleEndian: 0x6e65_706f_2d67_7000)

  /// Whether a page as it was read from the file is the one that was written.
  ///
  /// - Parameters:
  ///   - page: all of its bytes, a multiple of 8.
  ///   - number: counts from 0.
  static func isRight(_ page: UnsafeRawBufferPointer, number: Int64) -> Bool {
    let kept = page.loadUnaligned(fromByteOffset: page.count - size, as: UInt64.self)
    return kept == of(page, number: number) || kept == open || kept == 0 && isNewAndMoved(page)
  }

  /// Whether a page without a checksum can be one that was new when another program moved it. Where the disk has lost a
  /// sector, which then reads as zeros, there is more than the checksum missing.
  private static func isNewAndMoved(_ page: UnsafeRawBufferPointer) -> Bool {
    !page.suffix(sector).allSatisfy { $0 == 0 }
  }

  /// Bytes that a disk loses at least.
  private static let sector = 512

  /// Puts the right checksum at the end of a page.
  static func close(_ page: UnsafeMutableRawBufferPointer, number: Int64) {
    let sum = of(UnsafeRawBufferPointer(page), number: number)
    page.storeBytes(of: sum, toByteOffset: page.count - size, as: UInt64.self)
  }

  /// Takes the checksum away, for whoever is going to change the page.
  static func open(_ page: UnsafeMutableRawBufferPointer) {
    page.storeBytes(of: open, toByteOffset: page.count - size, as: UInt64.self)
  }

  /// Never zero, and never that of an open page.
  private static func of(_ page: UnsafeRawBufferPointer, number: Int64) -> UInt64 {
    // A page of SQLite's begins where any value may.
    let words = page.baseAddress!.assumingMemoryBound(to: UInt32.self)
    let count = (page.count &- size) / 4
    var sums = Lanes()
    sums.total.low = UInt32(truncatingIfNeeded: number &+ 1)
    var start = 0
    if number == 0 {
      start = 32
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: start) { header in
        for index in 0..<start { header[index] = UInt32(littleEndian: words[index]) }
        // By https://sqlite.org/fileformat2.html#the_database_header: at 18 and 19 whether there is a log, at 24 and 92
        // how often the file was changed, at 40 how often the schema, at 96 by which SQLite.
        header[4] &= 0xFFFF
        for index in [6, 10, 23, 24] { header[index] = 0 }
        for index in 0..<start { header[index] = header[index].littleEndian }
        sums.add(UnsafePointer(header.baseAddress!), 0, start)
      }
    }
    sums.add(words, start, count)
    let total = sums.whole
    let sum = UInt64(littleEndian: UInt64(total.high) << 32 | UInt64(total.low))
    return sum == 0 || sum == open ? ~sum : sum
  }

  private struct Lanes {
    var total = Lane()
    private var first = Lane()
    private var second = Lane()
    private var third = Lane()
    private var fourth = Lane()

    @inline(__always) mutating func add(_ words: UnsafePointer<UInt32>, _ start: Int, _ end: Int) {
      var index = start
      while index &+ 8 <= end {
        first.add(words[index], words[index &+ 1])
        second.add(words[index &+ 2], words[index &+ 3])
        third.add(words[index &+ 4], words[index &+ 5])
        fourth.add(words[index &+ 6], words[index &+ 7])
        index &+= 8
      }
      while index < end {
        total.add(words[index], words[index &+ 1])
        index &+= 2
      }
    }

    var whole: Lane {
      var whole = total
      whole.add(first)
      whole.add(second)
      whole.add(third)
      whole.add(fourth)
      return whole
    }
  }

  private struct Lane {
    var low: UInt32 = 0
    var high: UInt32 = 0

    @inline(__always) mutating func add(_ one: UInt32, _ other: UInt32) {
      low = low &+ high &+ UInt32(littleEndian: one)
      high = high &+ low &+ UInt32(littleEndian: other)
    }

    @inline(__always) mutating func add(_ lane: Lane) {
      low = low &+ high &+ lane.low
      high = high &+ low &+ lane.high
    }
  }
}

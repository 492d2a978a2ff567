import AssetCatalog
import CatalogTestSupport
import Foundation
import Testing

/// Bytes of the index that are others than were written: what a check finds nothing wrong with gives the answers of the
/// tree, and nothing is ever taken for a defect of the program. `ASSET_CATALOG_SOAK=1` in the environment asks for the
/// long form.
@Suite("An index with flipped bytes") struct FlippedIndexTests {
  enum Region: String, CaseIterable, CustomTestStringConvertible {
    case pages = "any page, one after the other"
    case indexes = "pages of indexes, one after the other"
    case schema = "the text of the schema"
    case header = "the header of the file"
    case log = "the log"

    var testDescription: String { rawValue }
  }

  private static let isLong = ProcessInfo.processInfo.environment["ASSET_CATALOG_SOAK"] != nil
  private static let batch = 10
  /// Each a tree of its own.
  static let batches = isLong ? Array(0..<20) : [0]

  @Test("has the answers of the tree, or a check that says no", arguments: Region.allCases, batches)
  func flips(region: Region, batch: Int) throws {
    let stored = try StoredIndex(seed: UInt64(7 + batch), hasLog: region == .log)
    // Whatever is found below comes of the flips.
    try #require(try stored.subject(.never).differencesAsItIs(from: stored.truth) == [])
    let roots = region == .indexes ? try stored.indexRoots() : []
    let pageSize = Int(stored.database[16]) << 8 | Int(stored.database[17])
    for number in 0..<Self.batch {
      let seed = UInt64(batch * Self.batch + number)
      var random = SplitMix64(seed: seed ^ 0x5EED)
      var (database, log) = (stored.database, stored.log)
      let place: String
      switch region {
      case .log: place = Self.flip(&log, 0..<log.count, &random)
      case .header: place = Self.flip(&database, 0..<100, &random)
      case .pages:
        // So that the batches together come to each page several times.
        let page = Int(seed) % (database.count / pageSize)
        place = Self.flip(&database, page * pageSize..<(page + 1) * pageSize, &random)
      case .indexes:
        let page = roots[Int(seed) % roots.count].page
        // The cells, which begin at the end of the page.
        let content = max((page - 1) * pageSize, page * pageSize - 600)
        place = Self.flip(&database, content..<page * pageSize, &random)
      case .schema:
        let views = database.indices(of: Array("CREATE ".utf8))
        let start = try #require(views.randomElement(using: &random))
        place = Self.flip(&database, start..<min(start + 3000, database.count), &random)
      }
      try stored.restore(database, log: log)
      try verify(
        stored, isAlwaysSeen: region != .log, mayBeAnothers: region == .header,
        "\(region.rawValue), seed \(seed), \(place)")
    }
  }

  @Test("is found, where it is one bit of a key in an index", arguments: 0..<8)
  func key(bit: Int) throws {
    let stored = try StoredIndex(seed: 3, hasLog: false)
    let size = Int(stored.database[16]) << 8 | Int(stored.database[17])
    let page = try stored.rootPage(of: "asset_by_materialized")
    var database = stored.database
    // The first cell: its length, the length of its header, the types of five columns, and then the time.
    let place = (page - 1) * size
    let cell = Int(database[place + 8]) << 8 | Int(database[place + 9])
    try #require(database[place] == 10, "one page is the whole index")
    let header = Int(database[place + cell + 1])
    database[place + cell + 1 + header + 5] ^= 1 << UInt8(bit)
    try stored.restore(database)
    let rows = try stored.subject(.never).catalog.check().rows
    #expect(rows.map(\.kind).contains(.damaged), "\(rows)")
  }

  /// - Parameter isAlwaysSeen: whether a question that gives an answer gives the right one, whatever a check says. What
  ///   is cut off the log is gone, and the index as old as what is left.
  /// - Parameter mayBeAnothers: whether the stamps may have become those of another program or of a newer one, which
  ///   then keep it from being mended.
  private func verify(_ stored: StoredIndex, isAlwaysSeen: Bool, mayBeAnothers: Bool, _ story: String) throws {
    let asItIs = try stored.subject(.never)
    let found = tolerating(story) { try asItIs.catalog.check().rows.map { "\($0.kind) \($0.path): \($0.message)" } }
    if found == [] {
      #expect(try asItIs.differencesAsItIs(from: stored.truth) == [], "\(story)")
    } else {
      let differences = tolerating(story) { try asItIs.differencesAsItIs(from: stored.truth) }
      if isAlwaysSeen { #expect(differences ?? [] == [], "\(story)") }
    }
    // What a question meets that may write is mended, and the question answered.
    let mended = tolerating(story) {
      try stored.subject(.maxLag(.seconds(86_400))).differencesAsItIs(from: stored.truth)
    }
    if isAlwaysSeen { #expect(mended ?? (mayBeAnothers ? [] : nil) == [], "\(story)") }
    let rebuilt = tolerating(story) { try stored.subject(.never).catalog.rebuild() }
    // Only a stamp that is not ours keeps it from being rebuilt, which nobody but its owner may take away.
    guard rebuilt != nil else { return }
    let after = try stored.subject(.never)
    #expect(try after.catalog.check().rows.map(\.path) == [], "\(story)")
    #expect(try after.differencesAsItIs(from: stored.truth) == [], "\(story)")
  }

  /// - Returns: `nil` for an error that says what is the matter with the index.
  private func tolerating<R>(_ story: String, _ body: () throws -> R) -> R? {
    do {
      return try body()
    } catch let error as CatalogError {
      #expect([.damagedIndex, .badData, .newerIndex].contains(error.code), "\(story): \(error)")
      return nil
    } catch {
      Issue.record("\(story): \(error)")
      return nil
    }
  }

  /// Changes one bit, one byte, some bytes in a row, or sets some to zero.
  private static func flip(_ bytes: inout [UInt8], _ range: Range<Int>, _ random: inout SplitMix64) -> String {
    let place = Int.random(in: range, using: &random)
    let last = min(place + 16, range.upperBound)
    let kind = Int.random(in: 0..<5, using: &random)
    switch kind {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: for index in place..<last { bytes[index] = UInt8.random(in: 0...255, using: &random) }
    case 2: for index in place..<last { bytes[index] = 0 }
    default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    }
    return "kind \(kind) at \(place)"
  }
}

extension [UInt8] {
  /// Where a sequence of bytes begins.
  fileprivate func indices(of wanted: [UInt8]) -> [Int] {
    indices.filter { self[$0] == wanted[0] && self[$0...].starts(with: wanted) }
  }
}

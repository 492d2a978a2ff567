import Foundation
import ManifestModel
import Testing

@testable import ArtifactInspection

@Suite("A damaged or hostile artifact")
struct HostileArtifactTests {
  private let scratch: ScratchFile

  init() throws {
    scratch = try ScratchFile()
  }

  @Test(
    "is inspected without harm wherever it was cut off",
    arguments: [
      "people-arrow-none.parquet", "type-map-struct-duckdb.parquet", "csv-pandas.csv", "csv-quoted-names.csv",
      "json-array-indented.json", "json-lines-utf8.jsonl", "json-escaped-keys.json",
    ])
  func survivesTruncation(file: String) throws {
    let bytes = try Data(contentsOf: URL(filePath: "\(ArtifactCase.folder)/\(file)"))
    for count in 0..<bytes.count {
      let facts = try scratch.inspect(Array(bytes.prefix(count)), as: file)
      #expect(facts.bytes == Int64(count))
      #expect(facts.format != nil)
      if facts.format == "parquet" { #expect(facts.schemaHash == nil && facts.rowCount == nil) }
    }
  }

  @Test(
    "tells all or nothing, if the footer of a Parquet file is cut off",
    arguments: ["people-arrow-none.parquet", "type-map-struct-duckdb.parquet", "type-list-list-item.parquet"])
  func readsWholeFooter(file: String) throws {
    let bytes = try Array(Data(contentsOf: URL(filePath: "\(ArtifactCase.folder)/\(file)")))
    let whole = try #require(inspect(path: "\(ArtifactCase.folder)/\(file)"))
    let length = Int(bytes[bytes.count - 8]) | Int(bytes[bytes.count - 7]) << 8
    let footer = bytes.dropLast(8).suffix(length)
    var isWhole = false
    for count in 0...length {
      let facts = try scratch.inspect(ParquetBytes.file(footer: Array(footer.prefix(count))), as: file)
      if facts.schemaHash != nil { isWhole = true }
      #expect(facts.schemaHash == (isWhole ? whole.schemaHash : nil))
      #expect(facts.rowCount == (isWhole ? whole.rowCount : nil))
    }
    #expect(isWhole)
  }

  /// `ARTIFACT_MUTATIONS` sets how many of each file are tried.
  @Test("is inspected without harm, whatever bytes were changed", arguments: [UInt64](1...4))
  func survivesMutation(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let count = ProcessInfo.processInfo.environment["ARTIFACT_MUTATIONS"].flatMap { Int($0) } ?? 8
    var told = 0
    for expected in ArtifactCase.all {
      let bytes = expected.bytes
      // What is changed lies where it is read: in the footer of a Parquet file, at the start of others.
      let isParquet = expected.file.hasSuffix(".parquet")
      let end = isParquet ? bytes.count - 8 : min(bytes.count, 400)
      let start = isParquet ? max(4, bytes.count - 400) : 0
      guard start < end else { continue }
      for _ in 0..<count {
        let mutant = mutate(bytes, in: start..<end, using: &generator)
        let facts = try scratch.inspect(mutant, as: expected.file)
        #expect(facts.bytes == Int64(mutant.count))
        #expect((facts.rowCount ?? 0) >= 0)
        if facts.schemaHash != nil { told += 1 }
      }
    }
    // A reader that gave up at once would survive everything.
    #expect(told > ArtifactCase.all.count)
  }

  private func mutate(_ bytes: [UInt8], in range: Range<Int>, using generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    var range = range
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let place = Int.random(in: range, using: &generator)
      switch Int.random(in: 0..<7, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2:
        bytes[place] = [0, 0x7F, 0x80, 0xFF, 0x0C, 0x1C, 0x19, 0x22, 0x5B, 0x7B].randomElement(using: &generator) ?? 0
      case 3: bytes.replaceSubrange(place..<min(place + 10, range.upperBound), with: repeatElement(0xFF, count: 10))
      case 4: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
      case 5: bytes.remove(at: place)
      default:
        let other = Int.random(in: range, using: &generator)
        bytes.swapAt(place, other)
      }
      // The length before the magic of a Parquet file is among the bytes that may be wrong now; the range must not be.
      range = range.lowerBound..<min(range.upperBound, bytes.count)
      if range.isEmpty { break }
    }
    return bytes
  }

  @Test(
    "tells nothing, if its Parquet footer claims what cannot be",
    arguments: [
      ("is empty", []),
      ("ends at once", [0]),
      ("has a list longer than itself", [0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]),
      ("has a list with a count that overflows", [0x29, 0xFC] + [UInt8](repeating: 0xFF, count: 9) + [0x01]),
      ("has an integer without end", [0x16] + [UInt8](repeating: 0x80, count: 100)),
      ("has an integer of more than 64 bits", [0x16] + [UInt8](repeating: 0xFF, count: 9) + [0x02, 0]),
      ("has a name of 2⁶³ bytes", [0x29, 0x1C, 0x48] + [UInt8](repeating: 0x80, count: 9) + [0x01]),
      ("has a name of 2⁶³ − 1 bytes", [0x29, 0x1C, 0x48] + [UInt8](repeating: 0xFF, count: 8) + [0x7F]),
      ("nests lists without end", [0x49] + [UInt8](repeating: 0x19, count: 100_000)),
      ("nests structures without end", [0x4C] + [UInt8](repeating: 0x1C, count: 100_000)),
      ("nests maps without end", [0x4B] + [UInt8](repeating: 0x01, count: 1) + [UInt8](repeating: 0xBB, count: 9_999)),
      ("has an unknown type", [0x1E]),
      ("has a field with a number that overflows", [0x05, 0xFE, 0xFF, 0x03, 0x02, 0xF5, 0x02]),
      ("has a field with too large a number", [0x05] + [UInt8](repeating: 0xFF, count: 9) + [0x01]),
      ("has a schema of integers", [0x29, 0x15, 0x02]),
      ("has a schema that is a text", [0x28, 0x01, 0x41]),
    ] as [(String, [UInt8])])
  func refuses(what: String, footer: [UInt8]) throws {
    let facts = try scratch.inspect(ParquetBytes.file(footer: footer), as: "a.parquet")
    #expect(facts == ArtifactFacts(path: "a.parquet", bytes: facts.bytes, modified: facts.modified, format: "parquet"))
  }

  @Test(
    "has no schema, if the tree of its columns does not add up",
    arguments: [
      ("no root", []),
      ("too few children", [0x48, 0x01, 0x41, 0x15, 0x04, 0]),
      ("as many children as can be counted", [0x48, 0x01, 0x41, 0x16] + ParquetBytes.variableLength(.max - 1) + [0]),
      ("fewer children than none", [0x48, 0x01, 0x41, 0x15, 0x01, 0]),
      ("a column as its root", [0x15, 0x02, 0x38, 0x01, 0x41, 0]),
    ] as [(String, [UInt8])])
  func refusesTree(what: String, element: [UInt8]) throws {
    let footer = [0x29, UInt8(element.isEmpty ? 0x0C : 0x1C)] + element + [0x16, 0x08, 0]
    #expect(try scratch.inspect(ParquetBytes.file(footer: footer), as: "a.parquet").schemaHash == nil)
  }

  @Test("has no row count, if the count is negative")
  func refusesNegativeRows() throws {
    var file = ParquetBytes.file(columns: ["a"], rows: 4)
    file[file.count - 9] = 0x07
    let facts = try scratch.inspect(file, as: "a.parquet")
    #expect(facts.rowCount == nil)
    #expect(facts.schemaHash != nil)
  }

  @Test(
    "tells nothing, if the length of its footer goes beyond the file", arguments: [14, 1 << 16, 1 << 31, 0xFFFF_FFFF])
  func refusesLength(length: Int) throws {
    var file = ParquetBytes.file(columns: [], rows: 1)
    for index in 0..<4 { file[file.count - 8 + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
    let facts = try scratch.inspect(file, as: "a.parquet")
    #expect(facts == ArtifactFacts(path: "a.parquet", bytes: facts.bytes, modified: facts.modified, format: "parquet"))
  }
}

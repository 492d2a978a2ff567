import Foundation
import SQLiteDatabase
import Testing

/// What can have happened to the files of an index.
enum IndexDamage: String, CaseIterable, CustomTestStringConvertible {
  case missing = "nothing is there"
  case truncated = "the file is cut in the middle"
  case cutOff = "the file is cut within its last page"
  case emptied = "the file is empty"
  case zeroedHeader = "the header is zeros"
  case garbage = "the file is noise"
  case text = "the file is a text"
  case foreign = "the file is a database of another program"
  case unstamped = "the file is a database without a stamp"
  case newer = "a newer program wrote it"
  case edited = "it was made by a migration that was edited since"
  case unrecorded = "its record of migrations is gone"
  case garbageLog = "the log is noise"
  case staleLink = "the link leads to an older generation"
  case brokenLink = "the link leads nowhere"
  case wrongJournal = "somebody turned the log off"
  case flippedBit = "a bit of its first page is another, where nothing stands"
  case withoutChecksums = "its header says that its pages have no checksums"

  var testDescription: String { rawValue }

  /// What each way of using the index comes to.
  enum Expectation {
    /// The rows are there as before.
    case sound
    /// A reader throws `missing`; a writer creates.
    case absent
    /// A reader throws `missing`; a writer replaces.
    case gone
    /// A reader throws `damaged`; a writer replaces.
    case damaged
    /// Everybody is refused, and the files keep every byte.
    case foreign, newer
  }

  var expectation: Expectation {
    switch self {
    case .missing: .absent
    case .emptied, .brokenLink: .gone
    case .truncated, .cutOff, .zeroedHeader, .garbage, .text, .edited, .unrecorded, .flippedBit,
      .withoutChecksums:
      .damaged
    case .foreign, .unstamped: .foreign
    case .newer: .newer
    case .garbageLog, .staleLink, .wrongJournal: .sound
    }
  }

  /// Makes an index of 2000 rows and does it to it.
  func inflict(on folder: borrowing IndexFolder) throws {
    if self == .missing { return }
    try folder.makeIndex(rows: 2000)
    let name = "catalog-1.sqlite"
    let bytes = try folder.read(name)
    func run(_ script: String) throws {
      let connection = try Connection(path: folder.file(name), mode: .readWrite, isDefensive: false)
      try connection.execute(script)
    }
    /// As a crash would leave it: without a log beside it.
    func replace(_ bytes: [UInt8]) throws {
      for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.file(name + ending)) }
      try folder.write(bytes, to: name)
    }
    switch self {
    case .missing: break
    case .truncated: try replace(Array(bytes.prefix(bytes.count / 2 / 4096 * 4096)))
    case .cutOff: try replace(Array(bytes.dropLast(1000)))
    case .emptied: try replace([])
    case .flippedBit:
      var bytes = bytes
      // Between the pointers to the cells and the cells, which begin at the end.
      let cells = Int(bytes[103]) << 8 | Int(bytes[104])
      bytes[108 + 2 * cells + 8] ^= 1
      try replace(bytes)
    case .withoutChecksums:
      var bytes = bytes
      bytes[20] = 0
      try replace(bytes)
    case .zeroedHeader: try replace(Array(repeating: 0, count: 100) + bytes.dropFirst(100))
    case .garbage:
      var state: UInt64 = 42
      try replace(
        bytes.map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return UInt8(truncatingIfNeeded: state >> 33)
        })
    case .text: try replace(Array("these are my notes\n".utf8))
    case .foreign: try run("PRAGMA application_id = 77")
    case .unstamped: try run("PRAGMA application_id = 0")
    case .newer: try run("PRAGMA user_version = 1000")
    case .edited: try run("UPDATE migration SET digest = 'another'")
    case .unrecorded: try run("DROP TABLE migration")
    case .garbageLog: try folder.write(Array(repeating: 0x5a, count: 70_000), to: name + "-wal")
    case .staleLink: try folder.write(Array("never in use".utf8), to: "catalog-7.sqlite")
    case .brokenLink: try folder.link("catalog.sqlite", to: "catalog-9.sqlite")
    case .wrongJournal: try run("PRAGMA journal_mode = DELETE")
    }
  }
}

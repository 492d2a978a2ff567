import CatalogTestSupport
import Foundation
import SQLiteDatabase
import Synchronization
import Testing

@testable import CatalogIndex

@Suite struct IndexOpeningTests {
  @Test(arguments: IndexDamage.allCases)
  func `Opened for reading, an index is read or refused, and nothing is changed`(damage: IndexDamage) throws {
    let folder = try IndexFolder()
    try damage.inflict(on: folder)
    let files = folder.contents
    let error = indexError { () throws(IndexError) in
      let index = try IndexFile.open(folder.location, .reading)
      #expect(try index.rowCount() == 2000)
      #expect(index.isCurrent() == true)
    }
    switch damage.expectation {
    case .sound: #expect(error == nil)
    case .absent, .gone: #expect(error?.code == .missing)
    case .damaged: #expect(error?.code == .damaged)
    case .foreign: #expect(error?.code == .foreign)
    case .newer: #expect(error?.code == .newer)
    }
    if let error { #expect(error.message.contains(folder.location.path) || error.message.contains(folder.path)) }
    for (name, bytes) in files where !name.hasSuffix("-shm") && !name.hasSuffix("-wal") {
      #expect(try folder.read(name) == bytes, "\(name)")
    }
  }

  @Test(arguments: IndexDamage.allCases, [false, true])
  func `Opened for writing, there is a sound index afterwards, or nothing is touched`(
    damage: IndexDamage, hasReader: Bool
  ) throws {
    let folder = try IndexFolder()
    try damage.inflict(on: folder)
    // Before the reader: to open and close a database here would take the reader's locks away.
    let files = folder.contents
    let reader = hasReader ? Self.holdOpen(folder) : nil
    var outcome: OpenOutcome?
    let error = indexError { () throws(IndexError) in
      let index = try IndexFile.open(folder.location, .writing)
      outcome = index.outcome
      try index.write { connection throws(SQLiteError) in
        try connection.execute("DELETE FROM problem")
        try IndexFolder.fill(connection, rows: 3)
      }
      #expect(index.isCurrent() == true)
    }
    switch damage.expectation {
    case .sound: #expect(outcome == .opened)
    case .absent: #expect(outcome == .created)
    case .gone, .damaged:
      guard case .replaced(let reason)? = outcome else {
        Issue.record("\(String(describing: outcome)) \(String(describing: error))")
        return
      }
      #expect(reason.contains(folder.location.path))
    case .foreign, .newer:
      #expect(error?.code == (damage.expectation == .newer ? .newer : .foreign))
      for (name, bytes) in files where !name.hasSuffix("-shm") { #expect(try folder.read(name) == bytes, "\(name)") }
      return
    }
    #expect(error == nil)
    let index = try IndexFile.open(folder.location, .reading)
    #expect(try index.rowCount() == 3)
    #expect(try index.connection.text("PRAGMA journal_mode") == "wal")
    #expect(try index.connection.findDamage(isFull: true) == [])
    #expect(folder.names.contains { $0.hasPrefix(".") } == false)
    withExtendedLifetime(reader) {}
  }

  /// A connection of another client that is at the file, with a page of it read.
  private static func holdOpen(_ folder: borrowing IndexFolder) -> Holder? {
    guard let connection = try? Connection(path: folder.location.path, mode: .readOnly) else { return nil }
    _ = try? connection.int64("SELECT count(*) FROM sqlite_schema")
    return Holder(connection)
  }

  private final class Holder {
    let connection: Connection
    init(_ connection: consuming Connection) { self.connection = connection }
  }

  @Test func `An index file at an explicit place is used as it is`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 5)
    try FileManager.default.copyItem(atPath: folder.file("catalog-1.sqlite"), toPath: folder.file("copy.db"))
    let location = try IndexLocation.resolve(
      explicit: folder.file("copy.db"), root: "/", metadataFolder: "m", environment: [:])
    let index = try IndexFile.open(location, .writing)
    #expect(index.outcome == .opened)
    #expect(index.path == folder.file("copy.db"))
    #expect(try index.rowCount() == 5)
  }

  @Test func `An empty file or database at an explicit place becomes an index`() throws {
    let folder = try IndexFolder(explicit: "mine.db")
    try folder.write([], to: "mine.db")
    #expect(indexError { () throws(IndexError) in _ = try IndexFile.open(folder.location, .reading) }?.code == .missing)
    do {
      let index = try IndexFile.open(folder.location, .writing)
      #expect(index.outcome == .created)
      #expect(try index.rowCount() == 0)
    }
    let other = try IndexFolder(explicit: "other.db")
    do {
      let connection = try Connection(path: other.file("other.db"), mode: .create)
      try connection.execute("CREATE TABLE t (i); DROP TABLE t")
    }
    let index = try IndexFile.open(other.location, .writing)
    #expect(index.outcome == .created)
    #expect(index.path == other.file("other.db"))
    #expect(try index.rowCount() == 0)
  }

  @Test func `A folder, or a link that somebody else made, is not an index`() throws {
    let folder = try IndexFolder()
    try FileManager.default.createDirectory(atPath: folder.file("catalog.sqlite"), withIntermediateDirectories: true)
    for mode in [IndexOpenMode.reading, .writing] {
      #expect(indexError { () throws(IndexError) in _ = try IndexFile.open(folder.location, mode) }?.code == .foreign)
    }
    let other = try IndexFolder()
    try other.write([1], to: "elsewhere")
    try other.link("catalog.sqlite", to: "elsewhere")
    #expect(
      indexError { () throws(IndexError) in _ = try IndexFile.open(other.location, .writing) }?.code == .foreign)
    #expect(try other.read("elsewhere") == [1])
  }

  @Test func `A link that comes and goes is never taken for that of somebody else`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 10)
    let (path, location) = (folder.location.path, folder.location)
    let isDone = Atomic<Bool>(false)
    let threads = ThreadGroup(count: 1) { _ in
      while !isDone.load(ordering: .relaxed) {
        unlink(path)
        symlink("catalog-1.sqlite", path)
      }
    }
    var codes: Set<IndexError.Code> = []
    for _ in 0..<3_000 {
      if let error = indexError({ () throws(IndexError) in _ = try IndexFile.open(location, .reading) }) {
        codes.insert(error.code)
      }
    }
    isDone.store(true, ordering: .relaxed)
    threads.wait()
    #expect(codes.subtracting([.missing, .busy]).isEmpty, "\(codes)")
  }

  @Test func `Any client can open the link, and sees what the index holds`() throws {
    let folder = try IndexFolder()
    let index = try IndexFile.open(folder.location, .writing)
    try index.write { connection throws(SQLiteError) in try IndexFolder.fill(connection, rows: 4) }
    let client = try Connection(path: folder.location.path, mode: .readOnly)
    #expect(try client.int64("SELECT count(*) FROM problems") == 4)
    #expect(try client.int64("SELECT schema_version FROM catalog UNION ALL SELECT 1") == 1)
  }

  @Test func `A reader does not checkpoint, and files stay for readers that cannot create them`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 1)
    do {
      let writer = try IndexFile.open(folder.location, .writing)
      try writer.write { connection throws(SQLiteError) in try connection.execute("DELETE FROM problem") }
    }
    let log = try folder.read("catalog-1.sqlite-wal")
    #expect(!log.isEmpty)
    do { #expect(try IndexFile.open(folder.location, .reading).rowCount() == 0) }
    #expect(try folder.read("catalog-1.sqlite-wal") == log)
    #expect(folder.names.contains("catalog-1.sqlite-shm"))
  }

  @Test func `A reader cannot write, and a writer cannot nest`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 1)
    let reader = try IndexFile.open(folder.location, .reading)
    let error = indexError { () throws(IndexError) in
      try reader.write { connection throws(SQLiteError) in try connection.execute("DELETE FROM problem") }
    }
    #expect(error?.code == .internal)
    #expect(try reader.rowCount() == 1)
  }

  @Test func `A query of a user reads the index, and is refused in sentences`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 2)
    let index = try IndexFile.open(folder.location, .reading)
    #expect(
      try index.query("SELECT path, seen_at FROM problems ORDER BY path", timeoutNanoseconds: 60_000_000_000).rows
        == [
          [.text("path/0"), .text("1970-01-01T00:00:00.000000Z")],
          [.text("path/1"), .text("1970-01-01T00:00:00.000000Z")],
        ])
    for view in ["assets", "runs", "artifacts", "problems", "catalog"] {
      #expect(throws: Never.self) { try index.query("SELECT * FROM \(view)", timeoutNanoseconds: 60_000_000_000) }
    }
    let denied = indexError { () throws(IndexError) in
      _ = try index.query("DELETE FROM problem", timeoutNanoseconds: 60_000_000_000)
    }
    #expect(denied?.code == .badQuery)
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT max(i) FROM n"
    let late = indexError { () throws(IndexError) in _ = try index.query(endless, timeoutNanoseconds: 1_000_000) }
    #expect(late?.code == .timedOut)
  }
}

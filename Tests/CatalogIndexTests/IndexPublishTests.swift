import Foundation
import SQLiteDatabase
import Testing

@testable import CatalogIndex

@Suite struct IndexPublishTests {
  @Test(arguments: IndexDamage.allCases, [false, true])
  func `A finished scratch becomes the index, whatever was there, unless it is not ours`(
    damage: IndexDamage, hasReader: Bool
  ) throws {
    let folder = try IndexFolder()
    try damage.inflict(on: folder)
    let files = folder.contents
    let reader = hasReader ? try? OpenReader(folder.location) : nil
    let seen = try reader?.begin()

    var publication: Publication?
    let error = indexError { () throws(IndexError) in
      let scratch = try IndexFile.makeScratch(folder.location)
      do throws(SQLiteError) { try IndexFolder.fill(scratch.connection, rows: 500) } catch {
        throw IndexError(error, path: "scratch")
      }
      publication = try IndexFile.publish(scratch, at: folder.location)
    }
    switch damage.expectation {
    case .foreign, .newer:
      #expect(error?.code == (damage.expectation == .newer ? .newer : .foreign))
      for (name, bytes) in files where !name.hasSuffix("-shm") { #expect(try folder.read(name) == bytes, "\(name)") }
      return
    case .sound where damage != .wrongJournal: #expect(publication == .replacedContent)
    case .absent: #expect(publication == .created)
    case .gone, .damaged, .sound:
      guard case .newGeneration? = publication else {
        Issue.record("\(String(describing: publication)) \(String(describing: error))")
        return
      }
    }
    // The reader is at its old snapshot until it ends that, and then sees the new content or knows that it must reopen.
    if let reader, let seen {
      #expect(try reader.count() == seen)
      try reader.end()
      if reader.isCurrent() { #expect(try reader.count() == 500) }
      #expect(reader.isCurrent() == (publication == .replacedContent))
    }
    let index = try IndexFile.open(folder.location, .writing)
    #expect(index.outcome == .opened)
    #expect(try index.rowCount() == 500)
    #expect(try index.connection.findDamage(isFull: true) == [])
    #expect(folder.names.contains { $0.hasPrefix(".") } == false)
  }

  private final class OpenReader {
    let index: IndexConnection

    init(_ location: IndexLocation) throws(IndexError) { index = try IndexFile.open(location, .reading) }

    func begin() throws -> Int64 {
      try index.connection.execute("BEGIN")
      return try count()
    }
    func count() throws -> Int64 { try index.connection.int64("SELECT count(*) FROM problem") }
    func end() throws { try index.connection.execute("COMMIT") }
    func isCurrent() -> Bool { index.isCurrent() }
  }

  @Test func `Publishing again and again keeps one file, one generation and a log within bounds`() throws {
    let folder = try IndexFolder()
    for round in 1...20 {
      #expect(try folder.publish(rows: round) == (round == 1 ? .created : .replacedContent))
      #expect(try IndexFile.open(folder.location, .reading).rowCount() == Int64(round))
    }
    #expect(folder.linkTarget == "catalog-1.sqlite")
    #expect(try folder.read("catalog-1.sqlite-wal").isEmpty)
  }

  @Test func `A writer learns that its index was replaced, and writes nothing into the old one`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 1)
    let writer = try IndexFile.open(folder.location, .writing)
    // Another process meets damage that this one does not see, because it has the pages.
    try folder.write([], to: "catalog-1.sqlite")
    #expect(try folder.publish(rows: 7) != .replacedContent)
    #expect(writer.isCurrent() == false)
    let error = indexError { () throws(IndexError) in
      try writer.write { connection throws(SQLiteError) in try connection.execute("DELETE FROM problem") }
    }
    #expect(error?.code == .superseded)
    #expect(try IndexFile.open(folder.location, .reading).rowCount() == 7)
  }

  @Test func `An index with pages of another size is replaced with pages of that size`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 10)
    do {
      let connection = try Connection(path: folder.file("catalog-1.sqlite"), mode: .readWrite)
      try connection.execute("PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = WAL")
    }
    #expect(try folder.publish(rows: 11) == .replacedContent)
    let index = try IndexFile.open(folder.location, .reading)
    #expect(try index.connection.int64("PRAGMA page_size") == 8192)
    #expect(try index.rowCount() == 11)
  }

  @Test func `A name of a generation is never used twice`() throws {
    let folder = try IndexFolder()
    for generation in 1...3 {
      _ = try folder.publish(rows: generation)
      try folder.write([], to: "catalog-\(generation).sqlite")
    }
    try folder.write([1], to: "catalog-9.sqlite-wal")
    _ = try folder.publish(rows: 10)
    #expect(folder.linkTarget == "catalog-10.sqlite")
    #expect(try IndexFile.open(folder.location, .reading).rowCount() == 10)
  }

  @Test func `Generations out of use are removed a day after they were replaced, and not before`() throws {
    let folder = try IndexFolder()
    _ = try folder.publish(rows: 1)
    // In use, it has a log: among files of others, that is what tells it from them.
    do { _ = try IndexFile.open(folder.location, .writing) }
    try folder.write([], to: "catalog-1.sqlite")
    _ = try folder.publish(rows: 2)
    _ = try folder.publish(rows: 3)
    #expect(folder.names.contains("catalog-1.sqlite"))
    // The link is as old as the replacement.
    try Self.setLinkTime(folder.location.path, secondsAgo: 25 * 3600)
    _ = try folder.publish(rows: 4)
    #expect(
      folder.names == [
        "catalog-2.sqlite", "catalog-2.sqlite-shm", "catalog-2.sqlite-wal", "catalog.gate", "catalog.sqlite",
      ])
    #expect(try IndexFile.open(folder.location, .reading).rowCount() == 4)
  }

  private static func setLinkTime(_ path: String, secondsAgo: Int) throws {
    var times = [timespec(), timespec()]
    clock_gettime(CLOCK_REALTIME, &times[0])
    times[0].tv_sec -= secondsAgo
    times[1] = times[0]
    try #require(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0)
  }

  @Test func `What a dead process left is removed, and what a living one is filling stays`() throws {
    let folder = try IndexFolder()
    try folder.write([1], to: ".catalog-scratch-1-abc.lock")
    try folder.write([2], to: ".catalog-scratch-1-abc.sqlite")
    let first = try IndexFile.makeScratch(folder.location)
    #expect(folder.names.count { $0.hasPrefix(".catalog-scratch-") } == 2)
    #expect(!folder.names.contains { $0.contains("abc") })
    let second = try IndexFile.makeScratch(folder.location)
    try IndexFolder.fill(first.connection, rows: 1)
    try IndexFolder.fill(second.connection, rows: 2)
    #expect(try IndexFile.publish(second, at: folder.location) == .created)
    #expect(try IndexFile.publish(first, at: folder.location) == .replacedContent)
    #expect(try IndexFile.open(folder.location, .reading).rowCount() == 1)
    #expect(folder.names.contains { $0.hasPrefix(".") } == false)
  }

  @Test func `An abandoned scratch leaves nothing`() throws {
    let folder = try IndexFolder()
    do { _ = try IndexFile.makeScratch(folder.location) }
    #expect(folder.names == [])
  }

  /// Where a crash can interrupt the making of a new generation, as the files that it leaves.
  @Test(arguments: ["before the link", "after a temporary link", "with the old file moved aside"])
  func `After a crash in the middle, the old index or an empty one opens`(moment: String) throws {
    let folder = try IndexFolder(explicit: "mine.db")
    try folder.makeIndex(rows: 3)
    switch moment {
    case "before the link":
      try FileManager.default.copyItem(atPath: folder.file("mine-1.db"), toPath: folder.file("mine-2.db"))
    case "after a temporary link":
      try FileManager.default.copyItem(atPath: folder.file("mine-1.db"), toPath: folder.file("mine-2.db"))
      try folder.link(".mine-link-1-x", to: "mine-2.db")
    default:
      try FileManager.default.removeItem(atPath: folder.location.path)
    }
    let index = try IndexFile.open(folder.location, .writing)
    let isKept = moment != "with the old file moved aside"
    #expect(index.outcome == (isKept ? .opened : .created))
    #expect(try index.rowCount() == (isKept ? 3 : 0))
    #expect(folder.linkTarget == (isKept ? "mine-1.db" : "mine-2.db"))
  }
}

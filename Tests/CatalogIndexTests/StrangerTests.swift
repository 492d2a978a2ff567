import Foundation
import SQLiteDatabase
import Testing

@testable import CatalogIndex

/// A file that somebody names as the index: one that never was an index is left alone, one that was is replaced.
@Suite("A file of somebody's choice") struct StrangerTests {
  enum Stranger: String, CaseIterable, CustomTestStringConvertible {
    case text = "a text"
    case headless = "zeros"
    case page = "a page without a header"
    case cutDatabase = "a database of another program that is cut off"
    case journal = "a database that another program is writing"
    case numbered = "a link to a numbered file"

    var testDescription: String { rawValue }

    /// Puts it at the place of the index.
    func put(in folder: borrowing IndexFolder) throws {
      let name = "orders.csv"
      switch self {
      case .text: try folder.write(Array("id,amount\n1,2\n".utf8), to: name)
      case .headless: try folder.write([UInt8](repeating: 0, count: 8192), to: name)
      case .page: try folder.write((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 31) }, to: name)
      case .cutDatabase:
        try makeDatabase(folder, name)
        try folder.write([UInt8](folder.read(name).prefix(5000)), to: name)
      case .journal:
        try makeDatabase(folder, name)
        try folder.write([UInt8](repeating: 7, count: 600), to: name + "-journal")
      case .numbered:
        try folder.write(Array("id,amount\n1,2\n".utf8), to: "orders-2024.csv")
        try folder.link(name, to: "orders-2024.csv")
      }
    }

    private func makeDatabase(_ folder: borrowing IndexFolder, _ name: String) throws {
      let connection = try Connection(path: folder.file(name), mode: .create)
      try connection.execute("CREATE TABLE t (i); CREATE TABLE u (i); INSERT INTO t VALUES (1)")
    }
  }

  @Test("is left as it is where it never was an index", arguments: Stranger.allCases)
  func strangers(stranger: Stranger) throws {
    let folder = try IndexFolder(explicit: "orders.csv")
    try stranger.put(in: folder)
    let before = folder.contents
    for mode in [IndexOpenMode.reading, .writing] {
      let error = indexError { () throws(IndexError) in _ = try IndexFile.open(folder.location, mode) }
      #expect(error?.code == .foreign, "\(error?.message ?? "none")")
      #expect(error?.message.contains("left as it is") == true)
    }
    let errors = [
      indexError { () throws(IndexError) in _ = try IndexFile.openToReconcile(folder.location, until: nil) },
      indexError { () throws(IndexError) in
        _ = try IndexFile.openIfSound(folder.location, until: Deadline(milliseconds: 100))
      },
      indexError { () throws(IndexError) in _ = try ReconcileLock(folder.location, isWaiting: false) },
      indexError { () throws(IndexError) in _ = try IndexGate(folder.location) },
    ]
    #expect(errors.map { $0?.code } == [.foreign, .foreign, .foreign, .foreign])
    #expect(folder.contents == before)
    #expect(stranger != .numbered || folder.linkTarget == "orders-2024.csv")
  }

  @Test("is replaced, and kept under another name, where the gate says that it was an index")
  func zeroedHeader() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 20)
    try FileManager.default.copyItem(atPath: folder.file("catalog-1.sqlite"), toPath: folder.file("copy.db"))
    let location = try IndexLocation.resolve(
      explicit: folder.file("copy.db"), root: "/", metadataFolder: "m", environment: [:])
    do { _ = try IndexFile.open(location, .writing) }
    let damaged = [UInt8](repeating: 0, count: 4096) + (try folder.read("copy.db")).dropFirst(4096)
    try folder.write(damaged, to: "copy.db")
    #expect(indexError { () throws(IndexError) in _ = try IndexFile.open(location, .reading) }?.code == .damaged)
    let index = try IndexFile.open(location, .writing)
    guard case .replaced(let reason) = index.outcome else {
      Issue.record("\(index.outcome)")
      return
    }
    #expect(reason.contains(folder.file("copy.db.damaged-1")))
    #expect(try folder.read("copy.db.damaged-1") == damaged)
  }

  @Test("is replaced where its own header says that it was an index, though nothing stands beside it")
  func stampedHeader() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 200)
    let bytes = try folder.read("catalog-1.sqlite")
    let other = try IndexFolder(explicit: "restored")
    try other.write([UInt8](bytes.prefix(bytes.count / 2 + 100)), to: "restored")
    #expect(indexError { () throws(IndexError) in _ = try IndexFile.open(other.location, .reading) }?.code == .damaged)
    let index = try IndexFile.open(other.location, .writing)
    guard case .replaced = index.outcome else {
      Issue.record("\(index.outcome)")
      return
    }
    #expect(other.linkTarget == "restored-1")
    #expect(try other.read("restored.damaged-1").count == bytes.count / 2 + 100)
  }

  @Test("keeps numbered files beside it that are no generations of it")
  func numberedNeighbours() throws {
    let folder = try IndexFolder(explicit: "orders.csv")
    try folder.write(Array("id\n1\n".utf8), to: "orders-1.csv")
    try folder.write(Array("id\n2\n".utf8), to: "orders-2.csv")
    try folder.makeIndex(rows: 1)
    // A damaged generation is followed by the next, and goes a day later.
    try folder.write([UInt8](repeating: 1, count: 5000), to: "orders-3.csv")
    do { _ = try IndexFile.open(folder.location, .writing) }
    #expect(folder.linkTarget == "orders-4.csv")
    folder.location.sweep(now: Int64(Date().timeIntervalSince1970) + 3 * 86400)
    #expect(try folder.read("orders-1.csv") == Array("id\n1\n".utf8))
    #expect(try folder.read("orders-2.csv") == Array("id\n2\n".utf8))
    #expect(!folder.names.contains("orders-3.csv"))
  }
}

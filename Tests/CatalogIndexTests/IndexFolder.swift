import Foundation
import SQLiteDatabase

@testable import CatalogIndex

/// A folder with an index in it, gone afterwards.
struct IndexFolder: ~Copyable {
  let path: String
  let location: IndexLocation

  init(explicit: String = "catalog.sqlite") throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("index-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    location = try IndexLocation.resolve(
      explicit: path + "/" + explicit, root: "/nowhere", metadataFolder: "m", environment: [:])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: file(name))) }

  func read(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: file(name)))) }

  func link(_ name: String, to target: String) throws {
    try? FileManager.default.removeItem(atPath: file(name))
    try FileManager.default.createSymbolicLink(atPath: file(name), withDestinationPath: target)
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

  /// Every file's bytes; a link's are those of its target.
  var contents: [String: [UInt8]] {
    Dictionary(uniqueKeysWithValues: names.compactMap { name in (try? read(name)).map { (name, $0) } })
  }

  /// What the link at the place says.
  var linkTarget: String? { try? FileManager.default.destinationOfSymbolicLink(atPath: location.path) }

  /// A sound index with so many rows, all of them in the database file and none in its log.
  func makeIndex(rows: Int, migrator: Migrator = .standard) throws {
    let index = try IndexFile.open(location, .writing, migrator: migrator)
    try index.write { connection throws(SQLiteError) in try Self.fill(connection, rows: rows) }
    try index.checkpoint()
  }

  /// Puts `rows` rows into a table, each about 100 bytes.
  static func fill(_ connection: borrowing Connection, rows: Int) throws(SQLiteError) {
    for row in 0..<rows {
      try connection.withStatement(
        "INSERT INTO problem (raw_path, scope, kind, path, message, seen_at) VALUES (?1, ?1, 'unreadable', ?2, ?3, 0)"
      ) { insert throws(SQLiteError) in
        try insert.bind(blob: Array("path/\(row)".utf8), at: 1)
        try insert.bind("path/\(row)", at: 2)
        try insert.bind(String(repeating: "m", count: 80), at: 3)
        try insert.run()
      }
    }
  }

  func publish(rows: Int) throws -> Publication {
    let scratch = try IndexFile.makeScratch(location)
    try scratch.connection.transaction(.immediate) { () throws(SQLiteError) in
      try Self.fill(scratch.connection, rows: rows)
    }
    return try IndexFile.publish(scratch, at: location)
  }
}

extension IndexConnection {
  borrowing func rowCount() throws(IndexError) -> Int64 {
    try read { connection throws(SQLiteError) in try connection.int64("SELECT count(*) FROM problem") }
  }
}

/// The error that `body` throws.
func indexError(_ body: () throws(IndexError) -> Void) -> IndexError? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

extension IndexFile {
  /// Replaces the index by a scratch that is complete.
  @discardableResult
  static func publish(_ scratch: consuming IndexScratch, at location: IndexLocation) throws(IndexError) -> Publication {
    try publish(scratch, at: location, until: nil, orThrow: { $0 }) { _ throws(IndexError) in }
  }
}

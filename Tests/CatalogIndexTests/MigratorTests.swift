import CatalogMigrations
import Foundation
import SQLiteDatabase
import Testing

@testable import CatalogIndex

@Suite struct MigratorTests {
  private static func step(_ version: Int, _ sql: String) -> MigrationStep {
    MigrationStep(version: version, name: "v\(version)", sql: Array(sql.utf8))
  }

  private static let first = step(1, "CREATE TABLE problem (raw_path BLOB, scope BLOB, kind, path, message, seen_at)")
  private static let second = step(2, "CREATE TABLE b (i); INSERT INTO b VALUES (1)")
  private static let failing = step(3, "CREATE TABLE c (i); INSERT INTO c VALUES (1); INSERT INTO nothing VALUES (1)")

  @Test func `The list holds every file of the folder, in order, counted from 1`() throws {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    folder.appendPathComponent("Migrations")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sql") }
      .sorted()
    #expect(CatalogMigration.all.map(\.name) == files)
    #expect(CatalogMigration.all.map(\.version) == Array(1...files.count))
    for migration in CatalogMigration.all {
      #expect(migration.sql == (try [UInt8](Data(contentsOf: folder.appendingPathComponent(migration.name)))))
      #expect(
        migration.name.hasPrefix(
          "v" + String(repeating: "0", count: 3 - "\(migration.version)".count) + "\(migration.version)_"))
    }
  }

  @Test func `A new index has the schema, the record of it and its stamps`() throws {
    let folder = try IndexFolder()
    let index = try IndexFile.open(folder.location, .writing, migrator: .standard)
    #expect(index.outcome == .created)
    #expect(try index.connection.int64("PRAGMA application_id") == 0x4143_4154)
    #expect(try index.connection.int64("PRAGMA user_version") == Int64(CatalogMigration.all.count))
    let rows = try index.query(
      "SELECT version, name, length(digest) FROM migration", timeoutNanoseconds: 60_000_000_000
    ).rows
    #expect(rows == CatalogMigration.all.map { [.integer(Int64($0.version)), .text($0.name), .integer(16)] })
    #expect(try index.query("SELECT * FROM catalog", timeoutNanoseconds: 60_000_000_000).rows.isEmpty)
  }

  @Test func `An older index gets the steps that it lacks and keeps its rows`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 3, migrator: Migrator(steps: [Self.first], now: { 5 }))
    let newer = Migrator(steps: [Self.first, Self.second], now: { 7 })
    let error = indexError { () throws(IndexError) in
      _ = try IndexFile.open(folder.location, .reading, migrator: newer)
    }
    #expect(error?.code == .outdated)
    let index = try IndexFile.open(folder.location, .writing, migrator: newer)
    #expect(index.outcome == .migrated(from: 1))
    #expect(try index.rowCount() == 3)
    #expect(try index.connection.int64("SELECT i FROM b") == 1)
    #expect(try index.connection.int64("SELECT applied_at FROM migration WHERE version = 2") == 7)
    #expect(try IndexFile.open(folder.location, .writing, migrator: newer).outcome == .opened)
    let older = indexError { () throws(IndexError) in
      _ = try IndexFile.open(folder.location, .writing, migrator: Migrator(steps: [Self.first]))
    }
    #expect(older?.code == .newer)
  }

  @Test func `A step that fails leaves the steps before it and nothing of its own`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 3, migrator: Migrator(steps: [Self.first]))
    let steps = [Self.first, Self.second, Self.failing]
    let error = indexError { () throws(IndexError) in
      _ = try IndexFile.open(folder.location, .writing, migrator: Migrator(steps: steps))
    }
    #expect(error?.code == .damaged)
    let index = try IndexFile.open(folder.location, .reading, migrator: Migrator(steps: Array(steps.dropLast())))
    #expect(try index.rowCount() == 3)
    #expect(try index.connection.int64("SELECT count(*) FROM sqlite_schema WHERE name = 'c'") == 0)
  }

  @Test(arguments: CatalogMigration.all.indices)
  func `The digest in the list is that of the schema that the steps make`(last: Int) throws {
    let folder = try IndexFolder()
    let steps = CatalogMigration.all[...last].map {
      MigrationStep(version: $0.version, name: $0.name, sql: $0.sql, schemaDigest: $0.schemaDigest)
    }
    let index = try IndexFile.open(folder.location, .writing, migrator: Migrator(steps: steps))
    #expect(try SchemaDigest.compute(of: index.connection) == CatalogMigration.all[last].schemaDigest)
  }

  @Test func `A schema is known without its digest, and with one that another SQLite made`() throws {
    for digest in [nil, "another"] {
      let folder = try IndexFolder()
      let step = MigrationStep(version: 1, name: "v1", sql: Self.first.sql, schemaDigest: digest)
      try folder.makeIndex(rows: 3, migrator: Migrator(steps: [step]))
      #expect(try IndexFile.open(folder.location, .reading, migrator: Migrator(steps: [step])).rowCount() == 3)
    }
  }

  @Test func `A digest is of every byte, and the same in every process`() {
    #expect(Self.step(1, "").digest == "cbf29ce484222325")
    #expect(Self.step(1, "a").digest == "af63dc4c8601ec8c")
    #expect(Self.step(1, "foobar").digest == "85944171f73967e8")
  }
}

import CatalogMigrations
internal import LinuxSystem
internal import SQLiteDatabase

#if canImport(Glibc)
  import Glibc
#endif

/// One numbered step of a schema.
package struct MigrationStep: Sendable {
  /// Counts from 1.
  package let version: Int
  package let name: String
  /// UTF-8.
  package let sql: [UInt8]
  /// Of the SQL text, comments included.
  package let digest: String
  /// Of the schema after this step, see ``SchemaDigest``, where it is known beforehand.
  package let schemaDigest: String?

  package init(version: Int, name: String, sql: [UInt8], schemaDigest: String? = nil) {
    self.version = version
    self.name = name
    self.sql = sql
    self.digest = StableHash.hex(sql)
    self.schemaDigest = schemaDigest
  }
}

/// Brings a database to the schema of this program, and tells what state one is in.
///
/// Each step is one transaction together with the row of `migration` that records it; `application_id` and
/// `user_version` are stamped last in it. So a database bears the stamps of exactly the steps that it has. Whether it
/// also has the schema that these steps make is compared, since a view that was replaced lies, and a trigger that
/// somebody planted runs within the transactions of this program. An index of this program has checksums in its pages;
/// one of before version 4 gets them when it is migrated.
package struct Migrator: Sendable {
  /// `ACAT` in the header of the file.
  package static let applicationID: Int64 = 0x4143_4154
  /// The steps in `Migrations/`.
  package static let standard = Migrator(
    steps: CatalogMigration.all.map {
      MigrationStep(version: $0.version, name: $0.name, sql: $0.sql, schemaDigest: $0.schemaDigest)
    })

  package let steps: [MigrationStep]
  /// Microseconds since the epoch.
  private let now: @Sendable () -> Int64

  package init(steps: [MigrationStep], now: @escaping @Sendable () -> Int64 = SystemClock.microseconds) {
    self.steps = steps
    self.now = now
  }

  /// The version of the schema after the last step.
  package var version: Int { steps.last?.version ?? 0 }

  /// What a database is to this program.
  package enum State: Sendable, Equatable {
    /// A database without anything in it.
    case empty
    case current
    case older(Int)
    case newer(Int)
    /// Another program's.
    case foreign
    /// Ours by its stamp, but not what the stamp says; the reason is the end of a sentence that begins with "it".
    case damaged(String)
  }

  /// Reads the stamps, and compares the record of steps and the schema with those of this program.
  func examine(_ connection: borrowing Connection) throws(SQLiteError) -> State {
    let application = try connection.int64("PRAGMA application_id")
    let version = Int(try connection.int64("PRAGMA user_version"))
    guard application == Self.applicationID else {
      let objects = try connection.int64("SELECT count(*) FROM sqlite_schema")
      return application == 0 && version == 0 && objects == 0 ? .empty : .foreign
    }
    guard version <= self.version else { return .newer(version) }
    guard
      try connection.int64("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migration'") == 1
    else { return .damaged("has no record of its migrations") }
    let applied = try connection.withStatement("SELECT version, digest FROM migration ORDER BY version") {
      rows throws(SQLiteError) in
      var applied: [(version: Int, digest: String)] = []
      while try rows.step() {
        let version = try rows.int64(0)
        applied.append((Int(version), try rows.text(1)))
      }
      return applied
    }
    guard applied.last?.version == version, applied.count == steps.prefix(while: { $0.version <= version }).count else {
      return .damaged("records other migrations than its version says")
    }
    for (row, step) in zip(applied, steps) where row.version != step.version || row.digest != step.digest {
      return .damaged("was made by \(step.name) before that was edited")
    }
    guard try hasSchema(of: version, connection) else { return .damaged("has another schema than its migrations make") }
    guard version == self.version else { return .older(version) }
    return try connection.hasChecksums() ? .current : .damaged("has no checksums in its pages")
  }

  /// Whether a database has the schema that the steps up to `version` make, and nothing else.
  private func hasSchema(of version: Int, _ connection: borrowing Connection) throws(SQLiteError) -> Bool {
    let digest = try SchemaDigest.compute(of: connection)
    let last = steps.last { $0.version <= version }
    if let expected = last?.schemaDigest, expected == digest { return true }
    // The SQLite at hand may word what ALTER TABLE leaves otherwise than the one that made the digest.
    let model = try Connection(path: ":memory:", mode: .create)
    try migrate(model, from: 0, through: version)
    return try SchemaDigest.compute(of: model) == digest
  }

  /// Applies the steps after `version`. The caller has passed the gate, or nobody else knows the file.
  func migrate(_ connection: borrowing Connection, from version: Int) throws(SQLiteError) {
    if try !connection.hasChecksums() {
      try connection.addChecksums()
      try connection.makeCompact()
    }
    try migrate(connection, from: version, through: self.version)
  }

  private func migrate(_ connection: borrowing Connection, from version: Int, through last: Int) throws(SQLiteError) {
    for step in steps where step.version > version && step.version <= last {
      try connection.transaction(.immediate) { () throws(SQLiteError) in
        try connection.execute(
          """
          CREATE TABLE IF NOT EXISTS migration (
            version INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, applied_at INTEGER NOT NULL
          ) STRICT
          """)
        try step.sql.withUnsafeBufferPointer { sql throws(SQLiteError) in
          try connection.execute(UnsafeRawBufferPointer(sql))
        }
        try connection.withStatement("INSERT INTO migration (version, name, digest, applied_at) VALUES (?, ?, ?, ?)") {
          insert throws(SQLiteError) in
          try insert.bind(Int64(step.version), at: 1)
          try insert.bind(step.name, at: 2)
          try insert.bind(step.digest, at: 3)
          try insert.bind(now(), at: 4)
          try insert.run()
        }
        try connection.execute("PRAGMA application_id = \(Self.applicationID); PRAGMA user_version = \(step.version)")
      }
    }
  }
}

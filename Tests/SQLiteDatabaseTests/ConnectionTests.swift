import Foundation
import SQLiteDatabase
import Testing

/// A folder of its own, gone afterwards.
struct ScratchFolder: ~Copyable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("sqlite-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: file(name))) }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

/// The error that `body` throws.
func sqliteError(_ body: () throws(SQLiteError) -> Void) -> SQLiteError? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

/// How many descriptors of this process lead below a folder.
func openDescriptors(below folder: String) -> Int {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
  return names.count { name in
    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
    return target?.hasPrefix(folder) ?? false
  }
}

@Suite struct ConnectionTests {
  @Test func `Values come back as they were bound`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    try connection.execute("CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB) STRICT")
    let texts = ["", "a\0b\0", "e\u{301} é 中", String(repeating: "x", count: 1 << 20)]
    let integers: [Int64] = [.min, -1, 0, 1, .max]
    for (offset, text) in texts.enumerated() {
      for integer in integers {
        try connection.withStatement("INSERT INTO t VALUES (?, ?, ?, ?)") { insert throws(SQLiteError) in
          try insert.bind(integer, at: 1)
          try insert.bind(Double(offset) + 0.5, at: 2)
          try insert.bind(text, at: 3)
          try insert.bind(blob: Array(text.utf8), at: 4)
          try insert.run()
        }
      }
    }
    let select = try connection.prepare("SELECT i, r, s, b, length(CAST(s AS BLOB)), typeof(s) FROM t ORDER BY rowid")
    for (offset, text) in texts.enumerated() {
      for integer in integers {
        #expect(try select.step())
        #expect(try select.int64(0) == integer)
        #expect(try select.double(1) == Double(offset) + 0.5)
        let stored = try select.text(2)
        #expect(Array(stored.utf8) == Array(text.utf8))
        #expect(try select.blob(3) == Array(text.utf8))
        #expect(try select.int64(4) == Int64(text.utf8.count))
        #expect(try select.text(5) == "text")
        #expect(try select.withText(2) { bytes in Array(bytes) } == Array(text.utf8))
      }
    }
    #expect(try !select.step())
  }

  @Test func `NULL is bound and read as nil, and an empty text or blob is not NULL`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    let row = try connection.prepare("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7")
    try row.bind(nil as Int64?, at: 1)
    try row.bind(nil as String?, at: 2)
    try row.bind(blob: nil as [UInt8]?, at: 3)
    try row.bind("", at: 4)
    try row.bind(blob: [UInt8](), at: 5)
    try row.bind(text: UnsafeRawBufferPointer(start: nil, count: 0), at: 6)
    try row.bind(inPlaceText: UnsafeRawBufferPointer(start: nil, count: 0), at: 7)
    #expect(try row.step())
    #expect(try row.optionalInt64(0) == nil)
    #expect(try row.optionalText(1) == nil)
    let isNull = row.isNull(2)
    #expect(isNull)
    #expect(try row.text(3) == "")
    #expect(try row.blob(4) == [])
    #expect(try row.optionalText(5) == "")
    #expect(try row.optionalText(6) == "")
  }

  @Test(arguments: ["1", "1.5", "'x'", "x'00'", "NULL"])
  func `A value of another type is an error and not converted`(literal: String) throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    let row = try connection.prepare("SELECT \(literal) AS c")
    #expect(try row.step())
    var accepted = 0
    var errors: [SQLiteError?] = []
    errors.append(sqliteError { () throws(SQLiteError) in _ = try row.int64(0) })
    errors.append(sqliteError { () throws(SQLiteError) in _ = try row.double(0) })
    errors.append(sqliteError { () throws(SQLiteError) in _ = try row.text(0) })
    errors.append(sqliteError { () throws(SQLiteError) in _ = try row.blob(0) })
    for error in errors {
      guard let error else {
        accepted += 1
        continue
      }
      #expect(error.isMismatch)
      #expect(error.message.contains("column c"))
    }
    #expect(accepted == (literal == "NULL" ? 0 : 1))
  }

  @Test func `Text that is not UTF-8 is an error, and its bytes can be had`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    let row = try connection.prepare("SELECT CAST(x'61ff62' AS TEXT)")
    #expect(try row.step())
    let error = sqliteError { () throws(SQLiteError) in _ = try row.text(0) }
    #expect(error?.isMismatch == true)
    #expect(try row.withText(0) { bytes in Array(bytes) } == [0x61, 0xff, 0x62])
  }

  @Test func `Errors name the code and the statement, and never a bound value`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    try connection.execute("CREATE TABLE t (s TEXT UNIQUE) STRICT")
    let error = sqliteError { () throws(SQLiteError) in
      for _ in 0..<2 {
        try connection.withStatement("INSERT INTO t VALUES (?)") { insert throws(SQLiteError) in
          try insert.bind("the secret", at: 1)
          try insert.run()
        }
      }
    }
    #expect(error?.isConstraint == true)
    #expect(error?.extendedCode == 2067)
    #expect(error?.sql == "INSERT INTO t VALUES (?)")
    #expect(error?.description.contains("secret") == false)
    #expect(sqliteError { () throws(SQLiteError) in try connection.execute("SELEC 1") }?.code == 1)
  }

  @Test(arguments: ["SELECT 1; SELECT 2", "SELECT 1; garbage", "SELECT 1;\u{0} SELECT 2", "", " -- nothing\n", ";"])
  func `A text that is not exactly one statement is refused`(sql: String) throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    #expect(sqliteError { () throws(SQLiteError) in _ = try connection.prepare(sql).step() } != nil)
  }

  @Test(arguments: ["SELECT 1", "SELECT 1;", "SELECT 1 ; -- done", "/* a */ SELECT 1; /* b */ ;; \n"])
  func `Blanks and comments around one statement are fine`(sql: String) throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    #expect(try connection.prepare(sql).step())
  }

  @Test func `Double quotes never make a string`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    #expect(sqliteError { () throws(SQLiteError) in try connection.execute("SELECT \"no such column\"") } != nil)
    try connection.execute("CREATE TABLE t (a)")
    #expect(
      sqliteError { () throws(SQLiteError) in try connection.execute("CREATE INDEX i ON t (\"nothing\")") } != nil)
  }

  @Test func `Foreign keys hold, the schema is not trusted, and the file is not mapped`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    #expect(try connection.int64("PRAGMA foreign_keys") == 1)
    #expect(try connection.int64("PRAGMA trusted_schema") == 0)
    #expect(try connection.int64("PRAGMA cell_size_check") == 1)
    let error = sqliteError { () throws(SQLiteError) in
      try connection.execute("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ''")
    }
    #expect(error != nil)
  }

  @Test func `A cached statement is used again, reset and without its bindings`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    func echo(_ value: Int64?) throws(SQLiteError) -> Int64? {
      try connection.withStatement("SELECT ?") { row throws(SQLiteError) in
        if let value { try row.bind(value, at: 1) }
        guard try row.step() else { return -1 }
        return try row.optionalInt64(0)
      }
    }
    #expect(try echo(7) == 7)
    #expect(try echo(nil) == nil)
    #expect(try echo(8) == 8)
  }

  @Test func `A cached statement can be used within itself`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    func countdown(from value: Int64) throws(SQLiteError) -> [Int64] {
      try connection.withStatement("SELECT ?1 UNION ALL SELECT ?1 * 10") { row throws(SQLiteError) in
        try row.bind(value, at: 1)
        var seen: [Int64] = []
        while try row.step() {
          seen.append(try row.int64(0))
          if value > 1, seen.count == 1 { seen += try countdown(from: value - 1) }
        }
        return seen
      }
    }
    #expect(try countdown(from: 3) == [3, 2, 1, 10, 20, 30])
    #expect(try countdown(from: 2) == [2, 1, 10, 20])
  }

  @Test func `A statement that failed in the middle of its use can be used again`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    try connection.execute("CREATE TABLE t (i INTEGER PRIMARY KEY) STRICT")
    func insert(_ value: Int64) throws(SQLiteError) {
      try connection.withStatement("INSERT INTO t VALUES (?)") { insert throws(SQLiteError) in
        try insert.bind(value, at: 1)
        try insert.run()
      }
    }
    try insert(1)
    #expect(sqliteError { () throws(SQLiteError) in try insert(1) } != nil)
    try insert(2)
    #expect(try connection.int64("SELECT count(*) FROM t") == 2)
    #expect(connection.lastInsertRowID == 2)
  }

  @Test(arguments: ["missing folder", "folder", "garbage", "missing"])
  func `A failed open leaves no descriptor behind`(kind: String) throws {
    let folder = try ScratchFolder()
    try folder.write(Array(repeating: 0x55, count: 8192), to: "garbage")
    let path =
      switch kind {
      case "missing folder": folder.file("no/where/x")
      case "folder": folder.path
      default: folder.file(kind)
      }
    let error = sqliteError { () throws(SQLiteError) in
      let connection = try Connection(path: path, mode: .readWrite)
      _ = try connection.int64("SELECT count(*) FROM sqlite_schema")
    }
    #expect(error.map { $0.cannotOpen || $0.isDamaged } == true)
    #expect(openDescriptors(below: folder.path) == 0)
  }

  @Test func `Closing waits for no one: a statement may outlive its connection`() throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.db")
    func dangling() throws -> Statement {
      let connection = try Connection(path: path, mode: .create)
      try connection.execute("CREATE TABLE t (i INTEGER) STRICT; INSERT INTO t VALUES (42)")
      return try connection.prepare("SELECT i FROM t")
    }
    do {
      let statement = try dangling()
      #expect(try statement.step())
      #expect(try statement.int64(0) == 42)
    }
    #expect(openDescriptors(below: folder.path) == 0)
  }

  @Test(arguments: ["file:a?mode=memory", "a%41.db", "a?b#c.db"])
  func `A path is a path, whatever its characters`(name: String) throws {
    let folder = try ScratchFolder()
    do {
      let connection = try Connection(path: folder.file(name), mode: .create)
      try connection.execute("CREATE TABLE t (i INTEGER) STRICT; INSERT INTO t VALUES (1)")
    }
    #expect(folder.names == [name])
    let connection = try Connection(path: folder.file(name), mode: .immutable)
    #expect(try connection.int64("SELECT i FROM t") == 1)
  }
}

import Foundation
import SQLiteDatabase
import Testing

@Suite struct QuerySandboxTests {
  /// SQL that must not be run, with what its error says of itself.
  static let denied: [String] = [
    "ATTACH 'FOLDER/new.db' AS x",
    "VACUUM INTO 'FOLDER/copy.db'",
    "VACUUM",
    "DETACH main",
    "INSERT INTO t VALUES (9)",
    "UPDATE t SET i = 0",
    "DELETE FROM t",
    "DROP TABLE t",
    "CREATE TABLE u (i)",
    "CREATE TEMP TABLE u (i)",
    "CREATE TEMP VIEW u AS SELECT 1",
    "CREATE VIRTUAL TABLE u USING fts5(a)",
    "REINDEX",
    "ANALYZE",
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "SAVEPOINT a",
    "PRAGMA query_only = 0",
    "PRAGMA user_version = 7",
    "PRAGMA user_version",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA writable_schema = 1",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA integrity_check",
    "PRAGMA temp_store_directory = 'FOLDER'",
    "SELECT * FROM pragma_user_version",
    "SELECT * FROM pragma_optimize",
    "SELECT load_extension('FOLDER/x.so')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT sqlite_log(1, 'x')",
    "SELECT sqlite_compileoption_get(1)",
    "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
  ]

  /// SQL that asks for too much at once.
  static let tooBig: [String] = [
    "SELECT hex(randomblob(4e8))",
    "SELECT length(zeroblob(1e9))",
    "SELECT replace(hex(zeroblob(8000000)), '0', 'abcdefgh')",
    "WITH RECURSIVE n (s) AS (SELECT 'aaaaaaaa' UNION ALL SELECT s || s FROM n) SELECT max(length(s)) FROM n",
    "SELECT group_concat(a.i || hex(zeroblob(100000))) FROM t a",
  ]

  /// SQL that would not end in reasonable time.
  static let endless: [String] = [
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "SELECT count(*) FROM t a, t b, t c, t d, t e, t f, t g, t h, t i, t j, t k, t l, t m, t n",
    "SELECT a.i FROM t a, t b, t c, t d, t e, t f, t g, t h, t i ORDER BY a.i + b.i * random()",
    "SELECT json_group_array(i) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n) WHERE i = 2",
    // Between two instructions, where no handler is asked.
    "SELECT printf('%.*c', 100000000, 'x')",
    "SELECT instr(hex(zeroblob(1000000)), hex(zeroblob(500000)) || '1')",
    "SELECT trim(hex(zeroblob(500000)), replace(hex(zeroblob(5000)), '00', 'ab') || '0')",
    // While the statement is prepared: every level doubles it.
    "WITH t0 AS (SELECT 1 AS x)"
      + (1..<18).map { ", t\($0) AS (SELECT a.x FROM t\($0 - 1) a, t\($0 - 1) b)" }.joined()
      + " SELECT count(*) FROM t17",
  ]

  static let malformed: [String] = [
    "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE t", "", "-- nothing", "SELEC", "SELECT nothing FROM t", "SELECT ?",
    "SELECT :a", "SELECT \"x\"", "SELECT 1\u{0}", "SELECT 1 " + String(repeating: "+ 1", count: 50_000),
    String(repeating: "(", count: 500) + "SELECT 1" + String(repeating: ")", count: 500),
    (0..<60).map { "SELECT \($0)" }.joined(separator: " UNION ALL "),
  ]

  private static func makeSandbox(in folder: borrowing ScratchFolder) throws -> QuerySandbox {
    let path = folder.file("a.db")
    let connection = try Connection(path: path, mode: .create)
    try connection.execute(
      """
      PRAGMA journal_mode = WAL;
      CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT) STRICT;
      CREATE VIEW v AS SELECT i, strftime('%Y', i, 'unixepoch') || printf('%04d', i) AS text FROM t;
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO t SELECT i, 'row ' || i FROM n;
      """)
    try connection.setCheckpointOnClose(false)
    try connection.setPersistentLog(true)
    return QuerySandbox(path: path)
  }

  @Test(arguments: denied) func `What is not reading is denied and leaves no trace`(sql: String) throws {
    let folder = try ScratchFolder()
    let sandbox = try Self.makeSandbox(in: folder)
    let before = folder.names
    let sql = sql.replacingOccurrences(of: "FOLDER", with: folder.path)
    let error = sqliteError { () throws(SQLiteError) in _ = try sandbox.run(sql) }
    #expect(
      error?.isDenied == true, "\(String(describing: error))")
    #expect(folder.names == before)
    let connection = try Connection(path: sandbox.path, mode: .readOnly)
    #expect(try connection.int64("SELECT sum(i) FROM t") == 500_500)
    #expect(try connection.int64("PRAGMA user_version") == 0)
  }

  @Test(arguments: tooBig) func `What asks for too much at once is refused`(sql: String) throws {
    let folder = try ScratchFolder()
    var sandbox = try Self.makeSandbox(in: folder)
    sandbox.timeoutNanoseconds = 300_000_000_000
    let error = sqliteError { () throws(SQLiteError) in _ = try sandbox.run(sql) }
    #expect(error?.isTooBig == true, "\(String(describing: error))")
  }

  @Test(arguments: endless) func `What does not end is stopped`(sql: String) throws {
    let folder = try ScratchFolder()
    var sandbox = try Self.makeSandbox(in: folder)
    sandbox.timeoutNanoseconds = 1_000_000
    let error = sqliteError { () throws(SQLiteError) in _ = try sandbox.run(sql) }
    #expect(error?.isInterrupted == true, "\(String(describing: error))")
  }

  @Test(arguments: malformed) func `What is not one well-formed statement is refused`(sql: String) throws {
    let folder = try ScratchFolder()
    let sandbox = try Self.makeSandbox(in: folder)
    let error = sqliteError { () throws(SQLiteError) in _ = try sandbox.run(sql) }
    #expect(error != nil)
    #expect(error?.isInterrupted == false)
  }

  @Test func `Reading works, with every type, through views, functions and the schema`() throws {
    let folder = try ScratchFolder()
    let sandbox = try Self.makeSandbox(in: folder)
    let types = try sandbox.run("SELECT 1 AS a, 1.5, 'x', x'00ff', NULL, CAST(x'61ff' AS TEXT)")
    #expect(types.columns.first == "a")
    #expect(
      types.rows == [[.integer(1), .real(1.5), .text("x"), .blob([0, 255]), .null, .text("a\u{FFFD}")]])
    #expect(try sandbox.run("SELECT text FROM v WHERE i = 7").rows == [[.text("19700007")]])
    #expect(try sandbox.run("SELECT name FROM sqlite_schema ORDER BY name").rows == [[.text("t")], [.text("v")]])
    #expect(try sandbox.run("SELECT name FROM pragma_table_info('t')").rows == [[.text("i")], [.text("s")]])
    #expect(try sandbox.run("PRAGMA table_info(t)").rows.count == 2)
    #expect(
      try sandbox.run("SELECT value FROM json_each('[1,2]') WHERE json_extract('{\"a\":1}', '$.a') = 1").rows.count == 2
    )
    #expect(try sandbox.run("SELECT row_number() OVER (ORDER BY i DESC) FROM t LIMIT 1").rows == [[.integer(1)]])
    #expect(
      try sandbox.run("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5) SELECT sum(i) FROM n")
        .rows
        == [[.integer(15)]])
    #expect(try sandbox.run("EXPLAIN QUERY PLAN SELECT * FROM t").rows.count == 1)
  }

  @Test func `A width without measure gives nothing`() throws {
    let folder = try ScratchFolder()
    let sandbox = try Self.makeSandbox(in: folder)
    #expect(try sandbox.run("SELECT printf('%500000000d', 1)").rows == [[.null]])
  }

  @Test func `Rows beyond the limit are cut off, and the answer says so`() throws {
    let folder = try ScratchFolder()
    let sandbox = try Self.makeSandbox(in: folder)
    let cut = try sandbox.run("SELECT i FROM t ORDER BY i", rowLimit: 3)
    #expect(cut.rows.count == 3)
    #expect(cut.isTruncated)
    let whole = try sandbox.run("SELECT i FROM t ORDER BY i", rowLimit: 1000)
    #expect(whole.rows.count == 1000)
    #expect(!whole.isTruncated)
  }

  @Test func `An answer over the limit of bytes is refused`() throws {
    let folder = try ScratchFolder()
    var sandbox = try Self.makeSandbox(in: folder)
    sandbox.byteLimit = 1 << 20
    let error = sqliteError { () throws(SQLiteError) in _ = try sandbox.run("SELECT zeroblob(10000) FROM t") }
    #expect(error?.isTooBig == true)
  }
}

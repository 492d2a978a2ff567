import Foundation
import SQLiteDatabase

extension FuzzTarget {
  /// SQL for `query`: as it stands, or, where the first byte is 128 or more, a word for each byte after it.
  ///
  /// Whatever it says, no file changes, comes or goes, and no refusal looks like damage of the index.
  static let query = FuzzTarget(name: "query") { bytes throws(BrokenRule) in
    let isWorded = bytes.first ?? 0 >= 128
    let sql =
      isWorded
      ? bytes.dropFirst().map { QueryWords.all[Int($0) % QueryWords.all.count] }.joined(separator: " ")
      : String(decoding: bytes, as: UTF8.self)
    guard let folder = try? QueryFolder() else { throw BrokenRule("there is no folder for a database") }
    defer { folder.remove() }
    var sandbox = QuerySandbox(path: folder.path + "/a.db")
    sandbox.timeoutNanoseconds = 200_000_000
    sandbox.byteLimit = 16 << 20
    let answer = Result { () throws(SQLiteError) in
      try sandbox.run(sql.replacingOccurrences(of: "FOLDER", with: folder.path), rowLimit: 1_000)
    }
    switch answer {
    case .success(let answer):
      try require(answer.rows.allSatisfy { $0.count == answer.columns.count }, "a row has more or fewer values")
      try require(answer.rows.count <= 1_000, "there are more rows than the limit")
    case .failure(let error):
      let looksLikeDamage = error.isDamaged || error.isBusy || error.cannotOpen || error.isInputOutput || error.isFull
      try require(!looksLikeDamage, "\(error)")
    }
    try require(folder.isUntouched, "a file was changed, made or removed by: \(sql)")
  }
}

/// A folder with a small database in it, such as an index is: with its log.
private struct QueryFolder {
  /// The files of the database, by their names. Readers note in `-shm` what they read.
  private static let files: [String: Data] = {
    do {
      let path = try makeFolder()
      defer { try? FileManager.default.removeItem(atPath: path) }
      do {
        let connection = try Connection(path: path + "/a.db", mode: .create)
        try connection.execute(
          """
          PRAGMA journal_mode = WAL;
          CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT) STRICT;
          CREATE INDEX by_s ON t (s);
          CREATE VIEW v AS SELECT i, strftime('%Y', i, 'unixepoch') AS text FROM t;
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
          INSERT INTO t SELECT i, 'row ' || i FROM n;
          """)
        try connection.setCheckpointOnClose(false)
        try connection.setPersistentLog(true)
      }
      var files: [String: Data] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: path) {
        files[name] = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
      }
      return files
    } catch {
      fatalError("The database for queries cannot be made: \(error)")
    }
  }()

  let path: String

  init() throws {
    path = try Self.makeFolder()
    for (name, bytes) in Self.files { try bytes.write(to: URL(fileURLWithPath: path + "/" + name)) }
  }

  var isUntouched: Bool {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path), Set(names) == Set(Self.files.keys)
    else { return false }
    return Self.files.allSatisfy { name, bytes in
      name.hasSuffix("-shm") || (try? Data(contentsOf: URL(fileURLWithPath: path + "/" + name))) == bytes
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  private static func makeFolder() throws -> String {
    let path = NSTemporaryDirectory() + "/query-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}

/// What SQL is made of.
private enum QueryWords {
  static let all = """
    SELECT FROM WHERE t v sqlite_schema temp.t main.t pragma_table_info('t') json_each('[1,[2]]') i s text * , ( ) ; = < + ||
    AS a b WITH RECURSIVE n (i) UNION ALL EXCEPT INTERSECT VALUES (1),(2) ORDER BY 1 DESC LIMIT 3 OFFSET GROUP HAVING
    NOT NULL IS IN EXISTS BETWEEN AND OR LIKE '%r%' GLOB '*' ESCAPE CASE WHEN THEN ELSE END CAST(s AS BLOB) COLLATE NOCASE
    JOIN LEFT CROSS NATURAL USING (i) ON OVER () PARTITION ROWS UNBOUNDED PRECEDING FILTER DISTINCT INDEXED by_s
    count(*) sum(i) max(s) group_concat(s) row_number() abs(i) hex(s) length(s) substr(s,2) printf('%d',i) random()
    randomblob(9) zeroblob(9) quote(s) unicode(s) json(s) json_object('a',i) json_extract('{"a":1}','$.a') json_patch('{}',s)
    date('now') strftime('%s',i) replace(s,'r','rr') round(1.5) nth_value(i,2) lag(s) total(i) likelihood(i,0.5) typeof(s)
    load_extension('FOLDER/x.so') fts3_tokenizer('simple') sqlite_log(1,'x') writefile('FOLDER/w',s) readfile('/etc/passwd')
    edit(s) sqlite_offset(i) changes() last_insert_rowid()
    INSERT INTO t VALUES (99,'x') UPDATE SET s='y' DELETE DROP TABLE CREATE TEMP VIEW TRIGGER VIRTUAL fts5(a) INDEX REPLACE
    ATTACH 'FOLDER/new.db' DETACH main VACUUM INTO 'FOLDER/copy.db' REINDEX ANALYZE BEGIN IMMEDIATE COMMIT ROLLBACK SAVEPOINT
    RELEASE RETURNING EXPLAIN QUERY PLAN PRAGMA user_version=7 journal_mode=DELETE writable_schema=1 wal_checkpoint
    query_only=0 table_info(t) temp_store_directory='FOLDER' database_list integrity_check
    1 0 -1 9223372036854775807 1e308 'x' '' x'00ff' ?1 :a "x" [x] `x` /* */ --
    """.split(whereSeparator: \.isWhitespace).map(String.init)
}

import CatalogTestSupport
import Foundation
import SQLiteDatabase
import Testing

/// Each page of a database ends with a checksum, and no page that has another content is read.
@Suite("The checksums of pages") struct ChecksumTests {
  /// A database of some hundred pages of two tables and an index, at rest.
  private static func make(_ path: String, hasChecksums: Bool = true, rows: Int = 2000) throws {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("PRAGMA page_size = 4096")
    if hasChecksums { try connection.addChecksums() }
    try connection.execute(
      """
      PRAGMA journal_mode = WAL;
      CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT;
      CREATE INDEX t_by_b ON t (b);
      """)
    try fill(connection, rows: rows)
    #expect(try connection.hasChecksums() == hasChecksums)
    #expect(try connection.checkpoint(.truncate))
  }

  private static func fill(_ connection: borrowing Connection, rows: Int) throws(SQLiteError) {
    try connection.execute(
      """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
      INSERT INTO t (b) SELECT printf('%08d', i * 7919 % 100003) || hex(zeroblob(50)) FROM n;
      """)
  }

  /// Reads every page of the table and of its index.
  private static func readAll(_ path: String) throws(SQLiteError) -> [Int64] {
    let connection = try Connection(path: path, mode: .readOnly)
    return [
      try connection.int64("SELECT count(*) + sum(a) FROM t NOT INDEXED"),
      try connection.int64("SELECT sum(length(b)) FROM (SELECT b FROM t INDEXED BY t_by_b ORDER BY b)"),
    ]
  }

  @Test func `One flipped bit in any page is met by whoever reads that page`() throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.db")
    try Self.make(path)
    let sound = try Data(contentsOf: URL(filePath: path))
    let truth = try Self.readAll(path)
    var random = SplitMix64(seed: 4)
    for page in 0..<sound.count / 4096 {
      var spoilt = sound
      var bit = Int.random(in: 0..<4096 * 8, using: &random)
      while page == 0, Self.isLeftOut(bit / 8) { bit = Int.random(in: 0..<4096 * 8, using: &random) }
      spoilt[page * 4096 + bit / 8] ^= 1 << UInt8(bit % 8)
      try spoilt.write(to: URL(filePath: path))
      var read: [Int64] = []
      let error = sqliteError { () throws(SQLiteError) in read = try Self.readAll(path) }
      // Where the header itself says that there are no checksums, it is for the caller to know better.
      if error == nil, page == 0, bit / 8 == 20 {
        #expect(try !Connection(path: path, mode: .readOnly).hasChecksums())
        continue
      }
      let isMet = error?.isDamaged == true && error?.isInputOutput == false
      #expect(isMet, "page \(page), bit \(bit): \(read) for \(truth)")
    }
  }

  /// What other programs change of the first page without changing anything.
  private static func isLeftOut(_ byte: Int) -> Bool {
    [18...19, 24...27, 40...43, 92...99].contains { $0.contains(byte) }
  }

  @Test(arguments: [512, 1024, 4096])
  func `A sector, a block or a page that reads as zeros is met by whoever reads it`(length: Int) throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.db")
    try Self.make(path)
    let sound = try Data(contentsOf: URL(filePath: path))
    for page in 0..<sound.count / 4096 {
      for start in stride(from: page * 4096, to: (page + 1) * 4096, by: length) {
        guard sound[start..<start + length].contains(where: { $0 != 0 }) else { continue }
        var spoilt = sound
        spoilt.replaceSubrange(start..<start + length, with: [UInt8](repeating: 0, count: length))
        try spoilt.write(to: URL(filePath: path))
        var read: [Int64] = []
        let error = sqliteError { () throws(SQLiteError) in read = try Self.readAll(path) }
        #expect(error?.isDamaged == true, "page \(page), \(start % 4096): \(read)")
      }
    }
  }

  @Test func `A copy by another program's backup, and a log that it turned off and on, are no damage`() throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.db")
    try Self.make(path)
    let truth = try Self.readAll(path)
    try Self.python("d = sqlite3.connect(sys.argv[1] + '.copy'); c.backup(d); d.close()", path)
    #expect(try Self.readAll(path + ".copy") == truth)
    #expect(try Connection(path: path + ".copy", mode: .readOnly).findDamage(isFull: true) == [])
    try Self.python("c.execute('PRAGMA journal_mode = DELETE').fetchall()", path)
    #expect(try Self.readAll(path) == truth)
    try Self.python("c.execute('PRAGMA journal_mode = WAL').fetchall()", path)
    #expect(try Self.readAll(path) == truth)
  }

  @Test func `A page in the place of another one is met as well`() throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.db")
    try Self.make(path)
    var bytes = try Data(contentsOf: URL(filePath: path))
    let leaves = (1..<bytes.count / 4096).filter { bytes[$0 * 4096] == 13 }
    try #require(leaves.count > 2)
    bytes.replaceSubrange(
      leaves[1] * 4096..<(leaves[1] + 1) * 4096, with: bytes[leaves[0] * 4096..<(leaves[0] + 1) * 4096])
    try bytes.write(to: URL(filePath: path))
    #expect(sqliteError { () throws(SQLiteError) in _ = try Self.readAll(path) }?.isDamaged == true)
  }

  @Test func `A database without room for checksums is read and written as it is`() throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.db")
    try Self.make(path, hasChecksums: false)
    let truth = try Self.readAll(path)
    do {
      let connection = try Connection(path: path, mode: .readWrite)
      try Self.fill(connection, rows: 100)
    }
    #expect(try Self.readAll(path)[0] > truth[0])
    do {
      let connection = try Connection(path: path, mode: .readWrite)
      #expect(try connection.findDamage(isFull: true) == [])
      try connection.addChecksums()
      try connection.makeCompact()
      #expect(try connection.hasChecksums())
      #expect(try connection.findDamage(isFull: true) == [])
      // Whoever had it open all the time notices as well.
      try connection.checkpoint(.truncate)
      try Self.fill(connection, rows: 10)
      try connection.checkpoint(.truncate)
      #expect(try connection.findDamage(isFull: true) == [])
    }
    #expect(try Self.readAll(path)[0] > truth[0])
    var bytes = try Data(contentsOf: URL(filePath: path))
    #expect(bytes[20] == 8)
    bytes[bytes.count - 100] ^= 4
    try bytes.write(to: URL(filePath: path))
    #expect(sqliteError { () throws(SQLiteError) in _ = try Self.readAll(path) }?.isDamaged == true)
  }

  @Test func `A backup over a database without checksums brings them along`() throws {
    let folder = try ScratchFolder()
    try Self.make(folder.file("old.db"), hasChecksums: false, rows: 3000)
    try Self.make(folder.file("new.db"), rows: 1000)
    do {
      let old = try Connection(path: folder.file("old.db"), mode: .readWrite)
      let new = try Connection(path: folder.file("new.db"), mode: .readWrite)
      try new.backup(into: old)
      try Self.fill(old, rows: 10)
      try old.checkpoint(.truncate)
      try Self.fill(old, rows: 10)
      #expect(try old.findDamage(isFull: true) == [])
    }
    let connection = try Connection(path: folder.file("old.db"), mode: .readOnly)
    #expect(try connection.findDamage(isFull: true) == [])
    #expect(try connection.hasChecksums())
    #expect(try connection.int64("SELECT count(*) FROM t") == 1020)
  }

  /// Python's `sqlite3`, which knows of no checksums, moves the log into the file when it closes it as the last one.
  @Test func `What another program moves out of the log is no damage, what it writes is`() throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.db")
    try Self.make(path, rows: 300)
    for round in 1...20 {
      do {
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.setCheckpointOnClose(false)
        try connection.setPersistentLog(true)
        try Self.fill(connection, rows: round * 17)
        try connection.execute("UPDATE t SET b = b || 'x' WHERE a % 50 = \(round)")
      }
      try Self.python("c.execute('SELECT count(*) FROM t').fetchone()", path)
      #expect(!FileManager.default.fileExists(atPath: path + "-wal"), "Python moved it")
      let connection = try Connection(path: path, mode: .readOnly)
      #expect(try connection.findDamage(isFull: true) == [])
    }
    try FileManager.default.removeItem(atPath: path)
    try Self.make(path)
    try Self.python("c.execute('UPDATE t SET b = 1 WHERE a = 5')", path)
    #expect(sqliteError { () throws(SQLiteError) in _ = try Self.readAll(path) }?.isDamaged == true)
  }

  /// - Parameter statement: what is done with the connection `c` before it is closed.
  private static func python(_ statement: String, _ path: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    let program = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n\(statement)\nc.commit()\nc.close()"
    process.arguments = ["-c", program, path]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}

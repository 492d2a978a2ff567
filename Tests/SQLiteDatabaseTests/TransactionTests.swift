import Foundation
import SQLiteDatabase
import Synchronization
import Testing

@Suite struct TransactionTests {
  private struct Stop: Error {}

  private static func makeCounter(_ path: String, pageSize: Int = 4096) throws(SQLiteError) -> Connection {
    let connection = try Connection(path: path, mode: .create, busyTimeoutMilliseconds: 0)
    try connection.execute("PRAGMA page_size = \(pageSize); PRAGMA journal_mode = WAL")
    try connection.execute("CREATE TABLE t (i INTEGER PRIMARY KEY) STRICT")
    return connection
  }

  @Test func `A transaction keeps everything or, when it throws, nothing`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    try connection.execute("CREATE TABLE t (i INTEGER PRIMARY KEY) STRICT")
    let sum = try connection.transaction(.immediate) { () throws(SQLiteError) in
      try connection.execute("INSERT INTO t VALUES (1), (2)")
      return try connection.int64("SELECT sum(i) FROM t")
    }
    #expect(sum == 3)
    #expect(connection.isInTransaction == false)
    let error = sqliteError { () throws(SQLiteError) in
      try connection.transaction(.immediate) { () throws(SQLiteError) in
        try connection.execute("INSERT INTO t VALUES (3); INSERT INTO t VALUES (1)")
      }
    }
    #expect(error?.isConstraint == true)
    #expect(connection.isInTransaction == false)
    #expect(try connection.int64("SELECT count(*) FROM t") == 2)
  }

  @Test func `A transaction passes on an error that is not SQLite's`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    try connection.execute("CREATE TABLE t (i INTEGER PRIMARY KEY) STRICT")
    var thrown = false
    do {
      try connection.transaction(.deferred, orThrow: { $0 as any Error }) { () throws(any Error) in
        try connection.execute("INSERT INTO t VALUES (1)")
        throw Stop()
      }
    } catch is Stop {
      thrown = true
    }
    #expect(thrown)
    #expect(try connection.int64("SELECT count(*) FROM t") == 0)
  }

  @Test func `A transaction within another is refused and leaves the outer one alone`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    try connection.execute("CREATE TABLE t (i INTEGER PRIMARY KEY) STRICT")
    try connection.transaction(.immediate) { () throws(SQLiteError) in
      try connection.execute("INSERT INTO t VALUES (1)")
      let error = sqliteError { () throws(SQLiteError) in
        try connection.transaction(.immediate) { () throws(SQLiteError) in }
      }
      #expect(error != nil)
      #expect(connection.isInTransaction == true)
    }
    #expect(try connection.int64("SELECT count(*) FROM t") == 1)
  }

  @Test func `The second writer is told that the first is at it, and readers go on`() throws {
    let folder = try ScratchFolder()
    let first = try Self.makeCounter(folder.file("a.db"))
    let second = try Connection(path: folder.file("a.db"), mode: .readWrite, busyTimeoutMilliseconds: 0)
    let reader = try Connection(path: folder.file("a.db"), mode: .readOnly, busyTimeoutMilliseconds: 0)
    try first.transaction(.immediate) { () throws(SQLiteError) in
      try first.execute("INSERT INTO t VALUES (1)")
      let error = sqliteError { () throws(SQLiteError) in
        try second.transaction(.immediate) { () throws(SQLiteError) in }
      }
      #expect(error?.isBusy == true)
      #expect(try reader.int64("SELECT count(*) FROM t") == 0)
    }
    try second.transaction(.immediate) { () throws(SQLiteError) in try second.execute("INSERT INTO t VALUES (2)") }
    #expect(try reader.int64("SELECT count(*) FROM t") == 2)
    #expect(
      sqliteError { () throws(SQLiteError) in try reader.execute("INSERT INTO t VALUES (3)") }?.isReadOnly == true)
  }

  @Test func `A backup replaces the content while a reader keeps its snapshot`() throws {
    let folder = try ScratchFolder()
    let live = try Self.makeCounter(folder.file("live.db"))
    try live.execute("INSERT INTO t VALUES (1)")
    let new = try Connection(path: folder.file("new.db"), mode: .create)
    try new.execute("CREATE TABLE t (i INTEGER PRIMARY KEY) STRICT; CREATE TABLE u (s TEXT) STRICT")
    try new.execute(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i FROM n")

    let reader = try Connection(path: folder.file("live.db"), mode: .readOnly)
    try reader.transaction(.deferred) { () throws(SQLiteError) in
      #expect(try reader.int64("SELECT count(*) FROM t") == 1)
      try new.backup(into: live)
      #expect(try reader.int64("SELECT count(*) FROM t") == 1)
    }
    #expect(try reader.int64("SELECT count(*) FROM t") == 5000)
    #expect(try reader.int64("SELECT count(*) FROM u") == 0)
    #expect(try live.text("PRAGMA journal_mode") == "wal")
    #expect(try live.findDamage() == [])
  }

  @Test func `A backup against a writer gives up after its time, with nothing changed`() throws {
    let folder = try ScratchFolder()
    let live = try Self.makeCounter(folder.file("live.db"))
    try live.execute("INSERT INTO t VALUES (1)")
    let destination = try Connection(path: folder.file("live.db"), mode: .readWrite, busyTimeoutMilliseconds: 0)
    let new = try Self.makeCounter(folder.file("new.db"))
    try live.transaction(.immediate) { () throws(SQLiteError) in
      let error = sqliteError { () throws(SQLiteError) in try new.backup(into: destination, timeoutMilliseconds: 1) }
      #expect(error?.isBusy == true)
    }
    #expect(try live.int64("SELECT count(*) FROM t") == 1)
    try new.backup(into: destination)
    #expect(try live.int64("SELECT count(*) FROM t") == 0)
  }

  @Test func `A backup into a log of another page size is refused`() throws {
    let folder = try ScratchFolder()
    let live = try Self.makeCounter(folder.file("live.db"))
    let new = try Self.makeCounter(folder.file("new.db"), pageSize: 8192)
    let error = sqliteError { () throws(SQLiteError) in try new.backup(into: live) }
    #expect(error?.isReadOnly == true)
  }

  @Test func `A connection that closes without a checkpoint leaves the log, and one that may cuts it`() throws {
    let folder = try ScratchFolder()
    do {
      let connection = try Self.makeCounter(folder.file("a.db"))
      try connection.setCheckpointOnClose(false)
      try connection.execute("INSERT INTO t VALUES (1)")
    }
    #expect(folder.names == ["a.db", "a.db-shm", "a.db-wal"])
    do {
      let connection = try Connection(path: folder.file("a.db"), mode: .readWrite)
      #expect(try connection.int64("SELECT count(*) FROM t") == 1)
    }
    #expect(folder.names == ["a.db"])
  }

  @Test func `Truncated and overwritten files are recognized as damaged`() throws {
    let folder = try ScratchFolder()
    do {
      let connection = try Connection(path: folder.file("a.db"), mode: .create)
      try connection.execute("CREATE TABLE t (s TEXT) STRICT")
      try connection.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT hex(randomblob(20)) FROM n"
      )
    }
    let sound = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.file("a.db"))))
    var zeroed = sound
    zeroed.replaceSubrange(0..<100, with: repeatElement(0, count: 100))
    var scribbled = sound
    for page in 2..<(sound.count / 4096) { scribbled[page * 4096] = 0x77 }
    for bytes in [Array(sound.prefix(8192)), zeroed, scribbled, Array("not a database\n".utf8)] {
      try folder.write(bytes, to: "b.db")
      let connection = try Connection(path: folder.file("b.db"), mode: .readOnly)
      let error = sqliteError { () throws(SQLiteError) in
        let statement = try connection.prepare("SELECT s FROM t")
        while try statement.step() {}
      }
      #expect(error?.isDamaged == true)
    }
  }

  @Test func `A statement is stopped from another thread`() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    let interrupter = connection.interrupter
    let stopper = Stopper(interrupter)
    stopper.start()
    let error = sqliteError { () throws(SQLiteError) in
      try connection.execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
    }
    stopper.end()
    #expect(error?.isInterrupted == true)
  }

  /// A thread of its own: tasks share a few threads, and the statement blocks one of them.
  private final class Stopper: Sendable {
    private let interrupter: Interrupter
    private let isDone = Atomic(false)

    init(_ interrupter: Interrupter) { self.interrupter = interrupter }

    func start() {
      Thread.detachNewThread { [self] in
        // Interrupting a connection that runs nothing has no effect, so that it is repeated until it has.
        while !isDone.load(ordering: .relaxed) {
          interrupter.interrupt()
          sched_yield()
        }
      }
    }
    func end() { isDone.store(true, ordering: .relaxed) }
  }
}

package import LinuxSystem
internal import SQLiteDatabase
internal import Synchronization

/// What opening an index for writing came to.
package enum OpenOutcome: Sendable, Equatable {
  case opened
  /// There was none; it is empty.
  case created
  case migrated(from: Int)
  /// What was there could not be used; the new one is empty. The reason is a sentence for the user.
  case replaced(reason: String)
}

/// An open index.
///
/// One thread at a time may use it. A reader neither writes nor checkpoints. A writer does both only behind the gate:
/// through `write` and `checkpoint`, never through a transaction of the connection itself.
///
/// The schema is compared with that of this program when it is first read, and again whenever SQLite's counter of
/// schema changes is another one: what somebody planted meanwhile neither answers nor runs.
package struct IndexConnection: ~Copyable {
  private let writer: IndexWriter
  /// For statements; within `read` and `write` it is lent to the body.
  var connection: Connection { _read { yield writer.connection } }
  package let location: IndexLocation
  package let outcome: OpenOutcome
  /// The file in use.
  package let generation: IndexGeneration
  /// Whether the file was opened as one that nobody writes, because its log could not be created.
  package let isImmutable: Bool
  private let gate: IndexGate?
  let migrator: Migrator
  /// SQLite's counter of schema changes when the schema was last compared; -1 before that.
  private let comparedSchema: Atomic<Int64>

  init(
    _ connection: consuming Connection, location: IndexLocation, outcome: OpenOutcome, generation: IndexGeneration,
    isImmutable: Bool, gate: consuming IndexGate?, migrator: Migrator, comparedSchema: Int64 = -1
  ) {
    self.comparedSchema = Atomic(comparedSchema)
    writer = IndexWriter(connection, path: generation.path)
    self.migrator = migrator
    self.location = location
    self.outcome = outcome
    self.generation = generation
    self.isImmutable = isImmutable
    self.gate = gate
  }

  /// The path of the database file in use.
  package var path: String { generation.path }

  /// Whether this is still the index. Once it is not, its rows are those of another time: open it again.
  ///
  /// A connection does not see it by itself: the file that it has open stays readable, however damaged or replaced the
  /// one at the place may be. One system call, two for an immutable one.
  package borrowing func isCurrent() -> Bool {
    do throws(IndexError) {
      guard let status = try Files.status(location.path, followingLinks: true),
        status.isSameFile(as: generation.status)
      else { return false }
      guard isImmutable else { return true }
      return try generation.hasEmptyLog()
    } catch {
      return false
    }
  }

  /// Reads one snapshot: all statements of `body` see the same index.
  ///
  /// Short work only: a snapshot that is held keeps the log from starting over.
  borrowing func read<R>(
    _ body: (borrowing Connection) throws(SQLiteError) -> R
  ) throws(IndexError) -> R {
    try read(orThrow: { $0 }) { connection throws(IndexError) in
      do throws(SQLiteError) { return try body(connection) } catch { throw IndexError(error, path: path) }
    }
  }

  /// Reads one snapshot, for a body with errors of its own. Where one is held, it is that.
  borrowing func read<R, E: Error>(
    orThrow wrap: (IndexError) -> E, _ body: (borrowing Connection) throws(E) -> R
  ) throws(E) -> R {
    if connection.isInTransaction { return try body(connection) }
    return try connection.transaction(.deferred, orThrow: { wrap(IndexError($0, path: path)) }) { () throws(E) in
      do throws(IndexError) { try compareSchema() } catch { throw wrap(error) }
      return try body(connection)
    }
  }

  /// Lets every later ``read(_:)`` see the index as it is now, until the connection is closed.
  ///
  /// For an answer of many questions. Writers go on meanwhile, but the log cannot start over.
  package borrowing func holdSnapshot() throws(IndexError) {
    do throws(SQLiteError) { try connection.holdSnapshot() } catch { throw IndexError(error, path: path) }
    try compareSchema()
  }

  /// Makes sure that the schema is the one that the migrations make. Within a transaction.
  ///
  /// - Throws: `damaged`; `newer` or `outdated` where others have migrated the index meanwhile.
  private borrowing func compareSchema() throws(IndexError) {
    let state: Migrator.State
    do throws(SQLiteError) {
      let counter = try connection.int64("PRAGMA schema_version")
      if counter == comparedSchema.load(ordering: .relaxed) { return }
      state = try migrator.examine(connection)
      if state == .current { comparedSchema.store(counter, ordering: .relaxed) }
    } catch {
      throw IndexError(error, path: path)
    }
    if let error = IndexError(state, at: location, migrator) { throw error }
  }

  /// Writes in one transaction behind the gate: all of it or, when `body` throws, nothing.
  ///
  /// - Throws: `superseded` when the index has been replaced since it was opened; `busy` when others hold the gate or
  ///   the lock for too long.
  borrowing func write<R>(
    _ body: (borrowing Connection) throws(SQLiteError) -> R
  ) throws(IndexError) -> R {
    try write(orThrow: { $0 }) { connection throws(IndexError) in
      do throws(SQLiteError) { return try body(connection) } catch { throw IndexError(error, path: path) }
    }
  }

  /// Writes in one transaction behind the gate, for a body with errors of its own.
  ///
  /// - Parameter deadline: until when to wait for the gate and then for the lock; `nil` for the usual time for each.
  borrowing func write<R, E: Error>(
    until deadline: Deadline? = nil, orThrow wrap: (IndexError) -> E, _ body: (borrowing Connection) throws(E) -> R
  ) throws(E) -> R {
    try passGate(until: deadline, orThrow: wrap) { () throws(E) in
      guard isCurrent() else {
        throw wrap(IndexError(.superseded, "The index \(location.path) was replaced while it was in use: try again."))
      }
      if let deadline {
        do throws(SQLiteError) {
          try connection.setBusyTimeout(milliseconds: Int32(clamping: deadline.remainingMilliseconds))
        } catch {
          throw wrap(IndexError(error, path: path))
        }
      }
      defer { if deadline != nil { try? connection.setBusyTimeout(milliseconds: IndexFile.busyTimeoutMilliseconds) } }
      return try connection.transaction(.immediate, orThrow: { wrap(IndexError($0, path: path)) }) { () throws(E) in
        do throws(IndexError) { try compareSchema() } catch { throw wrap(error) }
        return try body(connection)
      }
    }
  }

  /// Writes in one transaction behind the gate by what an index can be told, for a body with errors of its own.
  ///
  /// - Parameter deadline: until when to wait for the gate and then for the lock; `nil` for the usual time for each.
  package borrowing func edit<R, E: Error>(
    until deadline: Deadline? = nil, orThrow wrap: (IndexError) -> E, _ body: (borrowing IndexWriter) throws(E) -> R
  ) throws(E) -> R {
    try write(until: deadline, orThrow: wrap) { _ throws(E) in try body(writer) }
  }

  /// What the index says of itself; `nil` for one that was never filled.
  package borrowing func state() throws(IndexError) -> CatalogState? {
    try read(orThrow: { $0 }) { _ throws(IndexError) in try writer.state() }
  }

  /// Moves the log into the file as far as readers allow, and cuts it if they allow all of it.
  ///
  /// - Returns: whether all of it was moved. It is no error that it was not: the next one goes on.
  @discardableResult
  package borrowing func checkpoint(
    waitingMilliseconds: Int32 = 250, until deadline: Deadline? = nil
  ) throws(IndexError) -> Bool {
    try passGate(until: deadline, orThrow: { $0 }) { () throws(IndexError) in
      do throws(SQLiteError) {
        return try IndexFile.checkpoint(connection, waitingMilliseconds: waitingMilliseconds)
      } catch {
        throw IndexError(error, path: path)
      }
    }
  }

  /// Takes from the files of the index what rights they give beyond those of the files that it is made from.
  ///
  /// - Returns: whether the index could be read by others before. What belongs to another user stays as it is.
  @discardableResult
  package borrowing func limitRights(to readers: Readership) -> Bool {
    IndexRights.limit(path, of: location, to: readers)
  }

  /// Empties the log after a large change: whoever opens the index first would have to read all of it again.
  ///
  /// As with every checkpoint, it is no error that others keep it from being done.
  package borrowing func emptyLogIfLarge() {
    guard let log = try? Files.status(generation.logPath, followingLinks: false), log.size > Self.largeLog else {
      return
    }
    _ = try? checkpoint(until: Deadline(milliseconds: 250))
  }

  /// Bytes of log that are worth the calls that wait for the disk.
  private static let largeLog: Int64 = 4 << 20

  private borrowing func passGate<R, E: Error>(
    until deadline: Deadline? = nil, orThrow wrap: (IndexError) -> E, _ body: () throws(E) -> R
  ) throws(E) -> R {
    switch gate {
    case .some(let gate): return try gate.pass(until: deadline, orThrow: wrap, body)
    case .none:
      throw wrap(IndexError(.internal, "The index \(path) was opened for reading, and a write was asked for."))
    }
  }
}

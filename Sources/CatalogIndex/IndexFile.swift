import LinuxSystem
internal import ManifestModel
import SQLiteDatabase

/// For what an index is opened.
package enum IndexOpenMode: Sendable {
  /// Of an index that is there and sound; nothing is created.
  case reading
  /// Creates, migrates or replaces what is there, so that there is a sound index afterwards.
  case writing
}

/// Opens indexes, and replaces them.
///
/// The index can be rebuilt from the tree, so that a damaged one is replaced by an empty one and the caller told to
/// fill it. Four things are never touched: a database of another program, a file of somebody's choice that never was an
/// index, an index of a newer program, and a file that somebody may have open.
package enum IndexFile {
  /// How long a statement waits for the locks of others, unless somebody says otherwise.
  static let busyTimeoutMilliseconds: Int32 = 10_000

  /// Opens the index.
  ///
  /// - Parameter deadline: for reading, until when to wait for others who have the file locked, also later on; `nil`
  ///   for the usual time.
  /// - Throws: `missing`, `outdated` or `damaged` for reading, which opening for writing cures; `newer` and `foreign`,
  ///   which only the user can.
  package static func open(
    _ location: IndexLocation, _ mode: IndexOpenMode, until deadline: Deadline? = nil, migrator: Migrator = .standard
  ) throws(IndexError) -> IndexConnection {
    switch mode {
    case .reading: try openForReading(location, migrator, until: deadline)
    case .writing: try openForWriting(location, migrator)
    }
  }

  // MARK: Reading

  private static func openForReading(
    _ location: IndexLocation, _ migrator: Migrator, until deadline: Deadline?
  ) throws(IndexError) -> IndexConnection {
    guard case .file(let generation) = try FoundIndex.examine(location), generation.status.size > 0 else {
      throw IndexError(.missing, "There is no index at \(location.path) yet: fill one from the tree.", .reconcile)
    }
    do throws(IndexError) {
      return try connect(location, generation, .readOnly, migrator, until: deadline)
    } catch {
      if error.code == .damaged, !generation.wasAnIndex(at: location) { throw IndexError(strangerAt: location) }
      guard [.inputOutput, .cannotWrite, .full].contains(error.code) else { throw error }
      if let obstacle = generation.obstacle() {
        guard generation.wasAnIndex(at: location) else { throw IndexError(strangerAt: location) }
        throw IndexError(damage: obstacle, at: location)
      }
      // The folder may be one where the log cannot be made. Without a log nobody writes the file, and it can be read as
      // it is; `isCurrent` notices when somebody begins. Where there is one, another program may just have made it.
      guard try generation.hasEmptyLog() else {
        return try connect(location, generation, .readOnly, migrator, until: deadline)
      }
      return try connect(location, generation, .immutable, migrator, until: deadline)
    }
  }

  private static func connect(
    _ location: IndexLocation, _ generation: IndexGeneration, _ mode: Connection.OpenMode, _ migrator: Migrator,
    until deadline: Deadline?
  ) throws(IndexError) -> IndexConnection {
    let path = generation.path
    let connection = try IndexError.wrapping(path) { () throws(SQLiteError) in
      let connection = try Connection(
        path: path, mode: mode, busyTimeoutMilliseconds: busyTimeout(until: deadline))
      try connection.setCheckpointOnClose(false)
      return connection
    }
    let (state, counter) = try IndexError.wrapping(path) { () throws(SQLiteError) in
      try connection.transaction(.deferred) { () throws(SQLiteError) in
        (try examine(connection, generation, migrator), try connection.int64("PRAGMA schema_version"))
      }
    }
    if let error = IndexError(state, at: location, migrator) { throw error }
    return IndexConnection(
      connection, location: location, outcome: .opened, generation: generation, isImmutable: mode == .immutable,
      gate: nil, migrator: migrator, comparedSchema: counter)
  }

  // MARK: Writing

  private static func openForWriting(
    _ location: IndexLocation, _ migrator: Migrator
  ) throws(IndexError) -> IndexConnection {
    if case .file(let generation) = try FoundIndex.examine(location), generation.status.size > 0,
      case .sound = try inspect(generation, location, migrator)
    {
      return try writer(location, generation, .opened, migrator)
    }
    try location.makeFolder()
    let gate = try IndexGate(location)
    return try gate.pass { () throws(IndexError) in try createOrRepair(location, migrator) }
  }

  /// Opens an index for writing only if it is there and sound, and creates, migrates and replaces nothing: for those
  /// who would add a row to it, and can as well leave that to the next reconcile.
  ///
  /// - Parameter deadline: until when to wait for others who have the file locked.
  /// - Returns: `nil` where there is no index yet, or one of an older program.
  package static func openIfSound(
    _ location: IndexLocation, until deadline: Deadline, migrator: Migrator = .standard
  ) throws(IndexError) -> IndexConnection? {
    guard case .file(let generation) = try FoundIndex.examine(location), generation.status.size > 0 else { return nil }
    switch try inspect(generation, location, migrator, until: deadline) {
    case .outdated: return nil
    case .unusable(let reason):
      throw IndexError(damage: "The index \(location.path) \(reason)")
    case .sound: return try writer(location, generation, .opened, migrator, until: deadline)
    }
  }

  /// Behind the gate.
  static func migrate(
    _ generation: IndexGeneration, from version: Int, _ location: IndexLocation, _ migrator: Migrator
  ) throws(IndexError) -> IndexConnection {
    let outcome: OpenOutcome =
      version == migrator.version ? .opened : version == 0 ? .created : .migrated(from: version)
    let index = try writer(location, generation, outcome, migrator)
    try IndexError.wrapping(generation.path) { () throws(SQLiteError) in
      try migrator.migrate(index.connection, from: version)
    }
    return index
  }

  /// Looks again, since another process may have done it meanwhile, and does what is needed. Behind the gate.
  private static func createOrRepair(
    _ location: IndexLocation, _ migrator: Migrator
  ) throws(IndexError) -> IndexConnection {
    switch try FoundIndex.examine(location) {
    case .nothing:
      return try createEmpty(location, migrator, replacing: nil)
    case .brokenLink(let target):
      return try createEmpty(location, migrator, replacing: "led to \(target), which is gone")
    case .file(let generation) where generation.status.size == 0:
      return try createEmpty(location, migrator, replacing: generation.isLinked ? "was an empty file" : nil)
    case .file(let generation):
      switch try inspect(generation, location, migrator) {
      case .sound:
        return try writer(location, generation, .opened, migrator)
      case .outdated(let version):
        return try migrate(generation, from: version, location, migrator)
      case .unusable(let reason):
        return try createEmpty(location, migrator, replacing: reason)
      }
    }
  }

  /// What can be done with a file.
  enum Condition {
    case sound
    /// Sound as far as it goes, up to this version of the schema: 0 for a database without anything in it, the newest
    /// for one that only lacks a log.
    case outdated(Int)
    /// The reason is the end of a sentence that begins with the file.
    case unusable(String)
  }

  /// Examines a file without changing a byte of it.
  ///
  /// - Parameter deadline: until when to wait for others who have it locked; `nil` for the usual time.
  /// - Throws: `newer`, `foreign`, and what keeps it from being read at all.
  static func inspect(
    _ generation: IndexGeneration, _ location: IndexLocation, _ migrator: Migrator, until deadline: Deadline? = nil
  ) throws(IndexError) -> Condition {
    let condition = try look(into: generation, location, migrator, until: deadline)
    if case .unusable = condition, !generation.wasAnIndex(at: location) { throw IndexError(strangerAt: location) }
    return condition
  }

  private static func look(
    into generation: IndexGeneration, _ location: IndexLocation, _ migrator: Migrator, until deadline: Deadline?
  ) throws(IndexError) -> Condition {
    // With a folder in the place of the shared memory, for one, SQLite reads and never writes.
    if let obstacle = generation.obstacle() { return .unusable(obstacle) }
    let state: Migrator.State
    let hasLog: Bool
    do throws(SQLiteError) {
      let connection = try Connection(
        path: generation.path, mode: .readOnly, busyTimeoutMilliseconds: busyTimeout(until: deadline))
      try connection.setCheckpointOnClose(false)
      state = try examine(connection, generation, migrator)
      hasLog = try connection.text("PRAGMA journal_mode") == "wal"
    } catch {
      if error.contradictsStatement { return .unusable("was damaged (\(error.message))") }
      throw IndexError(error, path: generation.path)
    }
    switch state {
    case .older(let version): return .outdated(version)
    case .empty: return .outdated(0)
    case .damaged(let reason): return .unusable(reason)
    case .current, .newer, .foreign:
      if let error = IndexError(state, at: location, migrator) { throw error }
      return hasLog ? .sound : .outdated(migrator.version)
    }
  }

  /// What the stamps say, and whether the file ends within a page: SQLite would take the rest of the page for zeros and
  /// answer from that without a word.
  private static func examine(
    _ connection: borrowing Connection, _ generation: IndexGeneration, _ migrator: Migrator
  ) throws(SQLiteError) -> Migrator.State {
    let state = try migrator.examine(connection)
    switch state {
    case .current, .older:
      let isWhole = generation.status.size % max(1, try connection.int64("PRAGMA page_size")) == 0
      return isWhole ? state : .damaged("ends within a page")
    case .empty, .newer, .foreign, .damaged:
      return state
    }
  }

  /// - Parameter reason: why what is there cannot be used, as the end of a sentence; `nil` where there is nothing.
  private static func createEmpty(
    _ location: IndexLocation, _ migrator: Migrator, replacing reason: String?
  ) throws(IndexError) -> IndexConnection {
    let scratch = try IndexScratch.make(in: location, migrator: migrator, pageSize: nil)
    let kept = try scratch.install(at: location, for: Readership())
    guard case .file(let generation) = try FoundIndex.examine(location) else {
      throw IndexError(.inputOutput, "The index \(location.path) vanished while it was created: try again.")
    }
    let outcome: OpenOutcome = reason.map { .replaced(reason: sentence($0, location, kept: kept)) } ?? .created
    return try writer(location, generation, outcome, migrator)
  }

  /// - Parameter kept: the name that a file at the place itself has now.
  static func sentence(_ reason: String, _ location: IndexLocation, kept: String?) -> String {
    "The index \(location.path) \(reason); it was replaced" + (kept.map { ", and kept as \($0)." } ?? ".")
  }

  /// Opens a sound file for writing.
  ///
  /// - Parameter deadline: until when to wait for others who have it locked; `nil` for the usual time.
  static func writer(
    _ location: IndexLocation, _ generation: IndexGeneration, _ outcome: OpenOutcome, _ migrator: Migrator,
    until deadline: Deadline? = nil
  ) throws(IndexError) -> IndexConnection {
    let gate = try IndexGate(location)
    do throws(SQLiteError) {
      let connection = try Connection(
        path: generation.path, mode: .readWrite, busyTimeoutMilliseconds: busyTimeout(until: deadline))
      // SQLite opens a file that it cannot write for reading, without a word.
      guard !connection.isReadOnly() else { throw SQLiteError(readOnly: "the file cannot be written") }
      try connection.setCheckpointOnClose(false)
      try connection.setPersistentLog(true)
      if try connection.text("PRAGMA journal_mode") != "wal" {
        // Only for a file that another program made or changed, and behind the gate; it waits for that program.
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
          throw SQLiteError(unusablePlace: "it cannot have a write-ahead log")
        }
      }
      // Read by now, it may say itself that programs of today cannot write it.
      guard !connection.isReadOnly() else { throw SQLiteError(damage: "its header says that it cannot be written") }
      try connection.execute("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864")
      IndexRights.align(companionsOf: generation.path)
      if deadline != nil { try connection.setBusyTimeout(milliseconds: busyTimeoutMilliseconds) }
      return IndexConnection(
        connection, location: location, outcome: outcome, generation: generation, isImmutable: false, gate: gate,
        migrator: migrator)
    } catch {
      throw IndexError(error, path: generation.path)
    }
  }

  static func busyTimeout(until deadline: Deadline?) -> Int32 {
    deadline.map { Int32(clamping: $0.remainingMilliseconds) } ?? busyTimeoutMilliseconds
  }

  /// Behind the gate.
  static func checkpoint(
    _ connection: borrowing Connection, waitingMilliseconds: Int32
  ) throws(SQLiteError) -> Bool {
    try connection.setBusyTimeout(milliseconds: waitingMilliseconds)
    defer { try? connection.setBusyTimeout(milliseconds: busyTimeoutMilliseconds) }
    return try connection.checkpoint(.truncate)
  }
}

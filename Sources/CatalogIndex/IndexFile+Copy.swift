package import LinuxSystem
internal import ManifestModel
internal import SQLiteDatabase

#if canImport(Glibc)
  import Glibc
#endif

/// A copy of an index in one file, as it is handed to another machine.
package struct IndexCopy: Sendable {
  /// What it says of the index and of its tree.
  package let state: CatalogState
  package let assetCount: Int64
  /// Who may read the file that it was made of.
  package let readers: Readership
}

extension IndexFile {
  /// Copies the index as it is, looks through the copy, and gives its bytes: one file that needs nothing beside it.
  ///
  /// Others go on meanwhile. The copy is made in the folder of the index, and removed.
  ///
  /// - Parameters:
  ///   - begin: learns what the copy is before its first bytes.
  ///   - take: gets the bytes in their order.
  /// - Throws: `missing` where there is no index, or one that was never filled; `damaged`; what `take` throws.
  package static func export(
    _ location: IndexLocation, migrator: Migrator = .standard, begin: (IndexCopy) throws -> Void,
    take: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let live = try open(location, .reading, migrator: migrator)
    try live.examineUnknownFile()
    let scratch = try copy(of: live, migrator)
    var readers = Readership()
    if let file = try Files.status(live.path, followingLinks: true) {
      readers.meet(mode: file.mode, group: file.group, isFolder: false)
    }
    let copy = try open(copy: scratch.file.path)
    try requireThisVersion(copy, scratch.file.path, migrator)
    let seen = try examine(copy, as: scratch.file.path)
    guard let state = seen.state, state.startedAt != nil else { throw IndexError.neverFilled(location) }
    try begin(IndexCopy(state: state, assetCount: seen.assetCount, readers: readers))
    try read(scratch.file.path, take)
  }

  /// Makes a scratch of a copy that an export made, to be published. What is not whole, or not of this version, is
  /// refused.
  ///
  /// - Parameters:
  ///   - path: a file of one's own choice, which stays as it is.
  ///   - learn: is told what the copy is.
  /// - Throws: `inputOutput` where it cannot be read; `foreign` with the reason where it is no index that can be taken.
  package static func makeScratch(
    of path: String, at location: IndexLocation, migrator: Migrator = .standard, learn: (IndexCopy) -> Void
  ) throws(IndexError) -> IndexScratch {
    guard let status = try Files.status(path, followingLinks: true) else {
      throw IndexError(.foreign, "There is no file \(path) to import: name one that an export made.")
    }
    // An index in use is reached by a link, and its log lies beside the file itself.
    let path = realPath(path)
    guard status.kind == .file else {
      throw IndexError(.foreign, "\(path) is no regular file: name one that an export made.")
    }
    // What stands in a log is part of the index.
    if let log = try Files.status(path + "-wal", followingLinks: true), log.size > 0 {
      throw IndexError(.foreign, "\(path) is an index in use, and not a whole one by itself: export it first.")
    }
    let source = try open(copy: path)
    let pageSize = try requireThisVersion(source, path, migrator)
    let scratch = try IndexScratch.make(in: location, migrator: migrator, pageSize: pageSize)
    do throws(SQLiteError) { try source.backup(into: scratch.connection) } catch {
      throw error.isDamaged ? refusal(path, error) : IndexError(error, path: scratch.file.path)
    }
    // Others may have put another file in its place since, or written into it: what counts is what was taken.
    try requireThisVersion(scratch.connection, path, migrator)
    let seen = try examine(scratch.connection, as: path)
    guard let state = seen.state, state.startedAt != nil else {
      throw IndexError(.foreign, "\(path) is an index that was never filled: export another one.")
    }
    var readers = Readership()
    readers.meet(mode: status.mode, group: status.group, isFolder: false)
    learn(IndexCopy(state: state, assetCount: seen.assetCount, readers: readers))
    return scratch
  }

  /// Makes a scratch of the index as it is, to be brought up to date at leisure and published.
  ///
  /// What others write into the index from then on is not in it: see ``RecordedMeanwhile``.
  package static func makeScratch(
    copying location: IndexLocation, migrator: Migrator = .standard
  ) throws(IndexError) -> IndexScratch {
    let scratch = try copy(of: open(location, .reading, migrator: migrator), migrator)
    try IndexError.wrapping(scratch.file.path) { () throws(SQLiteError) in
      guard try scratch.connection.text("PRAGMA journal_mode = OFF") == "off" else {
        throw SQLiteError(unusablePlace: "its log cannot be turned off")
      }
    }
    return scratch
  }

  /// Copies an index in use into one file beside it, which needs no other.
  private static func copy(
    of live: borrowing IndexConnection, _ migrator: Migrator
  ) throws(IndexError) -> IndexScratch {
    let pageSize = try IndexError.wrapping(live.path) { () throws(SQLiteError) in
      try live.connection.int64("PRAGMA page_size")
    }
    let scratch = try IndexScratch.make(in: live.location, migrator: migrator, pageSize: pageSize)
    do throws(SQLiteError) { try live.connection.backup(into: scratch.connection) } catch {
      throw IndexError(error, path: error.isDamaged ? live.path : scratch.file.path)
    }
    try IndexError.wrapping(scratch.file.path) { () throws(SQLiteError) in
      // It comes with the log of what it is a copy of, which would be a second file, and a folder that nobody may write
      // could not have one.
      guard try scratch.connection.text("PRAGMA journal_mode = DELETE") == "delete" else {
        throw SQLiteError(unusablePlace: "its log cannot be turned off")
      }
    }
    return scratch
  }

  private struct Seen {
    var state: CatalogState?
    var assetCount: Int64
  }

  /// Compares the schema of a copy with that of this program.
  ///
  /// - Parameter path: that of the file that it is, or was made of.
  /// - Returns: how many bytes a page of it has.
  @discardableResult
  private static func requireThisVersion(
    _ connection: borrowing Connection, _ path: String, _ migrator: Migrator
  ) throws(IndexError) -> Int64 {
    guard let status = try Files.status(path, followingLinks: true) else {
      throw IndexError(.inputOutput, "\(path) vanished while it was read: try again.")
    }
    let condition: Migrator.State
    do throws(SQLiteError) { condition = try migrator.examine(connection) } catch { throw refusal(path, error) }
    switch condition {
    case .current: break
    case .older(let version):
      throw refusal(path, "was made by an older program (schema \(version))", "export it with this version")
    case .newer(let version):
      throw refusal(path, "was made by a newer program (schema \(version))", "upgrade asset-catalog")
    case .empty, .foreign: throw refusal(path, "is no index of a catalog", "name one that an export made")
    case .damaged(let reason): throw refusal(path, "cannot be taken, for it \(reason)", "export it again")
    }
    do throws(SQLiteError) {
      let pageSize = try connection.int64("PRAGMA page_size")
      guard status.size % max(1, pageSize) == 0 else { throw SQLiteError(damage: "it ends within a page") }
      return pageSize
    } catch {
      throw refusal(path, error)
    }
  }

  /// Looks through every page of a copy, by its checksums and by SQLite's rules.
  ///
  /// - Parameter path: that of the file that it is, or was made of.
  private static func examine(_ connection: borrowing Connection, as path: String) throws(IndexError) -> Seen {
    do throws(SQLiteError) {
      if let damage = try connection.findDamage(isFull: true, limit: 1).first { throw SQLiteError(damage: damage) }
      let assets = try connection.int64("SELECT count(*) FROM asset WHERE known = 1")
      return Seen(state: try TreeRows.state(from: connection), assetCount: assets)
    } catch {
      throw refusal(path, error)
    }
  }

  /// Nobody writes it, so that its folder need not be writable.
  private static func open(copy path: String) throws(IndexError) -> Connection {
    do throws(SQLiteError) { return try Connection(path: path, mode: .immutable) } catch { throw refusal(path, error) }
  }

  private static func refusal(_ path: String, _ reason: String, _ advice: String) -> IndexError {
    IndexError(.foreign, "\(path) \(reason): \(advice).")
  }

  private static func refusal(_ path: String, _ error: SQLiteError) -> IndexError {
    if error.isNoDatabase { return refusal(path, "is no index of a catalog", "name one that an export made") }
    return error.contradictsStatement || error.isDamaged
      ? refusal(path, "is damaged (\(error.message))", "export it again") : IndexError(error, path: path)
  }

  private static func realPath(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func read(_ path: String, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw IndexError(errno: errno, path: path, action: "opened") }
    defer { close(descriptor) }
    try Descriptors.readAll(
      descriptor, inPartsOf: 1 << 20,
      failing: { IndexError(errno: $0.number, path: path, action: "read") as any Error }
    ) {
      try take($0)
      return true
    }
  }
}

package import LinuxSystem
import SQLiteDatabase

/// How a finished scratch became the index.
package enum Publication: Sendable, Equatable {
  /// The file in use has the new content; readers that are at it keep their snapshot until they are done.
  case replacedContent
  /// There was no index.
  case created
  /// The file in use could not take the content; another one is in use now, and connections to the old one are not
  /// current any more. The reason is a sentence for the user.
  case newGeneration(reason: String)
}

extension IndexFile {
  /// Makes a private, empty index with the current schema, to be filled and published.
  package static func makeScratch(
    _ location: IndexLocation, migrator: Migrator = .standard
  ) throws(IndexError) -> IndexScratch {
    try IndexScratch.make(in: location, migrator: migrator, pageSize: pageSize(location))
  }

  /// Replaces the index by a finished scratch: at any moment, and after any crash, the old one or the new one is there.
  ///
  /// 1. Where there is no index, the scratch file becomes the first generation.
  /// 2. Where there is a sound one, its content is replaced in one transaction, by SQLite's backup. A file must never
  ///    be renamed over a database that is open: its log would be replayed into the new file.
  /// 3. Where there is a damaged one, the scratch file becomes the next generation, and the link is switched to it.
  ///
  /// The caller has a last look at the scratch when nobody can write the index any more.
  ///
  /// - Throws: `newer` and `foreign`, with nothing changed.
  /// - Parameters:
  ///   - readers: who may read the files that the scratch is made from; asked when it is complete.
  ///   - deadline: until when to wait for others; `nil` for the usual time for each.
  package static func publish<E: Error>(
    _ scratch: consuming IndexScratch, at location: IndexLocation, for readers: () -> Readership = { Readership() },
    until deadline: Deadline?,
    migrator: Migrator = .standard, orThrow wrap: (IndexError) -> E,
    complete: (borrowing IndexScratch) throws(E) -> Void
  ) throws(E) -> Publication {
    let gate: IndexGate
    do throws(IndexError) {
      try location.makeFolder()
      gate = try IndexGate(location)
    } catch {
      throw wrap(error)
    }
    var waiting: IndexScratch? = scratch
    return try gate.pass(until: deadline, orThrow: wrap) { () throws(E) in
      guard let scratch = waiting.take() else {
        throw wrap(IndexError(.internal, "The new index for \(location.path) was published twice."))
      }
      try complete(scratch)
      do throws(IndexError) {
        return try replace(scratch, location, readers(), until: deadline, migrator)
      } catch {
        throw wrap(error)
      }
    }
  }

  /// Behind the gate.
  private static func replace(
    _ scratch: consuming IndexScratch, _ location: IndexLocation, _ readers: Readership, until deadline: Deadline?,
    _ migrator: Migrator
  ) throws(IndexError) -> Publication {
    let publication: Publication
    switch try replaceContent(scratch, location, readers, until: deadline, migrator) {
    case .done:
      publication = .replacedContent
    case .impossible(let reason):
      let kept = try scratch.install(at: location, for: readers)
      publication = reason.map { .newGeneration(reason: sentence($0, location, kept: kept)) } ?? .created
    }
    try location.removeRubbish(now: SystemClock.microseconds() / 1_000_000)
    return publication
  }

  private enum Replacement {
    case done
    /// The end of a sentence about the file that is there; `nil` where there is none.
    case impossible(reason: String?)
  }

  /// Does step 2, where it can be done. Behind the gate.
  private static func replaceContent(
    _ scratch: borrowing IndexScratch, _ location: IndexLocation, _ readers: Readership, until deadline: Deadline?,
    _ migrator: Migrator
  ) throws(IndexError) -> Replacement {
    let generation: IndexGeneration
    switch try FoundIndex.examine(location) {
    case .nothing: return .impossible(reason: nil)
    case .brokenLink(let target): return .impossible(reason: "led to \(target), which is gone")
    case .file(let current): generation = current
    }
    guard generation.status.size > 0 else {
      return .impossible(reason: generation.isLinked ? "was an empty file" : nil)
    }
    switch try inspect(generation, location, migrator, until: deadline) {
    case .unusable(let reason): return .impossible(reason: reason)
    // Without a log, readers and the backup would wait for each other.
    case .outdated(migrator.version) where generation.isLinked: return .impossible(reason: "had its log turned off")
    case .sound, .outdated: break
    }
    let live: IndexConnection
    do throws(IndexError) {
      live = try writer(location, generation, .opened, migrator, until: deadline)
    } catch {
      guard error.code == .damaged else { throw error }
      return .impossible(reason: "was damaged")
    }
    do throws(SQLiteError) {
      live.limitRights(to: readers)
      try scratch.remember(generation.file)
      try live.connection.setBusyTimeout(milliseconds: busyTimeout(until: deadline))
      try scratch.connection.backup(
        into: live.connection, timeoutMilliseconds: Int(busyTimeout(until: deadline)))
    } catch {
      // Read-only: the pages of the two differ in size, which a log does not allow.
      guard error.contradictsStatement || error.isReadOnly else { throw IndexError(error, path: generation.path) }
      return .impossible(reason: "could not be written over (\(error.message))")
    }
    // Not part of the step: what is in the log is published.
    _ = try? checkpoint(live.connection, waitingMilliseconds: 250)
    return .done
  }

  /// The page size of the index in use: a backup cannot change it while there is a log.
  private static func pageSize(_ location: IndexLocation) throws(IndexError) -> Int64? {
    guard case .file(let generation) = try FoundIndex.examine(location), generation.status.size > 0 else { return nil }
    do throws(SQLiteError) {
      let connection = try Connection(path: generation.path, mode: .readOnly)
      try connection.setCheckpointOnClose(false)
      guard try connection.int64("PRAGMA application_id") == Migrator.applicationID else { return nil }
      return try connection.int64("PRAGMA page_size")
    } catch {
      // Whatever it is, publishing will meet it again and say so.
      return nil
    }
  }
}

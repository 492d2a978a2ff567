import LinuxSystem

#if canImport(Glibc)
  import Glibc
#endif

/// A lock between processes, and between the tasks of one, on a file of its own that is never removed.
///
/// flock(2) belongs to the open file: every holder opens the file itself, and the lock falls with the process.
struct FileLock: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Opens the file, making it where it is missing. The lock is not taken yet.
  ///
  /// - Parameter location: the index that the lock is of.
  init(path: String, of location: IndexLocation) throws(IndexError) {
    self.path = path
    // Reading is enough for a lock, so that a user may take it on a file that another user made. Without O_CREAT, since
    // Linux may refuse that for another user's file in a folder such as /tmp (proc(5), protected_regular).
    let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    for _ in 0..<10 {
      let descriptor = open(path, flags)
      if descriptor >= 0 {
        IndexRights.narrow(descriptor, of: location)
        self.descriptor = descriptor
        return
      }
      guard errno == ENOENT else { throw IndexError(errno: errno, path: path, action: "opened") }
      if let descriptor = try IndexRights.openNew(path, .lock, of: location) {
        self.descriptor = descriptor
        return
      }
    }
    throw IndexError(.busy, "\(path) comes and goes: try again.")
  }

  /// Opens a file that is there, and makes none.
  ///
  /// - Returns: `nil` where there is none, or it may not be opened.
  init?(existing path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// - Returns: whether the lock was free.
  borrowing func tryLock() throws(IndexError) -> Bool {
    try locking { () throws(SystemError) in try ExclusiveLock.tryTake(descriptor) }
  }

  /// Waits for the lock.
  ///
  /// - Parameter deadline: `nil`: as long as it takes.
  /// - Returns: whether it was had in time.
  borrowing func lock(until deadline: Deadline?) throws(IndexError) -> Bool {
    try locking { () throws(SystemError) in
      if let deadline {
        return try ExclusiveLock.take(descriptor, longestPause: 20_000) { deadline.remainingMicroseconds }
      }
      try ExclusiveLock.take(descriptor)
      return true
    }
  }

  private borrowing func locking(_ body: () throws(SystemError) -> Bool) throws(IndexError) -> Bool {
    do throws(SystemError) { return try body() } catch {
      throw IndexError(errno: error.number, path: path, action: "locked")
    }
  }

  borrowing func unlock() { ExclusiveLock.release(descriptor) }

  /// Whether the file is still the one that the path leads to.
  borrowing func isInPlace() -> Bool {
    guard let own = try? FileStatus.of(descriptor), let named = try? FileStatus.of(path, followingLinks: false) else {
      return false
    }
    return own.isSameFile(as: named)
  }
}

/// The gate that every write transaction and every checkpoint passes, in any process.
///
/// SQLite before 3.51.3 may lose commits when a checkpoint and a writer in another process meet at the moment the log
/// starts over; with one of them at a time they cannot (sqlite.org/changes.html, 3.51.3).
package struct IndexGate: ~Copyable {
  private let lock: FileLock
  private let indexPath: String
  private let timeoutMilliseconds: Int

  package init(_ location: IndexLocation, timeoutMilliseconds: Int = 10_000) throws(IndexError) {
    lock = try FileLock(path: location.gatePath, of: location)
    indexPath = location.path
    self.timeoutMilliseconds = timeoutMilliseconds
  }

  /// Runs `body` with the gate closed behind it. It does not nest.
  ///
  /// - Parameter deadline: until when to wait; `nil` for the time that the gate was made with.
  package borrowing func pass<R: ~Copyable, E: Error>(
    until deadline: Deadline? = nil, orThrow wrap: (IndexError) -> E, _ body: () throws(E) -> R
  ) throws(E) -> R {
    do throws(IndexError) {
      guard try lock.lock(until: deadline ?? Deadline(milliseconds: timeoutMilliseconds)) else {
        throw IndexError(.busy, "The index \(indexPath) is being written by another process: try again.")
      }
    } catch {
      throw wrap(error)
    }
    defer { lock.unlock() }
    return try body()
  }

  package borrowing func pass<R: ~Copyable>(
    until deadline: Deadline? = nil, _ body: () throws(IndexError) -> R
  ) throws(IndexError) -> R {
    try pass(until: deadline, orThrow: { $0 }, body)
  }
}

/// The right to reconcile or rebuild: one process at a time, for as long as the value lives.
package struct ReconcileLock: ~Copyable {
  private let lock: FileLock

  /// After so long it is worth a word that one waits.
  private static let shortWaitMilliseconds = 2_000

  /// - Parameters:
  ///   - patience: how long to wait for another process to finish, which is spent by the wait; none left throws `busy`.
  ///   - onWait: called once before the wait begins, if there is one.
  ///   - onLongWait: called once with a sentence when the wait has lasted for two seconds.
  package init(
    _ location: IndexLocation, patience: Patience, onWait: () -> Void = {}, onLongWait: (String) -> Void = { _ in }
  ) throws(IndexError) {
    try location.makeFolder()
    let lock = try FileLock(path: location.lockPath, of: location)
    if try !lock.tryLock() {
      guard !patience.isNone else {
        throw IndexError(.busy, "Another process is bringing the index \(location.path) up to date: try again.")
      }
      onWait()
      let isHad = try patience.spend { deadline throws(IndexError) in
        let short = Deadline(milliseconds: Self.shortWaitMilliseconds)
        if try lock.lock(until: deadline.map { $0.isBefore(short) ? $0 : short } ?? short) { return true }
        if deadline?.remainingMicroseconds == 0 { return false }
        onLongWait("Another process is bringing the index \(location.path) up to date, and is waited for.")
        return try lock.lock(until: deadline)
      }
      guard isHad else {
        throw IndexError(
          .busy, "Another process has been bringing the index \(location.path) up to date for too long: try again.")
      }
    }
    self.lock = lock
  }

  /// - Parameter isWaiting: whether to wait for another process to finish, for as long as that takes.
  package init(_ location: IndexLocation, isWaiting: Bool, onWait: () -> Void = {}) throws(IndexError) {
    try self.init(location, patience: Patience(milliseconds: isWaiting ? nil : 0), onWait: onWait)
  }
}

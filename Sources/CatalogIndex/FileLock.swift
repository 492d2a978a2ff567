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

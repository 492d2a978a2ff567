internal import Glibc

/// The lock of an open file or folder, by flock(2): it holds between processes and within one, belongs to whoever
/// opened the file, and falls when the descriptor is closed or the process ends, however it ends.
package enum ExclusiveLock {
  /// - Returns: whether the lock was free, and is taken now.
  package static func tryTake(_ descriptor: Int32) throws(SystemError) -> Bool {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let number = errno
      if number == EWOULDBLOCK { return false }
      if number != EINTR { throw SystemError(number) }
    }
    return true
  }

  /// Waits as long as it takes.
  package static func take(_ descriptor: Int32) throws(SystemError) {
    while flock(descriptor, LOCK_EX) != 0 {
      if errno != EINTR { throw .latest }
    }
  }

  /// Tries again and again, with pauses that get longer.
  ///
  /// - Parameters:
  ///   - remainingMicroseconds: how long there is still time to wait; asked before each pause.
  ///   - longestPause: in microseconds.
  /// - Returns: whether the lock was had in time.
  package static func take(
    _ descriptor: Int32, longestPause: Int, while remainingMicroseconds: () -> Int
  ) throws(SystemError) -> Bool {
    var pause = 200
    while try !tryTake(descriptor) {
      let rest = remainingMicroseconds()
      guard rest > 0 else { return false }
      usleep(UInt32(min(pause, rest)))
      pause = min(pause * 2, longestPause)
    }
    return true
  }

  package static func release(_ descriptor: Int32) { flock(descriptor, LOCK_UN) }
}

/// The right to reconcile or rebuild: one process at a time, for as long as the value lives.
package struct ReconcileLock: ~Copyable {
  private let lock: FileLock

  /// After this time it is worth a word that one waits.
  private static let shortWaitMilliseconds = 2_000

  /// - Parameters:
  ///   - patience: how long to wait for another process to finish, which is spent by the wait; none left throws `busy`.
  ///   - onWait: called once before the wait begins, if there is one.
  ///   - onLongWait: called once with a sentence when the wait has lasted for two seconds.
  package init(
    _ location: IndexLocation, patience: Patience, onWait: () -> Void = {}, onLongWait: (String) -> Void = { _ in }
  ) throws(IndexError) {
    try location.makeFolder()
    try location.refuseStranger()
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

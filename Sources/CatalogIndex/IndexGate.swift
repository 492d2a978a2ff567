/// The gate that every write transaction and every checkpoint passes, in any process.
///
/// SQLite before 3.51.3 may lose commits when a checkpoint and a writer in another process meet at the moment the log
/// starts over; with one of them at a time they cannot (sqlite.org/changes.html, 3.51.3).
package struct IndexGate: ~Copyable {
  private let lock: FileLock
  private let indexPath: String
  private let timeoutMilliseconds: Int

  package init(_ location: IndexLocation, timeoutMilliseconds: Int = 10_000) throws(IndexError) {
    try location.refuseStranger()
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

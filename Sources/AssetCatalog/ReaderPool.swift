internal import CatalogIndex
internal import Synchronization

/// A few read-only connections to the index, lent to one question at a time.
///
/// A connection is opened when it is first needed, and again once the index has been replaced. It is the lowest free
/// one that is lent, so that a program with one thread keeps one page cache warm. Each may come to keep 32 MiB of
/// pages, if it is asked for all assets of a large index.
final class ReaderPool: Sendable {
  private final class Slot: Sendable {
    let reader = Mutex<IndexReader?>(nil)
  }

  /// More than the cores of most machines would only wait for each other.
  private static let size = 8

  private let locate: @Sendable () throws(IndexError) -> IndexLocation
  private let slots: [Slot]
  private let queue = Atomic<Int>(0)
  /// The file that was looked through, or needed not be: once is enough.
  private let examined = Mutex<CatalogState.File?>(nil)

  private let patienceMilliseconds: Int
  /// Whether the one connection holds a snapshot, so that it is never opened again.
  private let isHeld: Bool

  /// - Parameters:
  ///   - patienceMilliseconds: how long a statement waits for others who have the file locked.
  ///   - locate: finds the index.
  init(patienceMilliseconds: Int, _ locate: @escaping @Sendable () throws(IndexError) -> IndexLocation) {
    self.patienceMilliseconds = patienceMilliseconds
    self.locate = locate
    isHeld = false
    slots = (0..<Self.size).map { _ in Slot() }
  }

  /// One connection of its own, whose questions are all answered by the index as it is now.
  ///
  /// - Throws: what opening the index throws.
  init(holding pool: ReaderPool) throws(IndexError) {
    patienceMilliseconds = pool.patienceMilliseconds
    locate = pool.locate
    isHeld = true
    slots = [Slot()]
    try slots[0].reader.withLock { reader throws(IndexError) in
      let opened = try open()
      try opened.holdSnapshot()
      reader = IndexReader(opened)
    }
  }

  /// Runs `body` on a connection to the index as it is now.
  func read<R: Sendable>(_ body: @Sendable (borrowing IndexReader) throws(IndexError) -> R) throws(IndexError) -> R {
    for slot in slots {
      let result = try slot.reader.withLockIfAvailable { reader throws(IndexError) -> R in
        try self.run(&reader, body)
      }
      if let result { return result }
    }
    let turn = queue.wrappingAdd(1, ordering: .relaxed).newValue
    let slot = slots[Int(UInt(bitPattern: turn) % UInt(slots.count))]
    return try slot.reader.withLock { reader throws(IndexError) -> R in try self.run(&reader, body) }
  }

  private func run<R: Sendable>(
    _ reader: inout IndexReader?, _ body: @Sendable (borrowing IndexReader) throws(IndexError) -> R
  ) throws(IndexError) -> R {
    if !isHeld {
      if let open = reader.take(), open.isCurrent() {
        reader = consume open
      }
      if reader == nil { reader = IndexReader(try open()) }
    }
    do throws(IndexError) {
      return try body(reader!)
    } catch {
      // What failed on this connection need not fail on a new one.
      if !isHeld { reader = nil }
      throw error
    }
  }

  private func open() throws(IndexError) -> IndexConnection {
    let opened = try IndexFile.open(try locate(), .reading, until: Deadline(milliseconds: patienceMilliseconds))
    let file = opened.generation.file
    if examined.withLock({ $0 != file }) {
      try opened.examineUnknownFile()
      examined.withLock { $0 = file }
    }
    return opened
  }
}

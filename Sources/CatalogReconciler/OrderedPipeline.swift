internal import Dispatch
internal import Glibc
internal import Synchronization

/// Work on numbered pieces by several threads, handed on in the order of the numbers.
///
/// Threads of its own rather than tasks: the work blocks in system calls, and when caches are cold more of it should be in
/// flight than there are cores. So it begins with a few threads, and adds one whenever a piece was mostly waited for.
package enum OrderedPipeline {
  /// How many threads to use.
  package struct Threads: Sendable {
    /// How many to begin with.
    package var few: Int
    /// How many there may be where they mostly wait for the disk.
    package var many: Int

    package init(few: Int, many: Int) {
      self.few = max(1, few)
      self.many = max(1, few, many)
    }

    /// Measured on two cores: four are best on warm caches, and on cold ones 64 read five times as fast as two.
    package static let automatic = Threads(few: 4, many: 64)
    /// For tests that count calls in their order.
    package static let one = Threads(few: 1, many: 1)
  }

  /// Calls `makeWorker` once on each thread, the worker it gives once per piece, and `consume` with each result on the caller's thread.
  ///
  /// At most as many results exist at a time as there may be threads, so that memory does not grow with the number of
  /// pieces. The first error of any of the three ends the work and is thrown, after the threads have come to rest.
  package static func run<Piece: Sendable>(
    pieces: Range<Int>, threads: Threads,
    makeWorker: @escaping @Sendable () throws -> (Int) throws -> Piece,
    consume: (Piece) throws -> Void
  ) throws {
    guard !pieces.isEmpty else { return }
    let line = Line(pieces: pieces, threads: threads, makeWorker: makeWorker)
    defer { line.joinAll() }
    for _ in 0..<min(threads.few, pieces.count) { line.addThread() }
    guard line.hasThreads else {
      throw ReconcileError(.busy, "The system has no thread to spare: try again, or raise the limit on processes.")
    }
    for piece in pieces {
      do {
        try consume(try line.take(piece).get())
      } catch {
        line.stop()
        throw error
      }
      line.release()
    }
  }
}

/// The state that the threads of one pipeline share.
private final class Line<Piece: Sendable>: Sendable {
  private struct State {
    var next: Int
    var isStopped = false
    var results: [Int: Result<Piece, any Error>] = [:]
    var threads: [WorkerThread] = []
  }

  private let end: Int
  private let threads: OrderedPipeline.Threads
  private let makeWorker: @Sendable () throws -> (Int) throws -> Piece
  private let state: Mutex<State>
  /// Counts the results that may still be begun.
  private let room = DispatchSemaphore(value: 0)
  /// Signalled when the piece with the number of the slot is there.
  private let ready: [DispatchSemaphore]

  init(
    pieces: Range<Int>, threads: OrderedPipeline.Threads,
    makeWorker: @escaping @Sendable () throws -> (Int) throws -> Piece
  ) {
    end = pieces.upperBound
    self.threads = threads
    self.makeWorker = makeWorker
    state = Mutex(State(next: pieces.lowerBound))
    // A semaphore must not go with a lower count than it came with: it comes with none.
    let window = threads.many + 1
    ready = (0..<window).map { _ in DispatchSemaphore(value: 0) }
    for _ in 0..<window { room.signal() }
  }

  var hasThreads: Bool { state.withLock { !$0.threads.isEmpty } }

  /// Adds a thread if there may be one more and there is work for it; that the system refuses one is no error.
  func addThread() {
    state.withLock { state in
      guard !state.isStopped, state.next < end, state.threads.count < threads.many else { return }
      if let thread = WorkerThread({ self.work() }) { state.threads.append(thread) }
    }
  }

  private func work() {
    let worker = Result { try makeWorker() }
    while true {
      room.wait()
      let piece: Int? = state.withLock { state in
        guard !state.isStopped, state.next < end else { return nil }
        defer { state.next += 1 }
        return state.next
      }
      guard let piece else {
        // The others are to find out as well.
        room.signal()
        return
      }
      let before = ThreadUse.now
      let result = Result { try worker.get()(piece) }
      if ThreadUse.now.wasMostlyWaiting(since: before) { addThread() }
      state.withLock { $0.results[piece] = result }
      ready[piece % ready.count].signal()
    }
  }

  func take(_ piece: Int) -> Result<Piece, any Error> {
    ready[piece % ready.count].wait()
    return state.withLock { $0.results.removeValue(forKey: piece)! }
  }

  func release() {
    room.signal()
  }

  func stop() {
    state.withLock { $0.isStopped = true }
    room.signal()
  }

  /// Once the pieces are done or stopped, so that nobody adds a thread any more.
  func joinAll() {
    while let thread = state.withLock({ $0.threads.popLast() }) { thread.join() }
  }
}

/// What a thread has used of the clock and of a core, in nanoseconds, and how often it has given a core up.
private struct ThreadUse {
  var wall: Int64
  var core: Int64
  /// Times that it waited for something; a thread that waits for a core does not count here.
  var waits: Int

  static var now: ThreadUse {
    var usage = rusage()
    getrusage(ofThisThread, &usage)
    return ThreadUse(wall: read(CLOCK_MONOTONIC), core: read(CLOCK_THREAD_CPUTIME_ID), waits: usage.ru_nvcsw)
  }

  /// Whether more threads would help. They would not where the time went to others who use the cores, nor where the
  /// thread waited a few times for other threads of ours.
  func wasMostlyWaiting(since other: ThreadUse) -> Bool {
    wall - other.wall > 3 * (core - other.core) && waits - other.waits > 8
  }

  /// `RUSAGE_THREAD`, which the headers show only to those who ask for GNU's extensions.
  private static let ofThisThread: __rusage_who_t = 1

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// A thread that can be waited for.
private struct WorkerThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  init?(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      box.release()
      return nil
    }
    self.thread = thread
  }

  func join() {
    pthread_join(thread, nil)
  }
}

internal import Dispatch
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Work on numbered pieces by several threads, passed on in the order of the numbers.
///
/// Threads of its own rather than tasks: the work blocks in system calls, and when caches are cold more of it should be
/// in flight than there are cores. So it begins with a few threads, and adds one whenever a piece was mostly waited
/// for.
package enum OrderedPipeline {
  /// How many threads to use.
  package struct Threads: Sendable {
    /// How many to begin with.
    package var few: Int
    /// How many there may be where they mostly wait for the disk.
    package var many: Int
    /// How many results there may be at a time: one that takes long keeps those after it waiting.
    fileprivate var results: Int

    package init(few: Int, many: Int) {
      self.few = max(1, few)
      self.many = max(1, few, many)
      results = self.many + 1
    }

    /// For pieces of which some take much longer than others.
    fileprivate init(few: Int, many: Int, results: Int) {
      self.init(few: few, many: many)
      self.results = max(self.results, results)
    }

    /// Measured on two cores: four are best on warm caches, and on cold ones 64 read five times as fast as two.
    package static let automatic = Threads(few: 4, many: 64)
    /// Where each look is a request to another host, of which many should be under way at once.
    package static var remote: Threads { Threads(few: min(16, remoteMost), many: remoteMost) }
    /// Where besides it is known from the start that there is a request for everything.
    package static var remoteFill: Threads { Threads(few: remoteMost, many: remoteMost, results: 4 * remoteMost) }
    /// Where besides pieces come while others are worked on: each that comes brings a thread along.
    package static var remoteGrowing: Threads { Threads(few: 1, many: remoteMost, results: 4 * remoteMost) }
    /// Measured with answers that take 30 ms: 256 have twice as many as 64. Each has a connection, and may have opened
    /// the index with two files beside it; half of the descriptors are for others.
    private static var remoteMost: Int { min(256, max(2, (Descriptors.free() ?? .max) / 2 / 4)) }
  }

  /// Pieces of which nobody knows yet how many there are.
  package struct Source: Sendable {
    /// Waits for a piece, on the thread that is to work on it; `false` where there is none, and none after it.
    let hasPiece: @Sendable (Int) -> Bool
    /// Ends the waiting, whatever else may come.
    let stop: @Sendable () -> Void

    package init(hasPiece: @escaping @Sendable (Int) -> Bool, stop: @escaping @Sendable () -> Void) {
      self.hasPiece = hasPiece
      self.stop = stop
    }
  }

  /// Results that are waiting to be consumed may weigh so much together, in bytes.
  static let usualCapacity = 64 << 20

  /// Calls `makeWorker` once on each thread, the worker it gives once per piece, and `consume` with each result on the
  /// caller's thread.
  ///
  /// No more results exist at a time than there may be threads, or a few times as many, so that memory does not grow
  /// with the number of pieces. The first error of any of the three ends the work and is thrown, after the threads have
  /// come to rest.
  package static func run<Piece: Sendable>(
    pieces: Range<Int>, threads: Threads,
    makeWorker: @escaping @Sendable () throws -> (Int) throws -> Piece,
    consume: (Piece) throws -> Void
  ) throws {
    try runInParts(
      pieces: pieces, threads: threads,
      makeWorker: {
        let worker = try makeWorker()
        return { piece, _ in try worker(piece) }
      }, consume: { piece, _ in try consume(piece) })
  }

  /// The same for pieces that may be large: a worker passes on what it has of one, part by part, and gives the last
  /// part.
  ///
  /// Parts that nobody has consumed yet weigh no more than `capacity` together. A worker whose part finds no room
  /// waits, unless it is at the piece that is consumed at the time: so there is always one that goes on.
  ///
  /// - Parameters:
  ///   - pieces: with a source, no more than these.
  ///   - capacity: bytes.
  ///   - weigh: about how many bytes a part takes.
  ///   - consume: gets each part, in order, and whether it is the last of its piece.
  package static func runInParts<Part: Sendable>(
    pieces: Range<Int>, of source: Source? = nil, threads: Threads, capacity: Int = usualCapacity,
    weigh: @escaping @Sendable (Part) -> Int = { _ in 0 },
    makeWorker: @escaping @Sendable () throws -> (Int, _ passOn: (Part) throws -> Void) throws -> Part,
    consume: (Part, _ isLast: Bool) throws -> Void
  ) throws {
    guard !pieces.isEmpty else { return }
    let line = Line(
      pieces: pieces, of: source, threads: threads, capacity: capacity, weigh: weigh, makeWorker: makeWorker)
    defer { line.joinAll() }
    for _ in 0..<min(threads.few, pieces.count) { line.addThread() }
    guard line.hasThreads else {
      throw ReconcileError(.busy, "The system has no thread to spare: try again, or raise the limit on processes.")
    }
    do {
      for piece in pieces {
        var isLast = false
        while !isLast {
          guard let part = line.take(piece) else { return }
          isLast = part.isLast
          try consume(part.content.get(), isLast)
          line.release(part, of: piece)
        }
      }
    } catch {
      line.stop()
      throw error
    }
  }
}

/// Ends the work on a piece that nobody wants any more.
private struct Stopped: Error {}

/// The state that the threads of one pipeline share.
private final class Line<Content: Sendable>: Sendable {
  struct Part: Sendable {
    var content: Result<Content, any Error>
    var weight: Int
    var isLast: Bool
  }

  private struct State {
    var next: Int
    /// The first number that no piece has, as far as is known.
    var end: Int
    /// The piece that is consumed.
    var head: Int
    var isStopped = false
    /// Parts that nobody has taken yet.
    var parts: [Int: [Part]] = [:]
    /// What the parts weigh that were passed on and are not consumed yet.
    var weight = 0
    /// Of threads that wait for room.
    var waiting = WaitingThreads()
    var threads: [SystemThread] = []
  }

  private let source: OrderedPipeline.Source?
  private let threads: OrderedPipeline.Threads
  private let capacity: Int
  private let weigh: @Sendable (Content) -> Int
  private let makeWorker: @Sendable () throws -> (Int, (Content) throws -> Void) throws -> Content
  private let state: Mutex<State>
  /// Counts the results that may still be begun.
  private let room = DispatchSemaphore(value: 0)
  /// Signalled when a part of the piece with the number of the slot is there.
  private let ready: [DispatchSemaphore]

  init(
    pieces: Range<Int>, of source: OrderedPipeline.Source?, threads: OrderedPipeline.Threads, capacity: Int,
    weigh: @escaping @Sendable (Content) -> Int,
    makeWorker: @escaping @Sendable () throws -> (Int, (Content) throws -> Void) throws -> Content
  ) {
    self.source = source
    self.threads = threads
    self.capacity = capacity
    self.weigh = weigh
    self.makeWorker = makeWorker
    state = Mutex(State(next: pieces.lowerBound, end: pieces.upperBound, head: pieces.lowerBound))
    // A semaphore must not go with a lower count than it came with: it comes with none.
    let window = threads.results
    ready = (0..<window).map { _ in DispatchSemaphore(value: 0) }
    for _ in 0..<window { room.signal() }
  }

  private var isStopped: Bool { state.withLock(\.isStopped) }

  var hasThreads: Bool { state.withLock { !$0.threads.isEmpty } }

  /// Adds a thread if there may be one more and there is work for it; that the system refuses one is no error.
  func addThread() {
    state.withLock { state in
      guard !state.isStopped, state.next < state.end, state.threads.count < threads.many else { return }
      let thread = SystemThread { UnwantedWork.perform(unless: { self.isStopped }) { self.work() } }
      if let thread { state.threads.append(thread) }
    }
  }

  private func work() {
    let worker = Result { try makeWorker() }
    var isFirst = true
    while true {
      room.wait()
      let piece: Int? = state.withLock { state in
        guard !state.isStopped, state.next < state.end else { return nil }
        defer { state.next += 1 }
        return state.next
      }
      guard let piece else {
        // The others are to find out as well.
        room.signal()
        return
      }
      if let source {
        guard source.hasPiece(piece) else {
          end(at: piece)
          room.signal()
          return
        }
        // The next piece may be there as well.
        if isFirst { addThread() }
        isFirst = false
      }
      let before = ThreadUse.now
      var hasPassedOn = false
      let result = Result {
        try worker.get()(piece) { content in
          hasPassedOn = true
          guard pass(on: .success(content), of: piece, isLast: false) else { throw Stopped() }
        }
      }
      // One that passes on parts may have waited for room, which more threads would not make.
      if !hasPassedOn, ThreadUse.now.wasMostlyWaiting(since: before) { addThread() }
      _ = pass(on: result, of: piece, isLast: true)
    }
  }

  /// Notes that there is no piece of this number, for those who work and for the one who consumes.
  private func end(at piece: Int) {
    state.withLock { $0.end = min($0.end, piece) }
    ready[piece % ready.count].signal()
  }

  /// Passes on a part, once there is room for it.
  ///
  /// - Returns: whether anybody still wants it.
  private func pass(on content: Result<Content, any Error>, of piece: Int, isLast: Bool) -> Bool {
    let part = Part(content: content, weight: (try? content.get()).map(weigh) ?? 0, isLast: isLast)
    while true {
      let turn: WaitingThreads.Turn? = state.withLock { state in
        let isNext = state.head == piece && state.parts[piece, default: []].isEmpty
        if !state.isStopped, !isNext, part.weight > 0, state.weight + part.weight > capacity {
          return state.waiting.enter()
        }
        state.parts[piece, default: []].append(part)
        state.weight += part.weight
        return nil
      }
      guard let turn else { break }
      turn.wait()
    }
    ready[piece % ready.count].signal()
    return state.withLock { !$0.isStopped }
  }

  /// - Returns: `nil` where there is no such piece.
  func take(_ piece: Int) -> Part? {
    ready[piece % ready.count].wait()
    return state.withLock { state in
      piece < state.end ? state.parts[piece]!.removeFirst() : nil
    }
  }

  /// A part was consumed, so that there is room for others.
  func release(_ part: Part, of piece: Int) {
    let waiting = state.withLock { state in
      state.weight -= part.weight
      if part.isLast {
        state.parts[piece] = nil
        state.head = piece + 1
      }
      return state.waiting.takeAll()
    }
    waiting.wake()
    if part.isLast { room.signal() }
  }

  func stop() {
    let waiting = state.withLock { state in
      state.isStopped = true
      return state.waiting.takeAll()
    }
    waiting.wake()
    source?.stop()
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
    return ThreadUse(
      wall: MonotonicClock.nanoseconds(), core: MonotonicClock.nanosecondsOfThisThread(), waits: usage.ru_nvcsw)
  }

  /// Whether more threads would help. They would not where the time went to others who use the cores, nor where the
  /// thread waited a few times for other threads of ours.
  func wasMostlyWaiting(since other: ThreadUse) -> Bool {
    wall - other.wall > 3 * (core - other.core) && waits - other.waits > 8
  }

  /// `RUSAGE_THREAD`, which the headers show only to those who ask for GNU's extensions.
  private static let ofThisThread: __rusage_who_t = 1
}

import CatalogReconciler
import Dispatch
import Glibc
import LinuxSystem
import Synchronization
import Testing

@Suite("The pipeline of threads")
struct OrderedPipelineTests {
  struct Failure: Error, Equatable { var piece: Int }

  @Test("Results come in the order of their numbers", arguments: [1, 2, 7], [1, 3, 64])
  func order(few: Int, many: Int) throws {
    var seen: [Int] = []
    try OrderedPipeline.run(
      pieces: 0..<500, threads: .init(few: few, many: many), makeWorker: { { $0 * 2 } }, consume: { seen.append($0) })
    #expect(seen == (0..<500).map { $0 * 2 })
  }

  @Test("The work can begin in the middle")
  func middle() throws {
    var seen: [Int] = []
    try OrderedPipeline.run(
      pieces: 7..<40, threads: .init(few: 3, many: 3), makeWorker: { { $0 } }, consume: { seen.append($0) })
    #expect(seen == Array(7..<40))
  }

  @Test("Nothing at all is done for no pieces")
  func none() throws {
    try OrderedPipeline.run(
      pieces: 0..<0, threads: .init(few: 4, many: 4), makeWorker: { throw Failure(piece: -1) }, consume: { (_: Int) in }
    )
  }

  @Test("No more results exist at a time than the window has room for")
  func window() throws {
    let counts = Mutex((begun: 0, consumed: 0, most: 0))
    try OrderedPipeline.run(
      pieces: 0..<200, threads: .init(few: 3, many: 3),
      makeWorker: {
        { piece in
          counts.withLock {
            $0.begun += 1
            $0.most = max($0.most, $0.begun - $0.consumed)
          }
          return piece
        }
      },
      consume: { _ in counts.withLock { $0.consumed += 1 } })
    #expect(counts.withLock { $0.most } <= 6)
  }

  @Test("The first error of a worker is thrown, and later results are not consumed", arguments: [1, 4])
  func workerError(threads: Int) {
    var consumed = 0
    #expect(throws: Failure(piece: 20)) {
      try OrderedPipeline.run(
        pieces: 0..<100, threads: .init(few: threads, many: threads),
        makeWorker: {
          { piece in
            if piece == 20 { throw Failure(piece: piece) }
            return piece
          }
        },
        consume: { _ in consumed += 1 })
    }
    #expect(consumed == 20)
  }

  @Test("An error of the consumer ends the work")
  func consumerError() {
    #expect(throws: Failure(piece: 3)) {
      try OrderedPipeline.run(
        pieces: 0..<1000, threads: .init(few: 4, many: 4), makeWorker: { { $0 } },
        consume: { if $0 == 3 { throw Failure(piece: 3) } })
    }
  }

  @Test("A worker that cannot be made is an error of its first piece")
  func makeError() {
    #expect(throws: Failure(piece: -1)) {
      try OrderedPipeline.run(
        pieces: 0..<10, threads: .init(few: 2, many: 2),
        makeWorker: { () throws -> (Int) throws -> Int in throw Failure(piece: -1) }, consume: { _ in })
    }
  }

  @Test("Parts come in their order, and those that wait weigh no more than they may", arguments: [1, 2, 8])
  func parts(threads: Int) throws {
    let waiting = Mutex((weight: 0, most: 0))
    var seen: [[Int]] = []
    var ends = 0
    try OrderedPipeline.runInParts(
      pieces: 0..<60, threads: .init(few: threads, many: threads), capacity: 100, weigh: { _ in 10 },
      makeWorker: {
        { piece, passOn in
          for number in 0..<piece % 40 {
            try passOn([piece, number])
            waiting.withLock {
              $0.weight += 10
              $0.most = max($0.most, $0.weight)
            }
          }
          return [piece, -1]
        }
      },
      consume: { part, isLast in
        seen.append(part)
        #expect(isLast == (part[1] == -1))
        if isLast { ends += 1 } else { waiting.withLock { $0.weight -= 10 } }
      })
    #expect(ends == 60)
    #expect(seen == (0..<60).flatMap { piece in (0..<piece % 40).map { [piece, $0] } + [[piece, -1]] })
    // Each piece's last part is not counted here; one part may be over at the piece that is consumed.
    #expect(waiting.withLock { $0.most } <= 120)
  }

  @Test("A part that is larger than all the room there is gets through all the same", arguments: [1, 3])
  func hugePart(threads: Int) throws {
    var count = 0
    try OrderedPipeline.runInParts(
      pieces: 0..<20, threads: .init(few: threads, many: threads), capacity: 1, weigh: { _ in 1_000 },
      makeWorker: {
        { piece, passOn in
          try passOn(piece)
          return piece
        }
      }, consume: { _, _ in count += 1 })
    #expect(count == 40)
  }

  @Test("A worker that waits for room ends when the consumer fails", arguments: [1, 4])
  func consumerErrorInParts(threads: Int) {
    #expect(throws: Failure(piece: 2)) {
      try OrderedPipeline.runInParts(
        pieces: 0..<100, threads: .init(few: threads, many: threads), capacity: 10, weigh: { _ in 10 },
        makeWorker: {
          { piece, passOn in
            for _ in 0..<50 { try passOn(piece) }
            return piece
          }
        }, consume: { piece, _ in if piece == 2 { throw Failure(piece: piece) } })
    }
  }

  @Test("An error after some parts is thrown when they are consumed")
  func workerErrorInParts() {
    var seen: [Int] = []
    #expect(throws: Failure(piece: 1)) {
      try OrderedPipeline.runInParts(
        pieces: 0..<10, threads: .init(few: 2, many: 2), weigh: { _ in 1 },
        makeWorker: {
          { piece, passOn in
            try passOn(piece)
            if piece == 1 { throw Failure(piece: piece) }
            return piece
          }
        }, consume: { piece, _ in seen.append(piece) })
    }
    #expect(seen == [0, 0, 1])
  }

  /// Pieces that come one by one, and then no more.
  private final class Supply: Sendable {
    private let state = Mutex((there: 0, isEnded: false, waiting: [DispatchSemaphore]()))

    var source: OrderedPipeline.Source {
      OrderedPipeline.Source(hasPiece: { self.has($0) }, stop: { self.change { $0.isEnded = true } })
    }

    func add() { change { $0.there += 1 } }
    func end() { change { $0.isEnded = true } }

    private func change(_ body: (inout (there: Int, isEnded: Bool, waiting: [DispatchSemaphore])) -> Void) {
      let waiting = state.withLock { state in
        body(&state)
        defer { state.waiting = [] }
        return state.waiting
      }
      for turn in waiting { turn.signal() }
    }

    private func has(_ piece: Int) -> Bool {
      while true {
        let turn = DispatchSemaphore(value: 0)
        let has: Bool? = state.withLock { state in
          if piece < state.there { return true }
          if state.isEnded { return false }
          state.waiting.append(turn)
          return nil
        }
        if let has { return has }
        turn.wait()
      }
    }
  }

  @Test("Pieces that come while others are consumed are all done, in their order", arguments: [1, 3, 40])
  func growing(threads: Int) throws {
    let supply = Supply()
    supply.add()
    var seen: [Int] = []
    try OrderedPipeline.runInParts(
      pieces: 0..<Int.max, of: supply.source, threads: .init(few: 1, many: threads),
      makeWorker: { { piece, _ in piece } },
      consume: { piece, _ in
        seen.append(piece)
        // Each brings two, and those from the hundredth on none.
        if piece < 100 {
          supply.add()
          supply.add()
        }
        if piece == 150 { supply.end() }
      })
    #expect(seen == Array(0...200))
  }

  @Test("No piece at all is an end as well")
  func growingNothing() throws {
    let supply = Supply()
    supply.end()
    try OrderedPipeline.runInParts(
      pieces: 0..<Int.max, of: supply.source, threads: .init(few: 4, many: 8),
      makeWorker: { { piece, _ in piece } }, consume: { _, _ in Issue.record("There is none.") })
  }

  @Test("An error lets go those who wait for pieces", arguments: [true, false])
  func growingError(isOfWorker: Bool) {
    let supply = Supply()
    for _ in 0..<5 { supply.add() }
    #expect(throws: Failure(piece: 2)) {
      try OrderedPipeline.runInParts(
        pieces: 0..<Int.max, of: supply.source, threads: .init(few: 1, many: 16),
        makeWorker: {
          { piece, _ in
            if isOfWorker, piece == 2 { throw Failure(piece: piece) }
            return piece
          }
        }, consume: { piece, _ in if piece == 2 { throw Failure(piece: piece) } })
    }
  }

  @Test("An error lets those find out who wait for another host")
  func unwanted() {
    let waitedInVain = Mutex(0)
    #expect(throws: Failure(piece: 0)) {
      try OrderedPipeline.run(
        pieces: 0..<4, threads: .init(few: 4, many: 4),
        makeWorker: {
          { piece in
            if piece == 0 { throw Failure(piece: piece) }
            let end = MonotonicClock.nanoseconds() + 60_000_000_000
            while !UnwantedWork.isUnwanted(), MonotonicClock.nanoseconds() < end { usleep(1_000) }
            if !UnwantedWork.isUnwanted() { waitedInVain.withLock { $0 += 1 } }
            return piece
          }
        }, consume: { _ in })
    }
    #expect(waitedInVain.withLock(\.self) == 0)
    #expect(!UnwantedWork.isUnwanted())
  }
}

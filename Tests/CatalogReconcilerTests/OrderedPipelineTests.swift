import CatalogReconciler
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
}

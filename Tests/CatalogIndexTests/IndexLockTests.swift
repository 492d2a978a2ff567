import Foundation
import SQLiteDatabase
import Testing

@testable import CatalogIndex

@Suite struct IndexLockTests {
  @Test func `The gate lets one through at a time, and the next when it is free again`() throws {
    let folder = try IndexFolder()
    let first = try IndexGate(folder.location)
    let second = try IndexGate(folder.location, timeoutMilliseconds: 1)
    try first.pass { () throws(IndexError) in
      let error = indexError { () throws(IndexError) in try second.pass { () throws(IndexError) in } }
      #expect(error?.code == .busy)
      #expect(error?.message.contains(folder.location.path) == true)
    }
    #expect(try second.pass { () throws(IndexError) in 1 } == 1)
    #expect(
      indexError { () throws(IndexError) in
        try first.pass { () throws(IndexError) in throw IndexError(.full, "full") }
      }?.code == .full)
    #expect(try second.pass { () throws(IndexError) in 2 } == 2)
  }

  @Test func `A reconcile that does not wait is told that another one is running`() throws {
    let folder = try IndexFolder()
    do {
      let lock = try ReconcileLock(folder.location, isWaiting: false)
      let error = indexError { () throws(IndexError) in
        _ = try ReconcileLock(folder.location, isWaiting: false)
      }
      #expect(error?.code == .busy)
      _ = consume lock
    }
    #expect(indexError { () throws(IndexError) in _ = try ReconcileLock(folder.location, isWaiting: false) } == nil)
  }

  @Test func `A reconcile that waits says so and goes on when the other is done`() throws {
    let folder = try IndexFolder()
    let location = folder.location
    let first = Holder(try ReconcileLock(location, isWaiting: false))
    let isWaiting = DispatchSemaphore(value: 0)
    let isDone = DispatchSemaphore(value: 0)
    // A thread of its own: tasks share a few threads, and the lock blocks one of them.
    Thread.detachNewThread {
      let error = indexError { () throws(IndexError) in
        _ = try ReconcileLock(location, isWaiting: true, onWait: { isWaiting.signal() })
      }
      #expect(error == nil)
      isDone.signal()
    }
    isWaiting.wait()
    first.release()
    isDone.wait()
  }

  private final class Holder {
    private var lock: ReconcileLock?
    init(_ lock: consuming ReconcileLock) { self.lock = consume lock }
    func release() { lock = nil }
  }

  @Test func `A link in the place of a lock is not followed`() throws {
    let folder = try IndexFolder()
    try folder.link("catalog.gate", to: "elsewhere")
    #expect(indexError { () throws(IndexError) in _ = try IndexGate(folder.location) } != nil)
    #expect(folder.names == ["catalog.gate"])
  }

  @Test func `Writers in many threads neither lose a row nor meet a lock`() async throws {
    let folder = try IndexFolder()
    let location = folder.location
    let errors = try await withThrowingTaskGroup(of: IndexError?.self) { group in
      for writer in 0..<4 {
        group.addTask {
          indexError { () throws(IndexError) in
            let index = try IndexFile.open(location, .writing)
            for round in 0..<25 {
              try index.write { connection throws(SQLiteError) in
                try connection.execute(
                  "INSERT INTO problem VALUES (CAST('\(writer)/\(round)' AS BLOB), X'00', 'k', 'p', 'm', 0, NULL, NULL)"
                )
              }
              if round % 10 == 0 { try index.checkpoint() }
            }
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(errors.count { $0 != nil } == 0, "\(errors)")
    let index = try IndexFile.open(location, .reading)
    #expect(try index.rowCount() == 100)
    #expect(try index.connection.findDamage(isFull: true) == [])
    withExtendedLifetime(folder) {}
  }

  @Test func `What one wait takes of a patience is missing from the next`() throws {
    let patience = Patience(milliseconds: 30)
    try patience.spend { deadline throws(IndexError) in
      while deadline?.remainingMicroseconds != 0 { usleep(1_000) }
    }
    #expect(patience.isNone)
    #expect(patience.deadline?.remainingMicroseconds == 0)
    let endless = Patience(milliseconds: nil)
    try endless.spend { deadline throws(IndexError) in #expect(deadline == nil) }
    #expect(!endless.isNone)
  }
}

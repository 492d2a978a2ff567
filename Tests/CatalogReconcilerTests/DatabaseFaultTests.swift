import CFaultySQLite
import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import Foundation
import ManifestModel
import ManifestStore
import Testing

/// Each call that SQLite makes to the file system fails in its turn, once or from then on, in everything that uses an
/// index.
///
/// `ASSET_CATALOG_SOAK=1` tries every call; otherwise one in 23, others each day.
@Suite("When SQLite meets a fault", .serialized)
struct DatabaseFaultTests {
  /// What is done while the calls fail.
  enum Operation: String, CaseIterable, CustomTestStringConvertible {
    case create = "the first reconcile"
    case reconcile = "a reconcile of changes"
    case rebuild = "a rebuild"
    case migrate = "a reconcile of an index of an older schema"
    case replace = "a rebuild of an index that is damaged"
    case record = "a record"
    case ask = "a question"

    var testDescription: String { rawValue }
  }

  /// How the calls fail.
  enum Fault: String, CaseIterable, CustomTestStringConvertible {
    case inputOutput = "the disk does not answer"
    case full = "the disk is full"
    case busy = "another process has the lock"
    case memory = "there is no memory"

    var testDescription: String { rawValue }

    var kind: faulty_sqlite_kind {
      switch self {
      case .inputOutput: faulty_sqlite_input_output
      case .full: faulty_sqlite_full
      case .busy: faulty_sqlite_busy
      case .memory: faulty_sqlite_memory
      }
    }
  }

  @Test(
    "the tree stays, the error is one of those that are documented, and the next reconcile makes all right",
    arguments: Operation.allCases, Fault.allCases)
  func everyCallFails(operation: Operation, fault: Fault) throws {
    try #require(faulty_sqlite_install() == 0)
    let bench = try FaultBench()
    /// How many calls there are is known afterwards, and may differ a little from time to time.
    var number = 1 + FaultBench.firstCall, hits = 0
    while true {
      let isForever = fault != .busy && number % 3 == 0
      try bench.prepare(operation)
      let before = bench.files()
      faulty_sqlite_arm(bench.indexFolder, fault.kind, number, isForever ? 1 : 0)
      let outcome = bench.run(operation)
      let calls = faulty_sqlite_disarm()
      let place = "call \(number) of \(calls)\(isForever ? " and later" : "")"
      switch outcome {
      case .done: break
      case .failed(let code, let message):
        #expect(code != .internal, "\(place): \(message)")
        #expect(code != .foreign && code != .newer, "\(place): \(message)")
      case .surprised(let error): Issue.record("\(place): \(error)")
      }
      #expect(bench.files() == before, "the tree was changed: \(place)")
      try bench.heal(place)
      if calls < number {
        // Where there are few calls, the first one chosen may be beyond them.
        guard hits == 0, calls > 0 else { break }
        number = 1 + number % calls
        continue
      }
      hits += 1
      number += FaultBench.stride
    }
    // A question writes nothing, so that a full disk does not matter to it.
    #expect(hits > 0 || (operation == .ask && fault == .full))
  }
}

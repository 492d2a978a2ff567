import CatalogReconciler
import CatalogTestSupport
import Glibc
import LinuxSystem
import ManifestModel
import StoredTree
import Synchronization
import Testing

/// How a whole tree in a store of objects is read.
@Suite("Filling an index from a store of objects") struct ObjectFillTests {
  /// Lets nobody go on before enough wait, or a limit of time has passed.
  private final class Meeting: Sendable {
    private let wanted: Int
    private let state = Mutex((waiting: 0, most: 0))

    init(_ wanted: Int) { self.wanted = wanted }

    var most: Int { state.withLock { $0.most } }

    func meet() {
      state.withLock { state in
        state.waiting += 1
        state.most = max(state.most, state.waiting)
      }
      let end = MonotonicClock.nanoseconds() + 5_000_000_000
      while most < wanted, MonotonicClock.nanoseconds() < end { usleep(1_000) }
      state.withLock { $0.waiting -= 1 }
    }
  }

  @Test("asks for hundreds of objects at once, since each answer is far away")
  func breadth() throws {
    let bench = ShelfBench(shelf: ObjectShelf(pageSize: 1_000))
    for number in 0..<2_000 {
      let asset = AssetIdentifier(name: "asset \(number)", id: "a")
      try bench.put(StorageConformanceTests.manifest(asset), as: .manifest, of: asset)
    }
    let meeting = Meeting(200)
    bench.shelf.setTrouble { request in
      if case .get = request { meeting.meet() }
      return nil
    }
    let mirror = try StorageMirror(bench)
    _ = try mirror.reconciler.rebuild()
    #expect(meeting.most >= 200)
  }
}

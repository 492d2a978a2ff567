import Synchronization

/// How long the last record of a process may wait for a store once somebody asks for the end: whoever does may not wait
/// for long before he kills.
final class LastPatience: Sendable {
  private let end = Mutex<ContinuousClock.Instant?>(nil)

  func begin(_ patience: Duration) {
    end.withLock { $0 = .now + patience }
  }

  /// Whether it has begun, and is over.
  var isOver: Bool { end.withLock { $0.map { .now > $0 } ?? false } }
}

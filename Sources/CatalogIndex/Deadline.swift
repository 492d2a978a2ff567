import Synchronization

/// The end of a call's patience: all that the call waits for one after the other shares it.
package struct Deadline: Sendable {
  private let end: ContinuousClock.Instant

  /// - Parameter milliseconds: from now on.
  package init(milliseconds: Int) {
    end = .now + .milliseconds(milliseconds)
  }

  /// What is left, rounded up so that a wait for all of it does not end too soon; 0 once the end has passed.
  package var remainingMilliseconds: Int { (remainingMicroseconds + 999) / 1_000 }

  /// What is left; 0 once the end has passed.
  var remainingMicroseconds: Int {
    let (seconds, attoseconds) = (end - .now).components
    return max(0, Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000))
  }

  func isBefore(_ other: Deadline) -> Bool { end < other.end }
}

/// How long a call waits for other processes, all its waits taken together; its own work does not count.
package final class Patience: Sendable {
  private let left: Mutex<Duration?>

  /// - Parameter milliseconds: 0 to wait for nobody, `nil` for as long as another reconcile takes.
  package init(milliseconds: Int?) {
    left = Mutex(milliseconds.map { .milliseconds(max(0, $0)) })
  }

  /// Whether nobody is waited for.
  package var isNone: Bool { left.withLock { $0 == .zero } }

  /// The end of a wait that begins now; `nil` without a bound.
  package var deadline: Deadline? { milliseconds.map { Deadline(milliseconds: $0) } }

  /// What is left.
  package var milliseconds: Int? {
    left.withLock { left in
      left.map { left in
        let (seconds, attoseconds) = left.components
        return Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
      }
    }
  }

  /// Waits, and takes the time that it took from what is left.
  func spend<R>(_ wait: (Deadline?) throws(IndexError) -> R) throws(IndexError) -> R {
    let began = ContinuousClock.now
    let result = try wait(deadline)
    let spent = ContinuousClock.now - began
    left.withLock { left in left = left.map { max(.zero, $0 - spent) } }
    return result
  }
}

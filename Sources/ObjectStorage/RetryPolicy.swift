internal import Synchronization

/// How often a request is tried that gets no answer: AWS's standard mode, with full jitter.
///
/// The thread waits, so the request keeps its place: measured, a store that says "slow down" is through with the same
/// requests in less than half the time than where new ones go on meanwhile.
package struct RetryPolicy: Hashable, Sendable {
  /// How many times it is tried at most.
  package var attempts: Int
  /// How many tokens there are for tries beyond the first; each takes ``RetryQuota/cost``, and success gives them back.
  package var quota: Int

  package init(attempts: Int, quota: Int) {
    self.attempts = max(1, attempts)
    self.quota = quota
  }

  /// For work that takes its time. The quota is enough for 64 threads with ten tries each.
  package static let background = RetryPolicy(attempts: 10, quota: 5_000)

  /// The longest wait after a number of tries, in nanoseconds: doubled each time, up to 20 s.
  static func ceiling(after attempt: Int, isThrottled: Bool) -> Int64 {
    let base: Int64 = isThrottled ? 1_000_000_000 : 100_000_000
    return min(20_000_000_000, base << Int64(min(attempt - 1, 20)))
  }
}

/// What is left for tries beyond the first. Once a store is down for all, requests fail at once instead of waiting in
/// turn.
final class RetryQuota: Sendable {
  static let cost = 5

  private let capacity: Int
  private let left: Mutex<Int>

  init(_ capacity: Int) {
    self.capacity = capacity
    left = Mutex(capacity)
  }

  /// - Returns: whether there was enough.
  func take() -> Bool {
    left.withLock { left in
      guard left >= Self.cost else { return false }
      left -= Self.cost
      return true
    }
  }

  /// Gives back what a request took that succeeded in the end, or one token for one that took none.
  func giveBack(_ tries: Int) {
    left.withLock { $0 = min(capacity, $0 + max(1, tries * Self.cost)) }
  }
}

internal import LinuxSystem

/// When somebody has waited long enough, by the clock that never is set.
///
/// It goes with a request through all that is done for it: its tries, the pauses between them, and the ways to
/// credentials.
struct RequestDeadline: Hashable, Sendable {
  /// `nil` for never.
  private let end: Int64?

  private init(end: Int64?) {
    self.end = end
  }

  static let none = RequestDeadline(end: nil)

  /// - Parameter nanoseconds: from now; `nil` for never.
  init(in nanoseconds: Int64?) {
    end = nanoseconds.map { MonotonicClock.nanoseconds().addingReportingOverflow($0) }.flatMap { $1 ? nil : $0 }
  }

  /// What is left, in nanoseconds, less than 0 once it is over; `nil` for no end.
  var rest: Int64? { end.map { $0 - MonotonicClock.nanoseconds() } }

  var isOver: Bool { rest.map { $0 <= 0 } ?? false }

  /// Whether something is left after a pause of so many nanoseconds.
  func allows(pause: Int64) -> Bool { rest.map { pause < $0 } ?? true }

  /// For something that one can do without: the first half of what is left.
  var half: RequestDeadline { rest.map { RequestDeadline(in: max(0, $0) / 2) } ?? .none }

  /// Limits that end with it. At least a millisecond is left: none would be no limit.
  func limit(_ limits: inout HTTPLimits) {
    guard let rest else { return }
    limits.total = min(limits.total, max(1, Int(clamping: rest / 1_000_000)))
  }
}

/// How long to wait after a failure before an asset is due again.
package struct RetryRule: Sendable, Hashable {
  /// After the first failure, in microseconds; twice as long after each further one.
  package var first: Int64 = 300_000_000
  /// But never longer than this.
  package var max: Int64 = 21_600_000_000
  /// After this many failures in one period nobody tries again; `nil`: no end.
  package var limit: Int?

  package init(first: Int64 = 300_000_000, max: Int64 = 21_600_000_000, limit: Int? = nil) {
    self.first = first
    self.max = max
    self.limit = limit
  }

  /// The wait after a number of failures, from one on. There is no chance in it: the same question has the same answer.
  package func wait(after failures: Int) -> Int64 {
    guard failures < 63 else { return max }
    let (wait, overflow) = first.multipliedReportingOverflow(by: 1 << Int64(failures - 1))
    return overflow ? max : min(wait, max)
  }
}

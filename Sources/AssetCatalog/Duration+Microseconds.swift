extension Duration {
  /// Whole microseconds, rounded toward zero, and the nearest `Int64` where there are too many.
  package var microseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000)
    guard !isTooLong else { return seconds < 0 ? .min : .max }
    let (sum, isTooMuch) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    return isTooMuch ? (seconds < 0 ? .min : .max) : sum
  }

  /// Whole milliseconds for a call that waits: none where the duration is negative, and a day at most.
  var patienceMilliseconds: Int { Int(clamping: min(max(microseconds, 0), 86_400_000_000) / 1_000) }
}

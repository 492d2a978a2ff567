/// What the past durations of an asset's succeeded runs say about how long one may take.
///
/// Median and median absolute deviation instead of mean and standard deviation, so that one bad night does not hide the
/// next; and floors under the deviation, so that steady jobs stay quiet. Percentiles are by nearest rank, as those of
/// run histories are. All durations are milliseconds.
package struct DurationStatistics: Sendable, Equatable {
  /// How much longer than its past a run may take before it is called slow.
  package struct Tolerance: Sendable, Hashable {
    /// From this many deviations above the median on.
    package var deviations: Double
    /// And only from this many milliseconds above the median on.
    package var atLeast: Int64

    /// A tolerance; without arguments five deviations and a minute.
    package init(deviations: Double = 5, atLeast: Int64 = 60_000) {
      self.deviations = deviations
      self.atLeast = atLeast
    }
  }

  /// How many of the newest runs are looked at.
  package static let window = 30
  /// Fewer runs say nothing.
  package static let needed = 8

  /// The median, by nearest rank.
  package let median: Int64
  /// The median of the distances from the median, by nearest rank.
  package let medianDeviation: Int64
  /// The deviation that scores are counted in: `max(1.4826 · mad, 5 % of the median, 1 s)`.
  ///
  /// The factor makes the median deviation of a normal distribution its standard deviation.
  package let deviation: Double

  /// The statistics of the last 30 of some durations, oldest first; `nil` where they are fewer than 8.
  ///
  /// Negative ones are left out: they come from clocks that were set back, and are no durations.
  package init?(past: some Sequence<Int64>) {
    let sorted = past.filter { $0 >= 0 }.suffix(Self.window).sorted()
    guard sorted.count >= Self.needed else { return nil }
    let median = Self.nearestRank(of: sorted, percent: 50)
    self.median = median
    medianDeviation = Self.nearestRank(of: sorted.map { abs($0 - median) }.sorted(), percent: 50)
    deviation = max(1.4826 * Double(medianDeviation), 0.05 * Double(median), 1_000)
  }

  /// How many deviations a duration lies above the median; negative below it.
  package func score(of duration: Int64) -> Double {
    Double(max(duration, 0) - median) / deviation
  }

  /// Whether a duration is out of the ordinary: beyond the tolerance, and half as long again as the median.
  package func isSlow(_ duration: Int64, _ tolerance: Tolerance = Tolerance()) -> Bool {
    score(of: duration) >= tolerance.deviations && Double(duration) >= 1.5 * Double(median)
      && max(duration, 0) - median >= tolerance.atLeast
  }

  /// The shortest duration that is slow, and so the elapsed time from which a running run counts as overrun.
  ///
  /// `nil` where that is longer than can be counted.
  package func limit(_ tolerance: Tolerance = Tolerance()) -> Int64? {
    let excess = max(tolerance.deviations * deviation, 0.5 * Double(median), Double(tolerance.atLeast))
    let estimate = (Double(median) + excess).rounded(.up)
    guard estimate < 0x1p62 else { return nil }
    // The sum is rounded otherwise than the comparisons are; they decide.
    var limit = Int64(estimate)
    while isSlow(limit - 1, tolerance) { limit -= 1 }
    while !isSlow(limit, tolerance) { limit += 1 }
    return limit
  }

  /// The elapsed time from which a running run counts as overrun, given the durations of the succeeded runs before it,
  /// oldest first; `nil` where they are fewer than 8.
  package static func overrunLimit(past: some Sequence<Int64>, _ tolerance: Tolerance = Tolerance()) -> Int64? {
    DurationStatistics(past: past)?.limit(tolerance)
  }

  /// What a run usually takes: the median of the last 30 durations, oldest first; `nil` where there is none.
  package static func typical(past: some Sequence<Int64>) -> Int64? {
    let sorted = past.filter { $0 >= 0 }.suffix(window).sorted()
    return sorted.isEmpty ? nil : nearestRank(of: sorted, percent: 50)
  }

  /// The smallest of the values, sorted and not empty, that at least this many percent of them do not exceed.
  package static func nearestRank(of sorted: [Int64], percent: Int) -> Int64 {
    sorted[(sorted.count * percent + 99) / 100 - 1]
  }
}

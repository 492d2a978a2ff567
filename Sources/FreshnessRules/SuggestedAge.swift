/// The maximum ages that the past of some assets suggests.
package enum SuggestedAge {
  /// How many of the last intervals between materializations are looked at.
  package static let window = 30
  /// Fewer say nothing.
  package static let needed = 8
  /// What differs by more than this from the others of its group gets a rule of its own.
  package static let tolerance = 1.5

  /// Ages that people write, in microseconds: 15m 30m 1h 90m 2h 3h 4h 6h 8h 12h 26h 50h 8d 32d.
  static let steps: [Int64] = [15, 30, 60, 90, 120, 180, 240, 360, 480, 720, 1_560, 3_000, 11_520, 46_080]
    .map { $0 * 60_000_000 }

  /// How long an asset may be left alone by its past, in microseconds: the larger of 1.25 times the 95th percentile of
  /// its intervals and 1.5 times their median.
  ///
  /// - Parameter times: When it materialized, in microseconds, in any order.
  /// - Returns: `nil` where there are fewer than 8 intervals.
  package static func need(_ times: [Int64]) -> Int64? {
    let inOrder = times.sorted()
    let intervals = zip(inOrder.dropFirst(), inOrder).map { $0 - $1 }.filter { $0 > 0 }.suffix(window).sorted()
    guard intervals.count >= needed else { return nil }
    let p95 = DurationStatistics.nearestRank(of: intervals, percent: 95)
    let median = DurationStatistics.nearestRank(of: intervals, percent: 50)
    return Int64(max(1.25 * Double(p95), 1.5 * Double(median)).rounded(.up))
  }

  /// The age that people would write for a need: the next step, or whole days above the last.
  package static func age(_ need: Int64) -> Int64 {
    let day: Int64 = 86_400_000_000
    return steps.first { $0 >= need } ?? (need / day + 1) * day
  }

  /// The need of a group: the median of those of its assets, by nearest rank.
  package static func need(ofGroup needs: [Int64]) -> Int64 {
    DurationStatistics.nearestRank(of: needs.sorted(), percent: 50)
  }

  /// Whether an asset is too unlike its group to share a rule with it.
  package static func differs(_ need: Int64, from group: Int64) -> Bool {
    Double(need) > tolerance * Double(group) || Double(group) > tolerance * Double(need)
  }
}

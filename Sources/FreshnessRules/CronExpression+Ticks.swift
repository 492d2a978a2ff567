internal import ManifestModel

/// From wall time to ticks: what happens where clocks change.
///
/// The rule is that of `cron(8)` in Debian's cron 3.0pl1: a schedule that follows the clock ticks at every real minute
/// whose wall time matches, so never in a gap and twice in a fold. Any other ticks once for each wall time: in a fold
/// at the first of both; in a gap shorter than three hours at the first instant after it; in a longer one, which is no
/// change of clocks but of calendars, not at all. Ticks at one instant are one.
extension CronExpression {
  /// Gaps from this length on are not made up for.
  static let longestGap: Int64 = 3 * 3_600
  /// No two ticks are further apart: the calendar repeats, and ``init(_:)`` has found a date.
  private static let horizon: Int64 = 401 * 366 * 86_400

  /// The wall time that a stretch answers for, in seconds.
  private func firstWall(of index: Int, in zone: TimeZoneFile) -> Int64 {
    let stretch = zone.stretches[index]
    guard index > 0 else { return .min }
    let before = zone.stretches[index - 1].offset
    let isOwn = followsClock || stretch.offset - before >= Self.longestGap
    // In a gap this begins before the clock does, in a fold after it.
    return stretch.start + (isOwn ? stretch.offset : before)
  }

  private func wallEnd(of index: Int, in zone: TimeZoneFile) -> Int64 {
    zone.end(of: index).saturatingAdd(zone.stretches[index].offset)
  }

  /// The whole minutes in a range of seconds that is not empty.
  private static func minutes(_ low: Int64, _ high: Int64) -> Range<Int64> {
    (low + 59).flooredQuotient(60)..<(high + 59).flooredQuotient(60)
  }

  /// The first tick strictly after a second; `nil` only beyond what can be counted.
  package func next(after second: Int64, in zone: TimeZoneFile) -> Int64? {
    guard second.magnitude < 1 << 40 else { return nil }
    var index = zone.index(at: second)
    let limit = second + Self.horizon
    while index < zone.stretches.count {
      let stretch = zone.stretches[index]
      guard index == 0 || stretch.start <= limit else { return nil }
      var low = firstWall(of: index, in: zone)
      if stretch.start <= second { low = max(low, second + stretch.offset + 1) }
      let high = min(wallEnd(of: index, in: zone), limit)
      if low < high {
        if let minute = firstMinute(in: Self.minutes(low, high)) {
          return max(stretch.start, minute * 60 - stretch.offset)
        }
      }
      index += 1
    }
    return nil
  }

  /// The last tick at or before a second; `nil` only beyond what can be counted.
  package func last(through second: Int64, in zone: TimeZoneFile) -> Int64? {
    guard second.magnitude < 1 << 40 else { return nil }
    var index = zone.index(at: second)
    let limit = second - Self.horizon
    while index >= 0 {
      let stretch = zone.stretches[index]
      let high = min(wallEnd(of: index, in: zone), second + stretch.offset + 1)
      let low = max(firstWall(of: index, in: zone), limit)
      if low < high {
        if let minute = lastMinute(in: Self.minutes(low, high)) {
          return max(stretch.start, minute * 60 - stretch.offset)
        }
      }
      guard stretch.start > limit else { return nil }
      index -= 1
    }
    return nil
  }
}

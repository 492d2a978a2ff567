package import ManifestModel

/// The ticks of a demand: the union of some lines of cron in one zone, without those on excepted dates.
package struct CronSchedule: Sendable {
  package let expressions: [CronExpression]
  package let zone: TimeZoneFile
  /// Dates on the wall whose ticks do not exist, in days since 1970-01-01.
  package let exceptions: Set<Int64>

  /// A schedule of at least one line.
  package init(_ expressions: [CronExpression], zone: TimeZoneFile, exceptions: Set<Int64> = []) {
    self.expressions = expressions
    self.zone = zone
    self.exceptions = exceptions
  }

  /// The first tick strictly after a moment; `nil` only beyond what can be counted.
  package func next(after moment: Timestamp) -> Timestamp? {
    // Ticks are whole seconds.
    var second = moment.microseconds.flooredQuotient(1_000_000)
    while true {
      guard let tick = expressions.compactMap({ $0.next(after: second, in: zone) }).min() else { return nil }
      guard let day = exceptedDay(at: tick) else { return Timestamp(microseconds: tick * 1_000_000) }
      // The rest of that day holds no tick either, up to where clocks change.
      let index = zone.index(at: tick)
      let endOfDay = (day + 1) * 86_400 - zone.stretches[index].offset
      second = max(tick, min(endOfDay, zone.end(of: index)) - 1)
    }
  }

  /// The last tick at or before a moment; `nil` only beyond what can be counted.
  package func last(through moment: Timestamp) -> Timestamp? {
    var second = moment.microseconds.flooredQuotient(1_000_000)
    while true {
      guard let tick = expressions.compactMap({ $0.last(through: second, in: zone) }).max() else { return nil }
      guard let day = exceptedDay(at: tick) else { return Timestamp(microseconds: tick * 1_000_000) }
      let index = zone.index(at: tick)
      let startOfDay = day * 86_400 - zone.stretches[index].offset
      second = min(tick, max(startOfDay, zone.stretches[index].start)) - 1
    }
  }

  private func exceptedDay(at second: Int64) -> Int64? {
    guard !exceptions.isEmpty else { return nil }
    let day = zone.day(at: second)
    return exceptions.contains(day) ? day : nil
  }
}

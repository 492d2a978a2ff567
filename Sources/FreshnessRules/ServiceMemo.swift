package import ManifestModel

/// The ticks of a demand whose deadlines fall into a time, found once for all its assets.
package struct ServiceMemo: Sendable {
  /// More are not held.
  private static let mostTicks = 500_000

  /// In their order; `nil` where they are too many to hold.
  let ticks: [Timestamp]?
  /// There is no tick between this and the first of them.
  private let from: Timestamp
  private let schedule: CronSchedule

  /// The ticks with deadlines after one moment and before another; `nil` without a deadline.
  package init?(_ demand: Demand, from: Timestamp, to end: Timestamp) {
    guard let deadline = demand.deadline else { return nil }
    schedule = deadline.schedule
    // After `from - grace` is the same as a deadline after `from`.
    self.from = from.subtracting(deadline.grace)
    var ticks: [Timestamp] = []
    var moment = self.from
    while let tick = schedule.next(after: moment), tick.adding(deadline.grace) < end {
      guard ticks.count < Self.mostTicks else {
        self.ticks = nil
        return
      }
      ticks.append(tick)
      moment = tick
    }
    self.ticks = ticks
  }

  /// How many ticks are held, as a measure of memory.
  package var count: Int { ticks?.count ?? 0 }

  func next(after moment: Timestamp) -> Timestamp? {
    if moment >= from, let ticks {
      let place = ticks.prefixLength { $0 <= moment }
      if place < ticks.count { return ticks[place] }
    }
    return schedule.next(after: moment)
  }
}

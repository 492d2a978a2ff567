package import ManifestModel

/// Remembers the last stretch between two ticks of one schedule.
///
/// Assets of one rule mostly wait for the same tick, so that most of their questions have the answer of the one before.
package struct TickMemo: Sendable {
  private let schedule: CronSchedule
  /// There is no tick after `from` and before `tick`.
  private var from = Timestamp.latest
  private var tick: Timestamp?
  /// How often a tick was looked for, for tests.
  package private(set) var lookups = 0

  package init(_ schedule: CronSchedule) {
    self.schedule = schedule
  }

  /// The first tick strictly after a moment, as the schedule has it.
  package mutating func next(after moment: Timestamp) -> Timestamp? {
    if let tick, from <= moment, moment < tick { return tick }
    lookups += 1
    let found = schedule.next(after: moment)
    if let tick, found == tick {
      // An earlier moment with the same answer.
      from = min(from, moment)
    } else {
      from = moment
      tick = found
    }
    return found
  }
}

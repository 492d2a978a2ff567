import ArgumentParser
import FreshnessRules
import ManifestModel

/// One tick of a cron line.
struct TickRow: Sendable {
  let tick: Timestamp
  /// On the wall, with the offset.
  let local: String
  /// Microseconds since the tick before; `nil` for the first.
  let gap: Int64?
  let note: TickNote?

  init(_ tick: Timestamp, _ schedule: CronSchedule, after last: Timestamp?) {
    self.tick = tick
    local = schedule.zone.text(of: tick)
    gap = last.map { tick.microseconds - $0.microseconds }
    note = schedule.note(at: tick.microseconds / 1_000_000)
  }

  /// What a change of clocks did to it, in words.
  var words: String? {
    switch note {
    case nil: nil
    case .moved: "moved: clocks skip its time"
    case .first: "the first of two such times"
    case .again: "the same time again"
    }
  }
}

/// What a change of clocks did to a tick.
package enum TickNote: String, Sendable {
  /// Clocks skip its wall time, and it comes at the first instant after the gap.
  case moved
  /// Its wall time comes twice, and this is the first.
  case first
  /// Its wall time comes twice, and this is the second.
  case again
}

extension CronSchedule {
  /// What a change of clocks did to a tick of this schedule, in seconds since 1970; `nil` for most.
  package func note(at tick: Int64) -> TickNote? {
    let index = zone.index(at: tick)
    let stretch = zone.stretches[index]
    let wall = tick + stretch.offset
    let minute = wall.flooredQuotient(60)
    if tick == stretch.start, !expressions.contains(where: { $0.firstMinute(in: minute..<minute + 1) != nil }) {
      return .moved
    }
    if index > 0, zone.stretches[index - 1].offset + stretch.start > wall { return .again }
    if index + 1 < zone.stretches.count {
      let next = zone.stretches[index + 1]
      if next.start + next.offset <= wall { return .first }
    }
    return nil
  }
}

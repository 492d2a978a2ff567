/// How far a time that somebody else's clock gave may lie ahead of ours and still be taken for true.
package enum ClockTolerance {
  /// Five minutes, in microseconds.
  package static let microseconds: Int64 = 300_000_000

  /// The latest time that is not ahead of a clock.
  package static func latest(_ clock: Int64) -> Int64 {
    clock.saturatingAdd(microseconds)
  }

  /// Whether a time lies so far ahead of a clock that it proves nothing.
  package static func isAhead(_ time: Int64, of clock: Int64) -> Bool { time > latest(clock) }
}

package import ManifestModel

/// A time zone: how far its wall time lies from UTC, and since when.
///
/// The rules come from the system's zone files and not from Foundation, whose own are frozen in the toolchain and
/// missing in a static binary. All times are whole seconds since 1970-01-01T00:00:00Z; a second of wall time counts
/// from 1970-01-01T00:00:00 on the wall.
package struct TimeZoneFile: Sendable {
  /// A time in which the offset stays the same. It ends where the next one begins.
  package struct Stretch: Sendable, Hashable {
    /// Its first second; `Int64.min` for the first stretch of a zone.
    package let start: Int64
    /// Seconds that the wall time is ahead of UTC; negative west of Greenwich.
    package let offset: Int64

    package init(start: Int64, offset: Int64) {
      self.start = start
      self.offset = offset
    }
  }

  /// The IANA name, such as `Europe/London`.
  package let name: String
  /// In their order; never empty, and neighbours have different offsets.
  package let stretches: [Stretch]

  /// UTC, which needs no file.
  package static let utc = TimeZoneFile(name: "UTC", changes: [], initialOffset: 0)

  /// A zone from its changes, in their order; of several at one second the last counts, and those that change nothing
  /// are left out.
  init(name: String, changes: [Stretch], initialOffset: Int64) {
    var stretches = [Stretch(start: .min, offset: initialOffset)]
    for change in changes {
      if change.start <= stretches[stretches.count - 1].start { stretches.removeLast() }
      if stretches.last?.offset != change.offset { stretches.append(change) }
    }
    self.name = name
    self.stretches = stretches
  }

  /// The index of the stretch that a second lies in.
  package func index(at second: Int64) -> Int {
    // The first stretch begins before everything.
    var low = 0
    var high = stretches.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if stretches[middle].start <= second { low = middle } else { high = middle }
    }
    return low
  }

  /// The first second after a stretch; `Int64.max` for the last.
  package func end(of index: Int) -> Int64 {
    index + 1 < stretches.count ? stretches[index + 1].start : .max
  }

  /// The seconds that wall time is ahead of UTC at a second.
  package func offset(at second: Int64) -> Int64 {
    stretches[index(at: second)].offset
  }

  /// The date on the wall at a second, in days since 1970-01-01.
  package func day(at second: Int64) -> Int64 {
    (second + offset(at: second)).flooredQuotient(86_400)
  }

  /// The first second whose date on the wall is this day or, where clocks left the day out, a later one.
  ///
  /// That is midnight, unless clocks change there.
  package func firstSecond(ofDay day: Int64) -> Int64 {
    let midnight = day * 86_400
    // No zone is a day or more away from UTC.
    var index = index(at: midnight - 2 * 86_400)
    while true {
      let second = max(stretches[index].start, midnight - stretches[index].offset)
      if second < end(of: index) { return second }
      index += 1
    }
  }

  /// A moment as the clock on the wall shows it, with the offset: `2026-10-25T01:30:00+00:00`.
  package func text(of moment: Timestamp) -> String {
    let offset = offset(at: moment.microseconds.flooredQuotient(1_000_000))
    let local = Timestamp(microseconds: moment.microseconds + offset * 1_000_000).description.dropLast()
    func digits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let size = abs(offset)
    let seconds = size % 60 == 0 ? "" : ":" + digits(size % 60)
    return "\(local)\(offset < 0 ? "-" : "+")\(digits(size / 3_600)):\(digits(size / 60 % 60))\(seconds)"
  }
}

extension Int64 {
  /// The quotient rounded towards minus infinity; the divisor is positive.
  @inline(__always)
  func flooredQuotient(_ divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return quotient * divisor > self ? quotient - 1 : quotient
  }
}

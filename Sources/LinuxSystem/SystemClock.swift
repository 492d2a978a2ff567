internal import Glibc

/// The clock on the wall. It may be set, forwards and back.
package enum SystemClock {
  /// Nanoseconds since 1970-01-01T00:00:00Z.
  package static func nanoseconds() -> Int64 { read(CLOCK_REALTIME) }

  /// Microseconds since 1970-01-01T00:00:00Z.
  package static func microseconds() -> Int64 {
    let (quotient, remainder) = nanoseconds().quotientAndRemainder(dividingBy: 1000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}

/// Clocks for durations, which nobody sets, in nanoseconds from a beginning that means nothing.
package enum MonotonicClock {
  package static func nanoseconds() -> Int64 { SystemClock.read(CLOCK_MONOTONIC) }

  /// How long this thread has had a core.
  package static func nanosecondsOfThisThread() -> Int64 { SystemClock.read(CLOCK_THREAD_CPUTIME_ID) }
}

internal import Glibc
internal import LinuxSystem

/// What the client takes from the world around it; tests choose it.
package struct StorageEnvironment: Sendable {
  /// A variable of the process; an empty one counts as missing.
  package var variable: @Sendable (String) -> String?
  /// Nanoseconds since 1970-01-01T00:00:00Z.
  package var now: @Sendable () -> Int64
  /// Waits this many nanoseconds, or until the program was told to stop.
  package var sleep: @Sendable (_ nanoseconds: Int64, _ isInterrupted: @Sendable () -> Bool) -> Void
  /// From 0 up to, but without, 1.
  package var random: @Sendable () -> Double
  /// Whether the program was told to stop, or the work of this thread is of no use any more.
  package var isInterrupted: @Sendable () -> Bool
  package var limits = HTTPLimits()

  /// That of this process.
  package static func process(isInterrupted: @escaping @Sendable () -> Bool = { false }) -> StorageEnvironment {
    StorageEnvironment(
      variable: { name in getenv(name).map { String(cString: $0) } },
      now: SystemClock.nanoseconds,
      sleep: { nanoseconds, isInterrupted in
        let end = MonotonicClock.nanoseconds() + nanoseconds
        while !isInterrupted() {
          let rest = end - MonotonicClock.nanoseconds()
          guard rest > 0 else { return }
          usleep(UInt32(min(rest, 50_000_000) / 1_000 + 1))
        }
      },
      random: { Double.random(in: 0..<1) },
      isInterrupted: isInterrupted)
  }

  package init(
    variable: @escaping @Sendable (String) -> String?, now: @escaping @Sendable () -> Int64,
    sleep: @escaping @Sendable (_ nanoseconds: Int64, _ isInterrupted: @Sendable () -> Bool) -> Void,
    random: @escaping @Sendable () -> Double, isInterrupted: @escaping @Sendable () -> Bool
  ) {
    self.variable = variable
    self.now = now
    self.sleep = sleep
    self.random = random
    self.isInterrupted = { isInterrupted() || UnwantedWork.isUnwanted() }
  }

  /// Seconds since 1970-01-01T00:00:00Z.
  var seconds: Int64 { now() / 1_000_000_000 }

  /// The first of some variables that is set.
  func first(_ names: String...) -> String? {
    for name in names {
      if let value = variable(name), !value.isEmpty { return value }
    }
    return nil
  }

  func pause(_ nanoseconds: Int64) throws(ObjectError) {
    sleep(nanoseconds, isInterrupted)
    guard !isInterrupted() else { throw ObjectError(.interrupted, "The program was told to stop.") }
  }
}

/// The end of a call's patience: all that the call waits for one after the other shares it.
package struct Deadline: Sendable {
  private let end: ContinuousClock.Instant

  /// - Parameter milliseconds: from now on.
  package init(milliseconds: Int) {
    end = .now + .milliseconds(milliseconds)
  }

  /// What is left, rounded up so that a wait for all of it does not end too soon; 0 once the end has passed.
  package var remainingMilliseconds: Int { (remainingMicroseconds + 999) / 1_000 }

  /// What is left; 0 once the end has passed.
  var remainingMicroseconds: Int {
    let (seconds, attoseconds) = (end - .now).components
    return max(0, Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000))
  }
}

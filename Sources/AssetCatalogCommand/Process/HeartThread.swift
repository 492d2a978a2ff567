import AssetCatalog
import Glibc
import LinuxSystem

/// Records on a thread of its own that the run is alive.
///
/// Dispatch is not used here: where no thread is to be had it waits for one, and a command must run all the same.
final class HeartThread: Sendable {
  private let heart: Heart
  private let wake: (reading: Int32, writing: Int32)

  private init(_ heart: Heart, _ wake: (reading: Int32, writing: Int32)) {
    self.heart = heart
    self.wake = wake
  }

  deinit {
    close(wake.reading)
    close(wake.writing)
  }

  /// `nil` where there is no heart, no pipe or no thread.
  static func started(_ heart: Heart?) -> HeartThread? {
    guard let heart, let wake = PipeEnds.make() else { return nil }
    let thread = HeartThread(heart, wake)
    return SystemThread.detach { thread.run() } ? thread : nil
  }

  /// Ends the beats; one that is under way is not waited for.
  func stop() {
    heart.stop()
    var byte: UInt8 = 0
    _ = write(wake.writing, &byte, 1)
  }

  private func run() {
    var due = ContinuousClock.now + heart.interval
    while true {
      // A day at most: poll(2) counts milliseconds in 31 bits.
      let left = min(max(ContinuousClock.now.duration(to: due), .zero), .seconds(86_400))
      var waiting = pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, Int32(left / .milliseconds(1)) + 1) > 0 { return }
      guard ContinuousClock.now >= due else { continue }
      heart.beat()
      due = ContinuousClock.now + heart.interval
    }
  }
}

import AssetCatalog
import Glibc

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
    return DetachedThread.start(thread) { $0.run() } ? thread : nil
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

/// Threads that nobody waits for.
enum DetachedThread {
  private final class Work {
    let body: () -> Void

    init(_ body: @escaping () -> Void) {
      self.body = body
    }
  }

  /// - Returns: whether there was a thread to be had.
  static func start<Owner: Sendable>(_ owner: Owner, _ body: @escaping @Sendable (Owner) -> Void) -> Bool {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work { body(owner) })
    let number = pthread_create(
      &thread, nil,
      { work in
        if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    guard number == 0 else {
      work.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}

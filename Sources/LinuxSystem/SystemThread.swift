internal import Glibc

/// A thread of the system, for what blocks: Swift's own threads are few, and Dispatch waits where none is to be had.
package struct SystemThread: Sendable {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// pthread_t is a number on Linux; no thread of ours is waited for twice.
  private let thread: pthread_t

  /// Starts a thread that has to be waited for.
  ///
  /// - Returns: `nil` where no thread is to be had.
  package init?(_ body: @escaping @Sendable () -> Void) {
    guard let thread = Self.start(nil, body) else { return nil }
    self.thread = thread
  }

  /// Waits for the thread to end. Once only.
  package func join() { pthread_join(thread, nil) }

  /// Starts a thread that nobody waits for.
  ///
  /// - Parameter stackBytes: the size of its stack; `nil` for the usual one.
  /// - Returns: whether a thread was to be had.
  package static func detach(stackBytes: Int? = nil, _ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return false }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    if let stackBytes { pthread_attr_setstacksize(&attributes, stackBytes) }
    return start(&attributes, body) != nil
  }

  private static func start(
    _ attributes: UnsafePointer<pthread_attr_t>?, _ body: @escaping @Sendable () -> Void
  ) -> pthread_t? {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let number = pthread_create(
      &thread, attributes,
      { work in
        if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    guard number == 0 else {
      work.release()
      return nil
    }
    return thread
  }
}

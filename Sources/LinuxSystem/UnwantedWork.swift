internal import Glibc

/// Lets those who wait for another host find out that nobody wants what they wait for.
package enum UnwantedWork {
  private final class Question: Sendable {
    let isUnwanted: @Sendable () -> Bool
    init(_ isUnwanted: @escaping @Sendable () -> Bool) { self.isUnwanted = isUnwanted }
  }

  /// Where each thread has the question of its own work. Values local to tasks would do the same, but a release build
  /// of Swift 6.3 crashes where they are bound on a thread that runs no task.
  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    return pthread_key_create(&key, nil) == 0 ? key : nil
  }()

  /// Does work on this thread that may be of no use before it has ended.
  ///
  /// - Parameter isUnwanted: says so; it is asked on this thread.
  package static func perform(unless isUnwanted: @escaping @Sendable () -> Bool, _ body: () -> Void) {
    guard let key else { return body() }
    let question = Question(isUnwanted)
    let former = pthread_getspecific(key)
    pthread_setspecific(key, Unmanaged.passUnretained(question).toOpaque())
    defer { pthread_setspecific(key, former) }
    withExtendedLifetime(question) { body() }
  }

  /// Whether what this thread does is of no use any more. Who waits for long asks it, at least once a second, and gives
  /// up then.
  package static func isUnwanted() -> Bool {
    guard let key, let question = pthread_getspecific(key) else { return false }
    return Unmanaged<Question>.fromOpaque(question).takeUnretainedValue().isUnwanted()
  }
}

internal import Glibc

/// Threads of the test's own, since what they do blocks.
package struct ThreadGroup {
  private var threads: [pthread_t] = []

  package init(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    for number in 0..<count {
      var thread = pthread_t()
      let work = Unmanaged.passRetained(Work { body(number) })
      let status = pthread_create(
        &thread, nil,
        { argument in
          Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
          return nil
        }, work.toOpaque())
      if status == 0 { threads.append(thread) } else { work.release() }
    }
  }

  package func wait() {
    for thread in threads { pthread_join(thread, nil) }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

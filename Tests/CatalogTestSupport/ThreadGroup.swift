internal import LinuxSystem

/// Threads of the test's own, since what they do blocks.
package struct ThreadGroup {
  private let threads: [SystemThread]

  package init(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    threads = (0..<count).compactMap { number in SystemThread { body(number) } }
  }

  package func wait() {
    for thread in threads { thread.join() }
  }
}

internal import Dispatch

/// Threads that wait until something has changed, to be kept in what a lock protects. A thread enters under the lock
/// where it finds nothing for it, and waits without; who changes something wakes all, and each looks again.
package struct WaitingThreads: Sendable {
  private var turns: [DispatchSemaphore] = []

  package init() {}

  /// Enters the thread that calls.
  ///
  /// - Returns: what it has to wait for, once it has given the lock back.
  package mutating func enter() -> Turn {
    let turn = DispatchSemaphore(value: 0)
    turns.append(turn)
    return Turn(turn)
  }

  /// Takes all out, who then have to be woken without the lock.
  package mutating func takeAll() -> WaitingThreads {
    defer { turns = [] }
    return self
  }

  package func wake() {
    for turn in turns { turn.signal() }
  }

  /// The wait of one thread.
  package struct Turn: Sendable {
    private let semaphore: DispatchSemaphore

    fileprivate init(_ semaphore: DispatchSemaphore) { self.semaphore = semaphore }

    package func wait() { semaphore.wait() }
  }
}

internal import LinuxSystem
internal import Synchronization

/// Does one step for many assets, on as many threads as a storage can use. The caller's thread is one of them.
final class Lanes: Sendable {
  let width: Int
  private let turn = Mutex(())

  init(_ width: Int) {
    self.width = width
  }

  /// Runs `body` for each element, and waits for all of them. No element is worked on by two threads.
  func forEach<Element>(_ elements: [Element], _ body: (Element) -> Void) {
    _ = map(elements, body)
  }

  /// What `body` makes of each element, in their order.
  func map<Element, R>(_ elements: [Element], _ body: (Element) -> R) -> [R] {
    let threads = min(width, elements.count) - 1
    guard threads > 0 else { return elements.map(body) }
    var results: [R?] = .init(repeating: nil, count: elements.count)
    results.withUnsafeMutableBufferPointer { results in
      withoutActuallyEscaping(body) { body in
        // Each place is written by the thread that took its number, and read after all of them were waited for.
        nonisolated(unsafe) let (results, body, elements) = (results, body, elements)
        let next = Atomic(0)
        withoutActuallyEscaping(
          {
            while true {
              let number = next.add(1, ordering: .relaxed).oldValue
              guard number < elements.count else { return }
              results[number] = body(elements[number])
            }
          } as @Sendable () -> Void
        ) { work in
          let helpers = (0..<threads).compactMap { _ in SystemThread(work) }
          work()
          for helper in helpers { helper.join() }
        }
      }
    }
    return results.map { $0! }
  }

  /// Runs what belongs to the caller and must not be run by two threads at once.
  func oneAtATime<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    if width == 1 { return try body() }
    return try turn.withLock { _ throws(E) in try body() }
  }
}

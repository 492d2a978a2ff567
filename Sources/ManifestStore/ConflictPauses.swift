internal import StoredTree

/// How long writers wait that keep nobody out, before they decide again after a conflict.
struct ConflictPauses {
  private let publisher: any TreePublisher

  init(_ publisher: any TreePublisher) {
    self.publisher = publisher
  }

  /// The longest first pause, in microseconds.
  var first: UInt32 { publisher.traits.firstPauseMicroseconds }

  /// Waits for a random part of a pause, so that writers fall out of step, and makes the next one longer.
  func wait(_ pause: inout UInt32) {
    guard pause > 0 else { return }
    publisher.pause(microseconds: .random(in: 1...pause))
    pause = min(pause * 2, 5_000_000)
  }
}

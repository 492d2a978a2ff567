package import ManifestModel

/// What is the same for all assets of one demand at one moment, found out once.
package struct DueMemo: Sendable {
  package let now: Timestamp
  /// When the newest window opened; `nil` without a deadline.
  let newestOpening: Timestamp?
  var ticks: TickMemo?
  private let deadline: Demand.Deadline?
  /// Ticks whose deadlines have passed, newest first; as many as were asked for so far.
  private var passed: [Timestamp] = []
  private var isComplete = false

  package init(_ demand: Demand, now: Timestamp) {
    self.now = now
    deadline = demand.deadline
    newestOpening = demand.newestOpening(at: now)
    ticks = demand.deadline.map { TickMemo($0.schedule) }
  }

  /// How many deadlines have passed for which a materialization at a moment did not count.
  mutating func missedDeadlines(since materialized: Timestamp) -> Int {
    guard let deadline else { return 0 }
    let moment = materialized.adding(deadline.window)
    while !isComplete, passed.count < DueDecision.mostMissed, passed.last.map({ $0 > moment }) ?? true {
      let edge = passed.last?.subtracting(1) ?? now.subtracting(deadline.grace)
      if let tick = deadline.schedule.last(through: edge) { passed.append(tick) } else { isComplete = true }
    }
    return passed.prefixLength { $0 > moment }
  }
}

extension [Timestamp] {
  /// How many of the first elements fulfil a predicate that none after them does.
  func prefixLength(where isBefore: (Timestamp) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

package import ManifestModel

/// How well a demand was kept over a time. All lengths are microseconds.
///
/// Today's demand judges the past: pauses are not recorded, and so not taken out; excepted dates are.
package struct ServiceLevel: Sendable, Equatable {
  /// From when on it was measured: from the begin of the time, or from when the asset was first seen.
  package var begin: Timestamp
  /// How long it was measured; 0 where the asset was first seen later.
  package var measured: Int64
  /// How long of that it was stale, or not materialized at all.
  package var bad: Int64 = 0
  /// The deadlines that fell into the time; `nil` where the demand has none.
  package var deadlines: Int?
  /// Those of them for which there was a materialization in time.
  package var deadlinesMet: Int?
  /// The number of unbroken times in which it was stale.
  package var incidents = 0
  /// The longest of them.
  package var longestBad: Int64 = 0

  package init(begin: Timestamp, measured: Int64) {
    self.begin = begin
    self.measured = measured
  }

  /// How much longer it may be stale before a target is missed; negative by how much it is.
  package func budgetLeft(target: Percentage) -> Int64 {
    let allowed = 1_000_000 - min(target.millionths, 1_000_000)
    return Int64(1_000_000).dividingFullWidth(measured.multipliedFullWidth(by: allowed)).quotient - bad
  }
}

extension Demand {
  /// How well the demand was kept from one moment to another, which is not included.
  ///
  /// - Parameters:
  ///   - materialized: All known times, in any order.
  ///   - firstSeen: When the asset was first heard of, if that was before its first materialization.
  ///   - memo: What was found for other assets of this demand and the same time.
  package func serviceLevel(
    materialized: [Timestamp], firstSeen: Timestamp, from: Timestamp, to end: Timestamp, _ memo: ServiceMemo? = nil
  ) -> ServiceLevel {
    let found = memo ?? ServiceMemo(self, from: from, to: end)
    let times = Set(materialized).filter { $0 < end }.sorted()
    let begin = min(end, max(from, min(firstSeen, times.first ?? firstSeen)))
    var level = ServiceLevel(begin: begin, measured: end.microseconds - begin.microseconds)
    func nextTick(_ moment: Timestamp) -> Timestamp? {
      found.map { $0.next(after: moment) } ?? deadline?.schedule.next(after: moment)
    }
    var badUntil: Timestamp?
    var length: Int64 = 0
    func add(_ low: Timestamp, _ high: Timestamp) {
      guard low < high else { return }
      if badUntil == low {
        length += high.microseconds - low.microseconds
      } else {
        level.incidents += 1
        length = high.microseconds - low.microseconds
      }
      level.bad += high.microseconds - low.microseconds
      level.longestBad = max(level.longestBad, length)
      badUntil = high
    }

    let first = times.first ?? end
    switch never {
    case .fail: add(begin, first)
    case .wait:
      if let expires = terms(of: firstSeen, nextTick: nextTick).expires { add(max(begin, expires), first) }
    case .ignore: break
    }
    for (index, time) in times.enumerated() {
      let next = index + 1 < times.count ? times[index + 1] : end
      guard next > begin, let expires = terms(of: time, nextTick: nextTick).expires else { continue }
      add(max(time, expires, begin), next)
    }
    if let deadline {
      if let ticks = found?.ticks {
        count(deadline, times, ticks, into: &level)
      } else {
        count(deadline, times, begin, end, into: &level)
      }
    }
    return level
  }

  /// Counts deadlines after the begin of what is measured among the ticks of the time.
  private func count(
    _ deadline: Deadline, _ times: [Timestamp], _ ticks: [Timestamp], into level: inout ServiceLevel
  ) {
    let begin = level.begin
    let first = ticks.prefixLength { $0.adding(deadline.grace) <= begin }
    var met = 0
    // The ticks up to here were looked at: a materialization counts for those from `m - grace` to `m + window`.
    var place = first
    for time in times {
      let earliest = time.subtracting(deadline.grace)
      let latest = time.adding(deadline.window)
      let start = max(place, ticks.prefixLength { $0 < earliest })
      let end = ticks.prefixLength { $0 <= latest }
      if end > start { met += end - start }
      place = max(place, end)
    }
    level.deadlines = ticks.count - first
    level.deadlinesMet = met
  }

  /// The same where there are too many ticks to hold.
  private func count(
    _ deadline: Deadline, _ times: [Timestamp], _ begin: Timestamp, _ end: Timestamp, into level: inout ServiceLevel
  ) {
    var (all, met, place) = (0, 0, 0)
    // After `begin - grace` is the same as a deadline after `begin`.
    var moment = begin.subtracting(deadline.grace)
    while let tick = deadline.schedule.next(after: moment), tick.adding(deadline.grace) < end {
      moment = tick
      all += 1
      let opens = tick.subtracting(deadline.window)
      while place < times.count, times[place] < opens { place += 1 }
      if place < times.count, times[place] <= tick.adding(deadline.grace) { met += 1 }
    }
    level.deadlines = all
    level.deadlinesMet = met
  }
}

/// Which runs of an asset may go.
package struct RetentionRule: Sendable {
  /// How many of the newest runs stay; `nil` keeps none for that.
  package var keepLast: Int?
  /// Microseconds: runs that began no longer ago stay; `nil` keeps none for that.
  package var keepWithin: Int64?
  /// Microseconds for which a run that has not ended counts as running.
  package var runningWindow: Int64

  package init(keepLast: Int?, keepWithin: Int64?, runningWindow: Int64) {
    self.keepLast = keepLast
    self.keepWithin = keepWithin
    self.runningWindow = runningWindow
  }

  /// The runs that neither rule keeps, the oldest first.
  ///
  /// Never among them: the newest run, the newest that ended, the last success, the run that the manifest names, and
  /// one that may still be running.
  ///
  /// - Parameter named: The run that the manifest names.
  package func expired(_ runs: [RunOnDisk], named: String?, at now: Timestamp) -> [RunOnDisk] {
    let order = RunOrder(at: now)
    let sorted = order.sorted(runs)
    var kept: Set<Int> = []
    if let newest = sorted.indices.last { kept.insert(newest) }
    if let ended = sorted.lastIndex(where: \.hasEnded) { kept.insert(ended) }
    if let success = sorted.lastIndex(where: { $0.metadata.materialized != nil }) { kept.insert(success) }
    let times = sorted.indices.filter { order.materialized(sorted[$0]) != nil }
    if let last = times.max(by: { order.materialized(sorted[$0])! < order.materialized(sorted[$1])! }) {
      kept.insert(last)
    }
    return sorted.indices.filter { index in
      let run = sorted[index]
      if kept.contains(index) || sorted.count - index <= keepLast ?? 0 { return false }
      if let named, run.id.hasSameBytes(as: named) { return false }
      if let keepWithin, age(of: order.began(run), at: now) <= keepWithin { return false }
      return run.hasEnded || !mayRun(run, order)
    }.map { sorted[$0] }
  }

  private func mayRun(_ run: RunOnDisk, _ order: RunOrder) -> Bool {
    if age(of: max(order.began(run), run.writtenAt), at: order.now) < runningWindow { return true }
    guard let beat = run.metadata.heartbeatAt else { return false }
    let interval = run.metadata.heartbeatSeconds ?? RunMetadata.usualHeartbeatSeconds
    return order.now <= beat.advanced(byMilliseconds: RunMetadata.missedHeartbeats * interval * 1_000)
  }

  private func age(of time: Timestamp, at now: Timestamp) -> Int64 {
    now.microseconds.saturatingSubtract(time.microseconds)
  }
}

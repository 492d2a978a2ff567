internal import ManifestModel
internal import StoredTree

extension IndexedAsset {
  /// Fills everything that follows from the facts: results, when unfinished runs end, the newest run, the last
  /// materialization, and who tells how the asset stands.
  ///
  /// The rules are those of SPEC 5. This is the one place that knows them, for a single run that
  /// was recorded as for a rebuild of a million assets, so that both leave the same rows. What depends on the clock is
  /// left to the questions, see ``RunEntry/outcome(at:window:)``.
  ///
  /// - Parameter clock: `nil` for the rows of the index. A time in microseconds makes starts and heartbeats that are
  ///   ahead of it count from when their file was written: so an answer judges an asset that has such a run.
  package mutating func derive(at clock: Int64? = nil) {
    settleManifestOnlyRun()
    var newest: Int?
    var hasUnfinished = false
    var hasBad = manifestState == .bad
    runCount = 0
    watchedRuns = 0
    for index in runs.indices {
      deriveRun(at: index, clock)
      if runs[index].isWatched { watchedRuns += 1 }
      if runs[index].state == .bad { hasBad = true }
      guard let result = runs[index].result else { continue }
      runCount += 1
      if result == .unfinished { hasUnfinished = true }
      if newest == nil || runs[index].beganAfter(runs[newest!]) { newest = index }
    }
    if hasUnfinished { deriveEnds() }
    deriveMaterialization()
    isUnread = lastMaterialized == nil && hasBad
    let ended = newestEnded()
    tell(by: ended)
    needsAllRuns = !agreesWithUnloaded(newest: newest.map { runs[$0] }, ended: ended)
    runCount += unloaded?.runCount ?? 0
    watchedRuns += unloaded?.watchedRuns ?? 0
    if let newest { runs[newest].isNewest = true }
    newestRunID = newest.map { runs[$0].id }
    isKnown = facts != nil || runCount > 0 || hasBad
  }

  /// The newest time that the manifest or a run gives.
  private mutating func deriveMaterialization() {
    var fromRuns: Int64?
    for run in runs {
      if let time = run.facts?.materialized { fromRuns = max(fromRuns ?? time, time) }
    }
    let fromManifest = facts?.newestMaterialized
    if let fromManifest, fromManifest >= fromRuns ?? .min {
      lastMaterialized = fromManifest
      source = "manifest"
    } else {
      lastMaterialized = fromRuns
      source = fromRuns == nil ? nil : "runs"
    }
  }

  /// Keeps a row for a failed last run that has no metadata file, so that the failure is not lost with the file.
  private mutating func settleManifestOnlyRun() {
    // To remove nothing makes a copy, too.
    if runs.contains(where: { $0.state == .manifestOnly }) { runs.removeAll { $0.state == .manifestOnly } }
    guard let facts, facts.lastStatus == .failed, facts.lastRunMaterialized == nil, let id = facts.lastRunID else {
      return
    }
    let place = runs.partitioningIndex { !$0.id.precedesInBytes(id) }
    if place < runs.count, runs[place].id.hasSameBytes(as: id) { return }
    runs.insert(IndexedRun(id: id, state: .manifestOnly, seen: .nothing, artifacts: []), at: place)
  }

  private mutating func deriveRun(at index: Int, _ clock: Int64?) {
    let isLast = facts?.lastRunID.map { $0.hasSameBytes(as: runs[index].id) } ?? false
    runs[index].derive(from: facts, isLast: isLast, clock)
    // Nothing tells when it failed, but that was before somebody wrote it down.
    guard runs[index].result == .failed, runs[index].failedAt == nil else { return }
    let file = runs[index].state == .manifestOnly ? manifest : runs[index].seen
    runs[index].failedAt = file.revision.modifiedNanoseconds / 1000
    runs[index].endedAt = runs[index].failedAt
  }

  // MARK: How the asset stands

  /// The newest run that ended and has a file: by its start, then by its id.
  private func newestEnded() -> IndexedRun? {
    var newest: Int?
    for index in runs.indices where runs[index].hasEndOnDisk {
      if newest == nil || runs[index].beganAfter(runs[newest!]) { newest = index }
    }
    return newest.map { runs[$0] }
  }

  /// Lets the newest ended run tell the status where it knows more than the manifest, which mad_prefect lets the last
  /// writer have.
  private mutating func tell(by ended: IndexedRun?) {
    toldByRun = nil
    toldStatus = nil
    guard let ended, !manifestTells(asMuchAs: ended) else { return }
    toldByRun = ended.id
    toldStatus = ended.result == .succeeded ? .success : .failed
  }

  private func manifestTells(asMuchAs ended: IndexedRun) -> Bool {
    guard let facts else { return false }
    if let last = facts.lastRunID, last.hasSameBytes(as: ended.id) {
      switch facts.lastStatus {
      case .success: return ended.result == .succeeded
      // Without an error in the manifest, that of the run counts, if it has one.
      case .failed: return ended.result == .failed && facts.lastError != nil
      case .unknown: return false
      }
    }
    if facts.lastStatus == .unknown { return false }
    // Another run is the newest that is known. The manifest's own is older, unless there is nothing left of it in the
    // tree.
    if let last = facts.lastRunID, runs.contains(where: { $0.hasEndOnDisk && $0.id.hasSameBytes(as: last) }) {
      return false
    }
    guard let told = facts.lastRunMaterialized ?? facts.updatedAt ?? facts.lastMaterialized else { return false }
    return told >= ended.endedAt ?? ended.beganAt ?? .min
  }

  // MARK: Parts

  /// Whether what was derived of some runs holds with those that were not loaded: all that ended before the change, but
  /// for the newest of them.
  private func agreesWithUnloaded(newest: IndexedRun?, ended: IndexedRun?) -> Bool {
    guard let unloaded, unloaded.runCount > 0 else { return true }
    guard let newest, let formerNewest = unloaded.newest, !formerNewest.beganAfter(newest) else { return false }
    guard let ended, let formerEnded = unloaded.newestEnded, !formerEnded.beganAfter(ended) else { return false }
    // The manifest's run is known, or what it says could be older than a run that was not loaded.
    if let facts {
      guard let last = facts.lastRunID, runs.contains(where: { $0.hasEndOnDisk && $0.id.hasSameBytes(as: last) }) else {
        return false
      }
    }
    if let former = unloaded.lastMaterialized, lastMaterialized ?? .min < former { return false }
    return endsAgree(with: unloaded.runs)
  }

  /// Whether the ends of unfinished runs, which follow from all runs of the asset, follow from those that were loaded.
  ///
  /// - Parameter former: the runs that were loaded, as they were before the change.
  private func endsAgree(with former: [IndexedRun]) -> Bool {
    let unfinished = runs.filter { $0.result == .unfinished }
    if unfinished.isEmpty { return true }
    // What has no start is ended by any other.
    if unfinished.contains(where: { $0.beganAt == nil }) { return false }
    var rest = former[...]
    for run in runs {
      while let first = rest.first, first.id.precedesInBytes(run.id) {
        // One that is gone may have ended others, or be among their past.
        if rest.removeFirst().isEnded { return false }
      }
      var old: IndexedRun?
      if let first = rest.first, first.id.hasSameBytes(as: run.id) { old = rest.removeFirst() }
      if let old, old.hasSameTiming(as: run) { continue }
      if old?.isEnded ?? false || run.result == .unfinished { return false }
      // It has ended only now, and ends those that began before it. Of those that began after it, it is the past.
      if run.isEnded, unfinished.contains(where: { $0.beganAfter(run) }) { return false }
    }
    return !rest.contains(where: \.isEnded)
  }
}

extension IndexedRun {
  /// Whether it succeeded or failed.
  var isEnded: Bool { result == .succeeded || result == .failed }

  /// Whether it succeeded or failed, and has a file that was good at some time: of one that never was, only the
  /// manifest can have told.
  var hasEndOnDisk: Bool { isEnded && facts != nil }

  /// Whether both mean the same to the ends of other runs.
  fileprivate func hasSameTiming(as other: IndexedRun) -> Bool {
    id.hasSameBytes(as: other.id) && result == other.result && facts?.startedAt == other.facts?.startedAt
      && facts?.materialized == other.facts?.materialized
      && facts?.durationMilliseconds == other.facts?.durationMilliseconds
      && (result == .unfinished || failedAt == other.failedAt)
  }

  /// By the start, then by the id; without a start it is older than any other.
  func beganAfter(_ other: IndexedRun) -> Bool {
    let (left, right) = (beganAt ?? .min, other.beganAt ?? .min)
    return left == right ? other.id.precedesInBytes(id) : left > right
  }

  /// - Parameters:
  ///   - manifest: what the manifest of the asset says.
  ///   - isLast: whether it says this of its last run.
  fileprivate mutating func derive(from manifest: ManifestFacts?, isLast: Bool, _ clock: Int64?) {
    isNewest = false
    failedAt = nil
    endedAt = nil
    overrunAt = nil
    beganAt = facts?.startedAt.map { time(ofAheadOf: $0, clock) }
    heartbeatAt = facts?.heartbeatAt.map { time(ofAheadOf: $0, clock) }
    // Where the file was written ahead of the clock too, the heartbeat proves nothing.
    if let clock, let heartbeat = heartbeatAt, ClockTolerance.isAhead(heartbeat, of: clock) { heartbeatAt = nil }
    // A run that began after the manifest was written began again under its id: the manifest tells of the attempt
    // before.
    let isLast = isLast && manifest?.tellsOfRun(begunAt: facts?.startedAt) ?? false
    if let materialized = facts?.materialized ?? (isLast && facts != nil ? manifest?.lastRunMaterialized : nil) {
      result = .succeeded
      endedAt = materialized
    } else if facts?.status == .failed || (isLast && manifest?.lastStatus == .failed) {
      result = .failed
      failedAt = facts?.end ?? (isLast ? manifest?.updatedAt : nil) ?? facts?.startedAt
      endedAt = failedAt
    } else {
      result = facts == nil ? nil : .unfinished
    }
    aheadAt = result == nil ? nil : aheadOfFile
    // A finished run is never rewritten; every other file may yet say more.
    let isFinished = facts?.materialized != nil || facts?.status == .failed
    let isSettled = state == .manifestOnly || (state == .current && isFinished && seen.isTrusted)
    isWatched = !isSettled
  }

  /// When the file was written, in microseconds.
  var writtenAt: Int64 { seen.revision.modifiedNanoseconds / 1000 }

  /// A time of the metadata, or the time at which the file was written, where that is earlier and the other is ahead.
  func time(ofAheadOf time: Int64, _ clock: Int64?) -> Int64 {
    guard let clock, ClockTolerance.isAhead(time, of: clock) else { return time }
    return min(time, writtenAt)
  }

  /// The later one of start and heartbeat that is ahead of the time at which the file was written, or of the run's end.
  private var aheadOfFile: Int64? {
    guard let facts else { return nil }
    let heartbeat = result == .unfinished ? facts.heartbeatAt : nil
    guard let latest = [facts.startedAt, heartbeat].compactMap(\.self).max() else { return nil }
    return latest > min(writtenAt, endedAt ?? .max) ? latest : nil
  }
}

extension ManifestFacts {
  /// Whether what the manifest says of its last run is about the attempt that began at a time.
  func tellsOfRun(begunAt start: Int64?) -> Bool {
    guard let start, let updatedAt else { return true }
    return start <= updatedAt
  }

  /// The newest materialization that the manifest knows.
  var newestMaterialized: Int64? {
    guard let lastMaterialized else { return lastRunMaterialized }
    return max(lastMaterialized, lastRunMaterialized ?? lastMaterialized)
  }
}

extension RunFacts {
  /// When a run that did not materialize ended, where its duration tells.
  fileprivate var end: Int64? {
    guard let startedAt, let durationMilliseconds else { return nil }
    let (duration, tooLong) = durationMilliseconds.multipliedReportingOverflow(by: 1000)
    let (end, tooLate) = startedAt.addingReportingOverflow(duration)
    return tooLong || tooLate ? nil : end
  }
}

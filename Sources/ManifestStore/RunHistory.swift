internal import LinuxSystem
package import ManifestModel
internal import StoredTree

/// The runs of one asset as its folder has them, as far as their order and their ends go.
///
/// A start ahead of the clock proves nothing: for order and age the time at which its file was written stands in its
/// place, if that is earlier. The same holds for heartbeats.
package struct RunHistory {
  package struct Run {
    package let id: String
    package let metadata: RunMetadata
    /// When it began.
    package let began: Timestamp
    /// When it was last known to be alive.
    let heartbeat: Timestamp?
    let hasEnded: Bool
  }

  private let runs: [Run]
  private let now: Timestamp

  /// Reads the metadata of all runs of an asset; what cannot be read is passed over.
  ///
  /// - Parameters:
  ///   - newer: What is about to be written of a run, in the place of its file.
  package init(
    of asset: AssetIdentifier, _ reader: TreeReader, now: Timestamp,
    newer: (_ run: String) -> RunMetadata? = { _ in nil }
  ) throws {
    var failed: (run: String, told: Timestamp?)?
    if case .good(let manifest, _) = try reader.readManifest(of: asset), manifest.lastStatus == .failed,
      let run = manifest.lastRun?.id
    {
      failed = (run, manifest.updatedAt)
    }
    var runs: [Run] = []
    for id in try reader.listRuns(of: asset) {
      let metadata: RunMetadata
      let written: Timestamp
      if let known = newer(id) {
        // Its file is about to be written, and need not be there yet.
        (metadata, written) = (known, now)
      } else if case .good(let read, let revision) = try reader.readRun(id, of: asset) {
        (metadata, written) = (read, revision.writtenAt)
      } else {
        continue
      }
      let hasStatus = metadata.status == .failed || metadata.status == .success
      runs.append(
        Run(
          id: id, metadata: metadata, began: Self.credible(metadata.startedAt ?? written, written, now),
          heartbeat: metadata.heartbeatAt.map {
            Self.credible(reader.session.time(ofLife: $0, writtenAt: written), written, now)
          },
          hasEnded: metadata.materialized != nil || hasStatus || Self.has(failed, ended: id, metadata)))
    }
    self.runs = runs
    self.now = now
  }

  /// Whether a manifest tells that a run failed, and not an attempt before the one that the run's file is about.
  private static func has(_ failed: (run: String, told: Timestamp?)?, ended id: String, _ run: RunMetadata) -> Bool {
    guard let failed, failed.run.hasSameBytes(as: id) else { return false }
    guard let told = failed.told, let start = run.startedAt else { return true }
    return start <= told
  }

  /// An unfinished run: the newest; or, of those that began at a time or later, the first.
  package func unfinished(since: Timestamp?) -> Run? {
    let open = runs.filter { !$0.hasEnded }
    guard let since else { return open.max(by: Self.isOlder) }
    return open.filter { $0.metadata.startedAt.map { $0 >= since } ?? false }.min(by: Self.isOlder)
  }

  /// The newest run that is under way.
  ///
  /// - Parameters:
  ///   - id: A run that does not count.
  ///   - window: How long a run without heartbeats counts as running, in microseconds.
  func running(besides id: String, window: Int64) -> Run? {
    let lastEnded = runs.lazy.filter(\.hasEnded).map(\.began).max()
    return runs.filter { !$0.id.hasSameBytes(as: id) && isRunning($0, window, lastEnded) }.max(by: Self.isOlder)
  }

  package static func isOlder(_ left: Run, _ right: Run) -> Bool {
    left.began == right.began ? left.id.precedesInBytes(right.id) : left.began < right.began
  }

  private func isRunning(_ run: Run, _ window: Int64, _ lastEnded: Timestamp?) -> Bool {
    if run.hasEnded { return false }
    // A sign of life that is ahead of the clock tells as much as none.
    if let heartbeat = run.heartbeat, !ClockTolerance.isAhead(heartbeat.microseconds, of: now.microseconds) {
      let interval = run.metadata.heartbeatSeconds ?? RunMetadata.usualHeartbeatSeconds
      return isYounger(heartbeat, than: RunMetadata.missedHeartbeats * interval * 1_000_000)
    }
    if let lastEnded, lastEnded > run.began { return false }
    return isYounger(run.began, than: window) || isJustAhead(run.began, window)
  }

  /// Whether a run began less than the running window ahead of the clock. Then its own clock and that of the file
  /// system both say so, and it is this one that is slow: what another worker has just begun is not begun once more.
  private func isJustAhead(_ began: Timestamp, _ window: Int64) -> Bool {
    ClockTolerance.isAhead(began.microseconds, of: now.microseconds)
      && began.microseconds.saturatingSubtract(now.microseconds) < window
  }

  /// Whether a time is less than this many microseconds ago, and not ahead of the clock.
  private func isYounger(_ time: Timestamp, than span: Int64) -> Bool {
    now.microseconds.saturatingSubtract(time.microseconds) < span
      && !ClockTolerance.isAhead(time.microseconds, of: now.microseconds)
  }

  private static func credible(_ time: Timestamp, _ written: Timestamp, _ now: Timestamp) -> Timestamp {
    ClockTolerance.isAhead(time.microseconds, of: now.microseconds) ? min(time, written) : time
  }
}

extension TreeReader {
  /// The asset of a name to which an unfinished run belongs, chosen among those of all its ids; `nil` where there is
  /// none.
  package func assetOfUnfinishedRun(named name: String, since: Timestamp?, now: Timestamp) throws -> AssetIdentifier? {
    let ids: NameList
    do throws(TreeFault) {
      ids = try session.assets(of: name)
    } catch {
      if error.isAbsence { return nil }
      throw StoreError(reading: "The folder of the asset \(name)", error, "listed")
    }
    var found: (id: String, run: RunHistory.Run)?
    for id in ids {
      let asset = AssetIdentifier(name: name, id: id)
      let history = try (try? session.visiting(asset) { try RunHistory(of: asset, self, now: now) })?.get()
      guard let run = history?.unfinished(since: since) else { continue }
      guard let best = found else {
        found = (id, run)
        continue
      }
      let isBetter = since == nil ? RunHistory.isOlder(best.run, run) : RunHistory.isOlder(run, best.run)
      if isBetter { found = (id, run) }
    }
    return found.map { AssetIdentifier(name: name, id: $0.id) }
  }
}

import ManifestModel

/// SPEC 5, once more.
extension LinearScan {
  /// A run as the questions see it at a moment.
  struct JudgedRun {
    let asset: AssetIdentifier
    let id: String
    /// As the metadata gives it.
    let startedAt: Int64?
    /// The start that counts: one that is ahead of the clock counts from when its file was written, if that is earlier.
    let begunAt: Int64?
    let materialized: Int64?
    let durationMilliseconds: Int64?
    let error: String?
    let traits: Traits
    var outcome = ""
    var failureTime: Int64?
    /// When it succeeded or failed.
    var endedAt: Int64?

    /// What the outcome is made of.
    struct Traits {
      let saysFailed: Bool
      let recordedFailureTime: Int64?
      let writtenAt: Int64
      /// When the manifest told of it, as its last run.
      let toldAt: Int64?
      let heartbeatAt: Int64?
      let heartbeatSeconds: Int64?
    }

    var isSuccess: Bool { materialized != nil }
    var isFailure: Bool { materialized == nil && traits.saysFailed }
  }

  /// A clock, and what is derived from it.
  package struct Clock: Sendable {
    package let now: Int64
    package let window: Int64
    /// What a policy says under `run_timeout`.
    package let timeout: Int64?

    package init(now: Int64, window: Int64 = 86_400_000_000, timeout: Int64? = nil) {
      self.now = now
      self.window = window
      self.timeout = timeout
    }

    func isAhead(_ time: Int64) -> Bool { time - now > 300_000_000 }
  }

  /// Assets: with a manifest, whether it can be read or not, or a run. By name and id.
  var assets: [Asset] {
    folders.filter { folder in
      folder.manifest != nil || folder.standing == .damaged || folder.runs.contains { $0.isBad }
        || !judgedRuns(of: folder, Clock(now: 0)).isEmpty
    }.sorted { $0.identifier < $1.identifier }
  }

  /// The runs of an asset: each that has metadata, or that the manifest says failed. Newest first: by start, then by
  /// id; without a start a run is older than any other.
  func judgedRuns(of asset: Asset, _ clock: Clock) -> [JudgedRun] {
    var runs = asset.runs
    let last = asset.manifest?.lastRun
    if let last, !runs.contains(where: { Array($0.id.utf8) == Array(last.id.utf8) }),
      asset.manifest?.lastStatus == .failed, last.materialized == nil
    {
      runs.append(Run(id: last.id, metadata: nil, isBad: false, writtenAt: asset.manifestWrittenAt))
    }
    var judged = runs.compactMap { unjudged($0, of: asset, clock) }
    for index in judged.indices { judge(&judged[index], among: judged, clock) }
    judged.sort { left, right in
      if left.begunAt != right.begunAt { return (left.begunAt ?? .min) > (right.begunAt ?? .min) }
      return right.id.utf8.lexicographicallyPrecedes(left.id.utf8)
    }
    return judged
  }

  private func unjudged(_ run: Run, of asset: Asset, _ clock: Clock) -> JudgedRun? {
    let last = asset.manifest?.lastRun
    var isLast = last.map { Array($0.id.utf8) == Array(run.id.utf8) } ?? false
    // The manifest was written before this attempt began.
    if let start = run.metadata?.startedAt, let told = asset.manifest?.updatedAt, start > told { isLast = false }
    let manifestSaysFailed = isLast && asset.manifest?.lastStatus == .failed
    if run.metadata == nil, !manifestSaysFailed { return nil }
    let metadata = run.metadata
    let start = metadata?.startedAt?.microseconds
    var end: Int64?
    if let start, let duration = metadata?.durationMilliseconds { end = start + duration * 1000 }
    let metadataError = metadata?.error.map { error in
      error.type == nil ? error.message : "\(error.type!): \(error.message)"
    }
    func counted(_ time: Int64?) -> Int64? {
      time.map { clock.isAhead($0) ? min($0, run.writtenAt) : $0 }
    }
    let materialized =
      metadata?.materialized?.microseconds ?? (isLast && metadata != nil ? last?.materialized?.microseconds : nil)
    let saysFailed = metadata?.status == .failed || manifestSaysFailed
    let failureTime = end ?? (isLast ? asset.manifest?.updatedAt?.microseconds : nil) ?? start ?? run.writtenAt
    return JudgedRun(
      asset: asset.identifier, id: run.id, startedAt: start, begunAt: counted(start), materialized: materialized,
      durationMilliseconds: metadata?.durationMilliseconds,
      error: metadataError ?? (isLast ? asset.manifest?.lastError : nil),
      traits: JudgedRun.Traits(
        saysFailed: saysFailed, recordedFailureTime: failureTime,
        writtenAt: run.writtenAt,
        toldAt: isLast ? asset.manifest?.updatedAt?.microseconds : nil,
        heartbeatAt: counted(metadata?.heartbeatAt?.microseconds), heartbeatSeconds: metadata?.heartbeatSeconds),
      endedAt: materialized ?? (saysFailed ? failureTime : nil))
  }

  /// `succeeded`: it materialized. `failed`: its metadata or the manifest says so. Else it never finished.
  private func judge(_ run: inout JudgedRun, among runs: [JudgedRun], _ clock: Clock) {
    if run.isSuccess {
      run.outcome = "succeeded"
      return
    }
    if run.isFailure {
      run.outcome = "failed"
      run.failureTime = run.traits.recordedFailureTime
      return
    }
    var end: Int64
    if let beat = run.traits.heartbeatAt, let seconds = run.traits.heartbeatSeconds, !clock.isAhead(beat) {
      end = max(beat, run.begunAt ?? beat) + 3 * seconds * 1_000_000
    } else if let begun = run.begunAt {
      let laterEnds = runs.compactMap { other -> Int64? in
        guard let began = other.begunAt ?? other.endedAt, began > begun else { return nil }
        return other.endedAt
      }
      end = min(begun + (clock.timeout ?? clock.window), laterEnds.min() ?? .max)
      if clock.isAhead(begun), end > clock.now {
        run.outcome = "interrupted"
        run.failureTime = begun
        return
      }
    } else {
      // Not known to run: its start is not known.
      run.outcome = "interrupted"
      run.failureTime = runs.compactMap(\.endedAt).min() ?? run.traits.toldAt ?? run.traits.writtenAt
      return
    }
    if let begun = run.begunAt, let timeout = clock.timeout { end = min(end, begun + timeout) }
    if end <= clock.now {
      run.outcome = "interrupted"
      run.failureTime = end
      return
    }
    run.outcome = "running"
    guard let begun = run.begunAt, let limit = Self.limit(of: run, among: runs), begun + limit * 1000 <= clock.now
    else {
      return
    }
    run.outcome = "overrun"
    run.failureTime = begun + limit * 1000
  }

  /// The least duration that is slow by the rule, found by trying.
  private static func limit(of run: JudgedRun, among runs: [JudgedRun]) -> Int64? {
    func isBefore(_ other: JudgedRun) -> Bool {
      guard let begun = other.begunAt, let mine = run.begunAt else { return other.begunAt == nil }
      return begun == mine ? other.id.utf8.lexicographicallyPrecedes(run.id.utf8) : begun < mine
    }
    let past = runs.filter { $0.isSuccess && ($0.durationMilliseconds ?? -1) >= 0 && isBefore($0) }
      .sorted { left, right in
        left.begunAt == right.begunAt
          ? left.id.utf8.lexicographicallyPrecedes(right.id.utf8) : (left.begunAt ?? .min) < (right.begunAt ?? .min)
      }
      .suffix(30).compactMap(\.durationMilliseconds).sorted()
    guard past.count >= 8 else { return nil }
    func middle(_ sorted: [Int64]) -> Int64 { sorted[(sorted.count + 1) / 2 - 1] }
    let median = middle(past)
    let spread = middle(past.map { abs($0 - median) }.sorted())
    let deviation = max(1.4826 * Double(spread), 0.05 * Double(median), 1000)
    func isSlow(_ duration: Int64) -> Bool {
      Double(duration - median) / deviation >= 5 && Double(duration) >= 1.5 * Double(median)
        && duration - median >= 60000
    }
    var (low, high) = (Int64(-1), Int64(1) << 50)
    while high - low > 1 {
      let half = (low + high) / 2
      if isSlow(half) { high = half } else { low = half }
    }
    return high
  }

  /// How an asset stands by the newest run that ended: status, run, error. What the manifest says of its own last run
  /// counts where that is the newest, or where there is nothing left of it and it says to have been later.
  func standing(of asset: Asset) -> (status: String?, run: String?, error: String?) {
    let manifest = asset.manifest
    let own = (manifest?.lastStatus.rawValue, manifest?.lastRun?.id, manifest?.lastError)
    // The order of the files' own starts: no clock has a part in it.
    let files = asset.runs.filter { $0.metadata != nil }.map { Array($0.id.utf8) }
    let ended = judgedRuns(of: asset, Clock(now: .max / 2)).filter { run in
      (run.isSuccess || run.isFailure) && files.contains(Array(run.id.utf8))
    }
    guard let newest = ended.first else { return own }
    let told = (newest.isSuccess ? "success" : "failed", newest.id, newest.isSuccess ? nil : newest.error)
    guard let manifest else {
      return (told.0, told.1, asset.runs.first { Array($0.id.utf8) == Array(newest.id.utf8) }?.errorText)
    }
    let ownID = manifest.lastRun.map { Array($0.id.utf8) }
    if ownID == Array(newest.id.utf8) {
      let agrees = manifest.lastStatus.rawValue == told.0
      let ranError = asset.runs.first { Array($0.id.utf8) == Array(newest.id.utf8) }?.errorText
      if agrees, told.0 == "success" || manifest.lastError != nil || ranError == nil { return own }
      return (told.0, told.1, ranError ?? (told.0 == "failed" ? manifest.lastError : nil))
    }
    let ranError = asset.runs.first { Array($0.id.utf8) == Array(newest.id.utf8) }?.errorText
    if manifest.lastStatus == .unknown { return (told.0, told.1, ranError) }
    if ended.contains(where: { Array($0.id.utf8) == ownID ?? [] }) { return (told.0, told.1, ranError) }
    let time = manifest.lastRun?.materialized ?? manifest.updatedAt ?? manifest.lastMaterialized
    guard let time, time.microseconds >= newest.endedAt ?? newest.startedAt ?? .min else {
      return (told.0, told.1, ranError)
    }
    return own
  }

  /// When an asset was last materialized, and who says so: the newest time that is not ahead of the clock.
  func lastMaterialized(_ asset: Asset, _ clock: Clock) -> (time: Int64, source: String)? {
    let fromManifest = [asset.manifest?.lastMaterialized, asset.manifest?.lastRun?.materialized]
      .compactMap { $0?.microseconds }.filter { !clock.isAhead($0) }.max()
    let fromRuns = asset.runs.compactMap { $0.metadata?.materialized?.microseconds }
      .filter { !clock.isAhead($0) }.max()
    if let fromManifest, fromManifest >= fromRuns ?? .min { return (fromManifest, "manifest") }
    return fromRuns.map { ($0, "runs") }
  }

  /// Whether it cannot be told when an asset was last materialized.
  func isUnknown(_ asset: Asset, _ clock: Clock) -> Bool {
    guard lastMaterialized(asset, clock) == nil else { return false }
    if lastMaterialized(asset, Clock(now: .max / 2)) != nil { return true }
    return (asset.standing == .damaged && asset.manifest == nil) || asset.runs.contains { $0.isBad }
  }

  /// The artifacts that a manifest names, each once: `last_artifacts`, then those of the last run alone.
  func artifacts(_ asset: Asset) -> [String] {
    guard let manifest = asset.manifest else { return [] }
    var paths = manifest.lastArtifacts
    for path in manifest.lastRun?.artifactPaths ?? []
    where !manifest.lastArtifacts.contains(where: { Array($0.utf8) == Array(path.utf8) }) {
      paths.append(path)
    }
    return paths
  }

  /// GLOB with `*` and `?` only.
  static func matches(_ name: some Collection<Character>, _ pattern: some Collection<Character>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return matches(name, pattern.dropFirst()) || (!name.isEmpty && matches(name.dropFirst(), pattern))
    }
    guard let letter = name.first, first == "?" || first == letter else { return false }
    return matches(name.dropFirst(), pattern.dropFirst())
  }
}

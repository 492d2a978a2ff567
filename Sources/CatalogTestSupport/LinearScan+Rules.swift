import ManifestModel

/// Section 5 of the specification, once more.
extension LinearScan {
  /// A run as the questions see it.
  struct JudgedRun {
    let asset: AssetIdentifier
    let id: String
    let startedAt: Int64?
    let materialized: Int64?
    let durationMilliseconds: Int64?
    let saysFailed: Bool
    let failureTime: Int64?
    let error: String?
    var isNewest = false

    /// `succeeded`: it materialized. `failed`: its metadata or the manifest says so. Else it never finished: `running` if it
    /// is the newest run of its asset and began less than the running window ago, otherwise `interrupted`.
    func outcome(now: Int64, window: Int64) -> String {
      if materialized != nil { return "succeeded" }
      if saysFailed { return "failed" }
      if isNewest, let startedAt, now - startedAt < window { return "running" }
      return "interrupted"
    }
  }

  /// Assets that are known: with a manifest that was readable, or a run. By name and id.
  var assets: [Asset] {
    folders.filter { $0.manifest != nil || !judgedRuns(of: $0).isEmpty }.sorted { $0.identifier < $1.identifier }
  }

  /// The runs of an asset: each that has metadata, or that the manifest says failed.
  func judgedRuns(of asset: Asset) -> [JudgedRun] {
    var runs = asset.runs
    let last = asset.manifest?.lastRun
    if let last, !runs.contains(where: { Array($0.id.utf8) == Array(last.id.utf8) }),
      asset.manifest?.lastStatus == .failed, last.materialized == nil
    {
      runs.append(Run(id: last.id, metadata: nil))
    }
    var judged: [JudgedRun] = []
    for run in runs {
      let isLast = last.map { Array($0.id.utf8) == Array(run.id.utf8) } ?? false
      let manifestSaysFailed = isLast && asset.manifest?.lastStatus == .failed
      if run.metadata == nil, !manifestSaysFailed { continue }
      var end: Int64?
      if let start = run.metadata?.startedAt, let duration = run.metadata?.durationMilliseconds {
        end = start.microseconds + duration * 1000
      }
      let metadataError = run.metadata?.error.map { error in
        error.type == nil ? error.message : "\(error.type!): \(error.message)"
      }
      judged.append(
        JudgedRun(
          asset: asset.identifier, id: run.id, startedAt: run.metadata?.startedAt?.microseconds,
          materialized: run.metadata?.materialized?.microseconds ?? (isLast ? last?.materialized?.microseconds : nil),
          durationMilliseconds: run.metadata?.durationMilliseconds,
          saysFailed: run.metadata?.status == .failed || manifestSaysFailed,
          failureTime: end ?? (isLast ? asset.manifest?.updatedAt?.microseconds : nil)
            ?? run.metadata?.startedAt?.microseconds,
          error: metadataError ?? (isLast ? asset.manifest?.lastError : nil)))
    }
    // Newest first: by start, then by id; without a start it is older than any other.
    judged.sort { left, right in
      if left.startedAt != right.startedAt { return (left.startedAt ?? .min) > (right.startedAt ?? .min) }
      return right.id.utf8.lexicographicallyPrecedes(left.id.utf8)
    }
    if !judged.isEmpty { judged[0].isNewest = true }
    return judged
  }

  /// When an asset was last materialized, and who says so.
  func lastMaterialized(_ asset: Asset) -> (time: Int64, source: String, run: String?)? {
    if let time = asset.manifest?.lastMaterialized { return (time.microseconds, "manifest", nil) }
    let newest = judgedRuns(of: asset).filter { $0.materialized != nil }.max { left, right in
      if left.materialized != right.materialized { return (left.materialized ?? .min) < (right.materialized ?? .min) }
      return left.id.utf8.lexicographicallyPrecedes(right.id.utf8)
    }
    return newest.flatMap { run in run.materialized.map { ($0, "runs", run.id) } }
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

extension Manifest {
  /// The manifest that an asset's runs imply, where it tells less than they do.
  ///
  /// It is what mad_prefect would have written if no update had been lost: the runs that the manifest does not know yet
  /// are recorded into it one after the other, in the order of their starts. So what only the manifest knows stays: the
  /// signature, unknown fields, artifacts that no run names, and a last materialization that is newer than any run's.
  ///
  /// A manifest is behind if the newest run that ended is not its last run, if that run has ended later than the
  /// manifest says, or if a run materialized after its last materialization. One whose last run is not in the tree, or
  /// not over there, is behind a run that ended after everything that it tells.
  ///
  /// `updated_at` becomes the end of the newest run, so that the manifest does not look newer than what it tells, and a
  /// second repair has nothing to do.
  ///
  /// - Parameters:
  ///   - runs: What is known of the runs, in any order.
  ///   - former: The manifest; `nil` where there is none that can be read.
  ///   - asset: The asset, as the path names it.
  /// - Returns: `nil` where no run has ended, or the manifest tells all of it.
  package static func implied(
    by runs: [RunOnDisk], after former: Manifest?, of asset: AssetIdentifier, layout: MetadataLayout, at now: Timestamp
  ) -> Manifest? {
    let order = RunOrder(at: now)
    let ended = order.sorted(runs.filter(\.hasEnded))
    let pending = ended[firstUnknown(of: ended, to: former, order)...]
    let newest = ended.compactMap { order.materialized($0) }.max()
    var result = former
    for run in pending { result = recording(run, of: asset, after: result, layout, order) }
    guard var result, !pending.isEmpty || isBehind(result, newest) else { return nil }
    if pending.isEmpty, let last = ended.last(where: { order.materialized($0) != nil }),
      let artifacts = last.metadata.artifacts, result.lastRun?.artifactPaths.isEmpty ?? true
    {
      result.lastArtifacts = artifacts.map(\.path)
    }
    let known = former?.lastMaterialized.flatMap { order.proves($0) ? $0 : nil }
    if let time = [known, newest].compactMap({ $0 }).max() { result.lastMaterialized = time }
    return result
  }

  private static func isBehind(_ manifest: Manifest, _ newest: Timestamp?) -> Bool {
    guard let newest else { return false }
    return manifest.lastMaterialized.map { $0 < newest } ?? true
  }

  /// Where the runs begin that a manifest does not tell of.
  private static func firstUnknown(of ended: [RunOnDisk], to former: Manifest?, _ order: RunOrder) -> Int {
    guard let former, let last = former.lastRun else { return 0 }
    if let place = ended.firstIndex(where: { $0.id.hasSameBytes(as: last.id) }) {
      return isAhead(ended[place], of: former, last, order) ? place : place + 1
    }
    var times = [last.materialized, former.updatedAt].compactMap { $0 }
    if times.isEmpty { times = [former.lastMaterialized].compactMap { $0 } }
    if times.isEmpty { return 0 }
    // Times that are all ahead of the clock tell nothing, not even that the manifest is old.
    guard let told = times.first(where: { order.proves($0) }) else { return ended.count }
    return ended.firstIndex { order.ended($0) > told } ?? ended.count
  }

  /// Whether the last run of a manifest has been run again since, under the same id.
  private static func isAhead(
    _ run: RunOnDisk, of manifest: Manifest, _ last: ManifestRun, _ order: RunOrder
  ) -> Bool {
    if let time = run.metadata.materialized { return last.materialized.map { $0 < time } ?? true }
    if manifest.lastStatus == .failed { return false }
    return last.materialized.map { $0 < order.ended(run) } ?? true
  }

  private static func recording(
    _ run: RunOnDisk, of asset: AssetIdentifier, after former: Manifest?, _ layout: MetadataLayout, _ order: RunOrder
  ) -> Manifest {
    let metadata = run.metadata
    let artifacts = metadata.artifacts?.map(\.path)
    let isSuccess = metadata.materialized != nil
    let same = former?.lastRun.flatMap { $0.id.hasSameBytes(as: run.id) ? $0 : nil }
    let last = ManifestRun(
      id: run.id, metadataPath: layout.runMetadataPath(asset, runID: run.id), materialized: metadata.materialized,
      artifactPaths: artifacts ?? same?.artifactPaths ?? [])
    return recording(
      last, of: asset, status: isSuccess ? .success : .failed, error: isSuccess ? nil : metadata.error?.summary,
      artifacts: artifacts, signature: nil, after: former, at: order.ended(run))
  }
}

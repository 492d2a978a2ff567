internal import CatalogIndex
internal import FreshnessRules
package import ManifestModel

/// What a report tells of the runs of an asset beyond its row, where they were read for one.
extension FreshnessRow {
  /// Runs that ended without success since the last success; 0 where nobody looked.
  package var failuresInARow: Int { consecutiveFailures ?? recentRuns?.failureCount ?? 0 }

  /// How long the newest run that ended took, in milliseconds; `nil` where its metadata does not say so, or nobody
  /// looked.
  package var lastDurationMilliseconds: Int64? {
    recentRuns?.runs.first { $0.standing == .succeeded || $0.standing == .failed }?.durationMilliseconds
  }

  /// When the newest run began of which that is known.
  package var newestStart: Timestamp? {
    recentRuns?.runs.lazy.compactMap(\.startedAt).first.map { Timestamp(microseconds: $0) }
  }

  /// Whether its newest run is much slower than those before it, by the policy or else by the usual measure; never
  /// where the policy takes that away.
  package func slowness(at now: Timestamp) -> Slowness? {
    words.policy.tolerance.flatMap { recentRuns?.slowness($0, now) }
  }

  /// Calls `body` with how each of the last runs stands and how many milliseconds it took; newest first.
  package func forEachRun(last count: Int, _ body: (RunOutcome, Int64?) -> Void) {
    guard let recentRuns else { return }
    for run in recentRuns.runs.prefix(count) { body(run.standing, run.durationMilliseconds) }
  }
}

extension Catalog {
  /// How many assets ``reportQuestion(_:inOrderOfNames:readingRuns:)`` has.
  package func reportedCount() throws(CatalogError) -> Int {
    try ask { reader, _ throws(IndexError) in try reader.countFreshness() }
  }

  /// The rows of ``freshness(_:name:names:states:levels:owners:severities:byName:limit:)`` on all assets, with what was
  /// read of their runs.
  ///
  /// - Parameters:
  ///   - inOrderOfNames: whether they come by name and id, and not by their last materialization.
  ///   - readsRuns: whether the runs of an asset are read though it is well and nothing of it is checked.
  package func reportQuestion(
    _ policy: FreshnessPolicy, inOrderOfNames: Bool, readingRuns readsRuns: @escaping @Sendable (FreshnessRow) -> Bool
  ) throws(CatalogError) -> Question<FreshnessRow> {
    try Self.check(policy)
    return question(
      FreshnessQuestion(
        policy: policy, readsRuns: readsRuns, isInOrderOfNames: inOrderOfNames,
        window: options.runningWindow.microseconds))
  }

  /// The metadata file of a run, relative to the storage root.
  package func metadataPath(ofRun run: String, of asset: AssetIdentifier) -> String {
    layout.runMetadataPath(asset, runID: run)
  }

  /// When each asset was materialized, by name and id. No text of a run is read for it.
  ///
  /// - Parameter names: GLOBs; the asset's name must match any. Without one, all assets are meant.
  package func materializations(names: [String]) -> Question<AssetMaterializations> {
    let filter = NameFilter(nil, names)
    return Question(self, about: filter.scope) {
      HistoryCursor(name: filter.bound, now: $0.now)
    } row: { history, _ in
      filter.contains(history.asset) ? AssetMaterializations(history) : nil
    }
  }
}

/// When one asset was materialized.
package struct AssetMaterializations: Sendable {
  /// The asset.
  package let asset: AssetIdentifier
  /// All times that are known, each once, in no order; also those ahead of the clock.
  package let times: Set<Timestamp>

  fileprivate init(_ history: AssetHistory) {
    asset = history.asset
    let times = history.runs.compactMap(\.materialized) + [history.lastMaterialized].compactMap(\.self)
    self.times = Set(times.map { Timestamp(microseconds: $0) })
  }
}

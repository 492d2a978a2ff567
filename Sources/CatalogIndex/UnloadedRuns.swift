internal import ManifestModel

/// Runs of an asset that were left in the index, because a change does not concern them.
package struct UnloadedRuns: Sendable {
  /// How many of them count as runs.
  var runCount: Int64
  var watchedRuns: Int64
  /// The newest run before the change, which was loaded: none of them is newer.
  var newest: IndexedRun?
  /// The newest run that had ended before the change, where it was loaded: none of them is newer.
  var newestEnded: IndexedRun?
  /// None of them materialized later.
  var lastMaterialized: Int64?
  /// The runs that were loaded, as they were before the change. All that had not ended are among them.
  var runs: [IndexedRun]

  /// What is left of an asset as the index has it, of whose runs some were loaded, among them the newest.
  init(of asset: IndexedAsset) {
    runCount = asset.runCount - Int64(asset.runs.count { $0.result != nil })
    watchedRuns = asset.watchedRuns - Int64(asset.runs.count(where: \.isWatched))
    newest = asset.runs.first(where: \.isNewest)
    lastMaterialized = asset.lastMaterialized
    runs = asset.runs
    let tellers = asset.toldByRun ?? asset.facts?.lastRunID
    let isTold = asset.runs.contains { run in run.hasEndOnDisk && tellers.map { $0.hasSameBytes(as: run.id) } ?? false }
    newestEnded =
      isTold ? asset.runs.filter(\.hasEndOnDisk).max { $1.beganAfter($0) } : nil
  }
}

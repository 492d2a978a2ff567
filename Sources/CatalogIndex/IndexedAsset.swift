package import ManifestModel
package import StoredTree

/// One asset with all its runs, as the index holds it.
package struct IndexedAsset: Sendable {
  /// The row's key, once it has one.
  package var key: Int64?
  package var asset: AssetIdentifier
  package var folder: SeenFile
  package var manifestState: FileState
  package var manifest: SeenFile
  package var facts: ManifestFacts?
  /// The artifacts that the manifest names; `nil` where they were not loaded and did not change.
  package var artifacts: [String]?
  /// In the order of the bytes of their ids.
  package var runs: [IndexedRun]
  /// What is to be known of runs that were left in the index; `nil` where all were loaded.
  package var unloaded: UnloadedRuns?

  /// Derived, see ``derive()``.
  package var isKnown = false
  package var runCount: Int64 = 0
  package var watchedRuns: Int64 = 0
  package var newestRunID: String?
  package var lastMaterialized: Int64?
  package var source: String?
  /// The newest ended run, where it tells more than the manifest, and how it ended.
  package var toldByRun: String?
  package var toldStatus: ManifestStatus?
  /// Whether no materialization is known, but a file that was never good may know of one.
  package var isUnread = false
  /// Whether what was derived may be wrong, because it depends on runs that were not loaded.
  package var needsAllRuns = false

  /// An asset of which nothing is known yet.
  package init(_ asset: AssetIdentifier) {
    self.asset = asset
    folder = .unseen
    manifestState = .absent
    manifest = .unseen
    artifacts = []
    runs = []
  }
}

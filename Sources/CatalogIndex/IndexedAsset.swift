package import ManifestModel
package import StoredTree

/// What the index keeps of a manifest.
package struct ManifestFacts: Equatable, Sendable {
  package var signature: String?
  package var lastMaterialized: Int64?
  package var lastStatus: ManifestStatus
  package var lastError: String?
  package var lastRunID: String?
  package var lastRunMaterialized: Int64?
  /// `nil` where it is the path that the layout gives.
  package var lastRunMetadataPath: String?
  package var updatedAt: Int64?
  package var isLossy: Bool
}

/// What the index keeps of a run's metadata.
package struct RunFacts: Equatable, Sendable {
  package var startedAt: Int64?
  package var materialized: Int64?
  package var durationMilliseconds: Int64?
  package var status: ManifestStatus?
  package var error: String?
  package var traceback: String?
  package var assetPath: String?
  package var parameters: String?
  /// When the run last said that it lives.
  package var heartbeatAt: Int64?
  /// How often it means to say so.
  package var heartbeatSeconds: Int64?
}

/// How a run ended, as far as that does not depend on the clock. Raw values are those of the schema.
package enum RunResult: Int64, Sendable {
  case succeeded = 0
  case failed = 1
  case unfinished = 2
}

/// One run of an asset, as the index holds it.
package struct IndexedRun: Sendable {
  package var id: String
  package var state: FileState
  package var seen: SeenFile
  package var facts: RunFacts?
  /// Artifacts that the metadata lists; `nil` where they are not known, because they were not loaded or did not change.
  package var artifacts: [ArtifactFacts]?
  /// Whether the facts are there with error, traceback, path and parameters, or those were left in the index.
  package var hasTexts = true

  /// Derived, see ``IndexedAsset/derive()``.
  package var result: RunResult?
  package var isNewest = false
  /// The failure time of a failed run. Of an unfinished one, when it ends whatever the running window: three intervals
  /// after its last heartbeat, or when a run that began later ended.
  package var failedAt: Int64?
  package var isWatched = false
  /// Of an unfinished run: when it has taken longer than the past of its asset allows.
  package var overrunAt: Int64?
  /// A start or a heartbeat that is ahead of the time at which the file was written.
  package var aheadAt: Int64?
  /// The start by which runs are ordered: that of the metadata, unless that is ahead of the clock of the answer.
  package var beganAt: Int64?
  /// The last heartbeat, or when the file was written where the heartbeat is ahead of the clock of the answer.
  package var heartbeatAt: Int64?
  /// When a run that succeeded or failed did so.
  package var endedAt: Int64?

  package init(id: String, state: FileState, seen: SeenFile, facts: RunFacts? = nil, artifacts: [ArtifactFacts]? = nil)
  {
    self.id = id
    self.state = state
    self.seen = seen
    self.facts = facts
    self.artifacts = artifacts
  }
}

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

// Texts are compared as bytes, as everywhere: Swift's own equality would take two spellings of a letter for one, and a
// change from the one to the other for none.

extension ManifestFacts {
  package static func == (left: ManifestFacts, right: ManifestFacts) -> Bool {
    left.signature.hasSameBytes(as: right.signature) && left.lastMaterialized == right.lastMaterialized
      && left.lastStatus == right.lastStatus && left.lastError.hasSameBytes(as: right.lastError)
      && left.lastRunID.hasSameBytes(as: right.lastRunID) && left.lastRunMaterialized == right.lastRunMaterialized
      && left.lastRunMetadataPath.hasSameBytes(as: right.lastRunMetadataPath) && left.updatedAt == right.updatedAt
      && left.isLossy == right.isLossy
  }
}

extension RunFacts {
  package static func == (left: RunFacts, right: RunFacts) -> Bool {
    left.startedAt == right.startedAt && left.materialized == right.materialized
      && left.durationMilliseconds == right.durationMilliseconds && left.status == right.status
      && left.error.hasSameBytes(as: right.error) && left.traceback.hasSameBytes(as: right.traceback)
      && left.assetPath.hasSameBytes(as: right.assetPath) && left.parameters.hasSameBytes(as: right.parameters)
      && left.heartbeatAt == right.heartbeatAt && left.heartbeatSeconds == right.heartbeatSeconds
  }
}

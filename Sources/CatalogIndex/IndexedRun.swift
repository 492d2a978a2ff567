package import ManifestModel
package import StoredTree

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
  package var result: StoredOutcome?
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

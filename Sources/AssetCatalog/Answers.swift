public import ManifestModel

/// Rows of an answer, and as of when they speak.
public struct Answer<Row: Sendable>: Sendable {
  /// When the answer was given: the clock that ages were measured against.
  public let generatedAt: Timestamp
  /// What was true in the tree at this moment is in the answer; `nil` where the index was never reconciled.
  public let asOf: Timestamp?
  /// What the index could not see.
  public let gaps: AnswerGaps
  /// Runs that have not ended, in an answer about failures; `nil` in others.
  public let unfinished: UnfinishedSummary?
  /// The rows, in the order that the question documents.
  public let rows: [Row]

  /// An answer from its parts.
  public init(
    generatedAt: Timestamp, asOf: Timestamp?, gaps: AnswerGaps = AnswerGaps(), unfinished: UnfinishedSummary? = nil,
    rows: [Row]
  ) {
    self.generatedAt = generatedAt
    self.asOf = asOf
    self.gaps = gaps
    self.unfinished = unfinished
    self.rows = rows
  }
}

/// What the index could not see, so that an answer may lack it: what was not read is not known to be well.
public struct AnswerGaps: Hashable, Sendable {
  /// Files that did not parse, and were touched so recently that a writer may be at them.
  public let unsettledFiles: Int
  /// Folders that could not be listed, of whose assets or runs nothing is known.
  public let unreadableFolders: Int
  /// Runs whose metadata cannot be read: they may have failed.
  public let unreadableRuns: Int
  /// Manifests that cannot be read; of those that were good before the last good values stay.
  public let unreadableManifests: Int
  /// Manifests and runs that say more than the index holds: artifacts beyond the first 10,000, ends of long texts.
  public let truncatedFiles: Int

  /// Gaps from their parts; none without arguments.
  public init(
    unsettledFiles: Int = 0, unreadableFolders: Int = 0, unreadableRuns: Int = 0, unreadableManifests: Int = 0,
    truncatedFiles: Int = 0
  ) {
    self.unsettledFiles = unsettledFiles
    self.unreadableFolders = unreadableFolders
    self.unreadableRuns = unreadableRuns
    self.unreadableManifests = unreadableManifests
    self.truncatedFiles = truncatedFiles
  }
}

/// Runs that have not ended, those that take too long included.
public struct UnfinishedSummary: Hashable, Sendable {
  /// How many there are.
  public let count: Int
  /// The earliest start among them; `nil` where there are none.
  public let oldestStart: Timestamp?
}

/// How a run ended, or that it has not.
public enum RunOutcome: String, Sendable, CaseIterable {
  /// It materialized.
  case succeeded
  /// Its metadata or the manifest says that it failed.
  case failed
  /// It has not ended: its last heartbeat is no older than three intervals, or, without heartbeats, it began within the
  /// running window and no run of its asset that began later has ended.
  case running
  /// It is running, but for longer than the past of its asset allows.
  case overrun
  /// It never finished, and runs no longer.
  case interrupted
}

/// One failure: a run that failed, that started and never came back, or that takes longer than it ever did.
public struct FailureRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The run: the text behind `asset_run_id=` in its path.
  public let runID: String
  /// How it ended.
  public let outcome: RunOutcome
  /// When it began, where its metadata says so.
  public let startedAt: Timestamp?
  /// Of a failed run its end where known, else the manifest's `updated_at` if it is the last run, else its start. Of an
  /// interrupted or overrun one the instant at which it became that; `nil` for a run that has not ended.
  public let failedAt: Timestamp?
  /// What went wrong: the metadata's error, else the manifest's if it is the last run.
  public let error: String?
  /// The run's metadata file, relative to the storage root.
  public let metadataPath: String
}

/// One run of an asset.
public struct RunRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The run: the text behind `asset_run_id=` in its path.
  public let runID: String
  /// How it ended.
  public let outcome: RunOutcome
  /// When it began, where its metadata says so.
  public let startedAt: Timestamp?
  /// When it materialized; `nil` where it has not.
  public let materialized: Timestamp?
  /// How long it took, in milliseconds, where its metadata says so.
  public let durationMilliseconds: Int64?
  /// What went wrong: the metadata's error, else the manifest's if it is the last run.
  public let error: String?
  /// The run's metadata file, relative to the storage root.
  public let metadataPath: String
}

/// What the runs of an asset add up to.
public struct RunSummary: Sendable {
  /// How many runs there are.
  public let count: Int
  /// Runs that materialized.
  public let succeeded: Int
  /// Runs that failed.
  public let failed: Int
  /// Runs that never finished, and run no longer.
  public let interrupted: Int
  /// Runs that have not ended yet.
  public let running: Int
  /// Runs that have not ended yet, and take longer than the past of the asset allows.
  public let overrun: Int
  /// Succeeded runs among those that ended, 0 to 1; `nil` where none ended.
  public let successRate: Double?
  /// The median duration of the succeeded runs, in milliseconds (nearest rank).
  public let medianDurationMilliseconds: Int64?
  /// The 95th percentile of the durations of the succeeded runs, in milliseconds (nearest rank).
  public let p95DurationMilliseconds: Int64?
}

/// One asset in a list.
public struct AssetRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// When it was last materialized; `nil` where that is not known.
  public let lastMaterialized: Timestamp?
  /// How the newest run that ended did so, by the manifest or by its own metadata, whichever tells more; `nil` where
  /// neither tells.
  public let lastStatus: ManifestStatus?
  /// That run.
  public let lastRunID: String?
  /// What went wrong in it.
  public let lastError: String?
  /// The signature that the manifest gives.
  public let signature: String?
  /// When the manifest says that it was written.
  public let updatedAt: Timestamp?
  /// Where the time was found; `nil` where there is none.
  public let source: MaterializationSource?
  /// How many runs are known.
  public let runCount: Int
  /// The manifest, relative to the storage root; `nil` for an asset that has none.
  public let manifestPath: String?
  /// Whether the manifest on disk cannot be read at present, so that the values are those of the last good one.
  public let isDamaged: Bool
  /// Whether it cannot be told when the asset was last materialized, as in ``FreshnessState/unknown``.
  public let isUnknown: Bool
}

/// One recorded artifact.
public struct ArtifactRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The path as the manifest spells it, relative to the storage root.
  public let path: String
  /// Whether a file or folder is there, beneath the storage root.
  public let exists: Bool
}

/// Why an asset appears among the drift.
public enum DriftKind: String, Sendable {
  /// The name has several asset ids: several configurations.
  case configurations
  /// The signature differs from the one the caller expects.
  case signature
}

/// One asset that drifted.
public struct DriftRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// Why the asset is here.
  public let kind: DriftKind
  /// How many asset ids the name has.
  public let configurationCount: Int
  /// The signature that the manifest gives.
  public let signature: String?
  /// The signature that the caller expects; `nil` for `configurations`.
  public let expectedSignature: String?
  /// When it was last materialized; `nil` where that is not known.
  public let lastMaterialized: Timestamp?
}

/// One thing that is wrong with a file or folder of the tree.
public struct ProblemRow: Sendable {
  /// The path relative to the storage root; bytes that are not UTF-8 are spelled `\xNN`.
  public let path: String
  /// `misplaced`, `future_time`, `manifest_behind`, `truncated`, `unsettled`, `unreadable`, `too_large`, `not_a_file`, `invalid_name`, `invalid_json`, `invalid_manifest` or
  /// `invalid_run`.
  public let kind: String
  /// One sentence.
  public let message: String
  /// When it was first seen.
  public let seenAt: Timestamp
  /// The asset that the path belongs to, where it belongs to one.
  public let asset: AssetIdentifier?
}

/// One difference between the tree and the index.
public struct CheckRow: Sendable {
  /// The path relative to the storage root.
  public let path: String
  /// `missing` (in the tree, not in the index), `extra` (in the index, not in the tree), `stale` or `damaged`.
  public let kind: String
  /// One sentence.
  public let message: String
  /// The asset that the path belongs to, where it belongs to one.
  public let asset: AssetIdentifier?
}

/// What the index holds, on one screen.
public struct CatalogStatus: Sendable {
  /// When the answer was given: the clock that ages were measured against.
  public let generatedAt: Timestamp
  /// What was true in the tree at this moment is in the answer; `nil` where the index was never reconciled.
  public let asOf: Timestamp?
  /// The storage root, as an absolute path.
  public let root: String
  /// The index file.
  public let indexPath: String
  /// The size of the index file, in bytes; its write-ahead log is not counted.
  public let indexBytes: Int64
  /// The newest migration that the index has.
  public let schemaVersion: Int
  /// The version of SQLite in use.
  public let sqliteVersion: String
  /// Assets that are known.
  public let assetCount: Int
  /// Assets by how fresh they are.
  public let assetsByState: [FreshnessState: Int]
  /// Counted by the status of the newest run that ended; assets of which none is known count under `nil`.
  public let assetsByStatus: [ManifestStatus?: Int]
  /// Runs of all assets.
  public let runCount: Int
  /// Runs by how they ended.
  public let runsByOutcome: [RunOutcome: Int]
  /// Artifacts that manifests name.
  public let artifactCount: Int
  /// Problems by kind; kinds without one are left out.
  public let problemsByKind: [String: Int]
}

/// What a reconcile or a rebuild did.
public struct ReconcileSummary: Sendable {
  /// Assets that were not in the index.
  public let added: Int
  /// Assets of which at least one fact or file changed.
  public let changed: Int
  /// Assets that are gone.
  public let removed: Int
  /// Assets that are as they were.
  public let unchanged: Int
  /// Problems in the index afterwards.
  public let problems: Int
  /// Manifests and run metadata that were read.
  public let filesRead: Int
  /// How long it took.
  public let seconds: Double
  /// In a dry run: the paths that would be read or removed, each with what would happen. Otherwise empty.
  public let planned: [PlannedChange]
}

/// One thing that a reconcile would do.
public struct PlannedChange: Sendable {
  /// What would happen to a path.
  public enum Action: String, Sendable {
    /// It would be read, and is not in the index.
    case add
    /// It would be read again.
    case change
    /// What the index holds of it would be removed.
    case remove
  }

  /// What would happen.
  public let action: Action
  /// Relative to the storage root.
  public let path: String
}

/// How far long work has come.
public struct CatalogProgress: Sendable {
  /// Names of assets looked at so far; a name has one asset for each of its ids.
  public let completed: Int
  /// How many there will be, as far as is known; an estimate.
  public let total: Int?

  /// Progress from its parts.
  public init(completed: Int, total: Int?) {
    self.completed = completed
    self.total = total
  }
}

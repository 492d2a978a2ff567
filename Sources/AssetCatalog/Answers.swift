public import ManifestModel

/// Rows of an answer, and as of when they speak.
public struct Answer<Row: Sendable>: Sendable {
  /// When the answer was given: the clock that ages were measured against.
  public let generatedAt: Timestamp
  /// What was true in the tree at this moment is in the answer; `nil` where the index was never reconciled.
  public let asOf: Timestamp?
  /// The rows, in the order that the question documents.
  public let rows: [Row]
}

/// How fresh an asset is.
public enum FreshnessState: String, Sendable, CaseIterable {
  /// Younger than its maximum age, and than the age to warn after.
  case fresh
  /// Younger than its maximum age, but not than the age to warn after.
  case warn
  /// At least as old as its maximum age. mad_prefect's cache rule: equal is expired.
  case stale
  /// No materialization is known.
  case never
}

/// Where the time of the last materialization was found.
public enum MaterializationSource: String, Sendable {
  /// In the manifest.
  case manifest
  /// In the newest materialized run; the manifest gave none.
  case runs
}

/// One asset in a freshness report.
public struct FreshnessRow: Sendable {
  public let asset: AssetIdentifier
  public let state: FreshnessState
  public let lastMaterialized: Timestamp?
  /// Microseconds between the last materialization and the clock of the answer; negative for a time in the future.
  public let ageMicroseconds: Int64?
  /// The maximum age that applied, in microseconds.
  public let maxAgeMicroseconds: Int64
  public let lastStatus: ManifestStatus?
  public let lastRunID: String?
  public let source: MaterializationSource?
  /// Whether the manifest on disk cannot be read at present, so that the values are those of the last good one.
  public let isDamaged: Bool
}

/// How a run ended, or that it has not.
public enum RunOutcome: String, Sendable, CaseIterable {
  /// It materialized.
  case succeeded
  /// Its metadata or the manifest says that it failed.
  case failed
  /// It has not finished, is the newest of its asset and began within the running window.
  case running
  /// It never finished.
  case interrupted
}

/// One failure: a run that failed, or that started and never came back.
public struct FailureRow: Sendable {
  public let asset: AssetIdentifier
  public let runID: String
  public let outcome: RunOutcome
  public let startedAt: Timestamp?
  /// The end of the run where known, else the manifest's `updated_at` if it is the last run, else the run's start.
  public let failedAt: Timestamp
  public let error: String?
  /// The run's metadata file, relative to the storage root.
  public let metadataPath: String
}

/// One run of an asset.
public struct RunRow: Sendable {
  public let asset: AssetIdentifier
  public let runID: String
  public let outcome: RunOutcome
  public let startedAt: Timestamp?
  public let materialized: Timestamp?
  public let durationMilliseconds: Int64?
  public let error: String?
  /// The run's metadata file, relative to the storage root.
  public let metadataPath: String
}

/// What the runs of an asset add up to.
public struct RunSummary: Sendable {
  public let count: Int
  public let succeeded: Int
  public let failed: Int
  public let interrupted: Int
  public let running: Int
  /// Succeeded runs among those that ended, 0 to 1; `nil` where none ended.
  public let successRate: Double?
  /// The median duration of the succeeded runs, in milliseconds (nearest rank).
  public let medianDurationMilliseconds: Int64?
  /// The 95th percentile of the durations of the succeeded runs, in milliseconds (nearest rank).
  public let p95DurationMilliseconds: Int64?
}

/// One asset in a list.
public struct AssetRow: Sendable {
  public let asset: AssetIdentifier
  public let lastMaterialized: Timestamp?
  public let lastStatus: ManifestStatus?
  public let lastRunID: String?
  public let lastError: String?
  public let signature: String?
  public let updatedAt: Timestamp?
  public let source: MaterializationSource?
  public let runCount: Int
  /// The manifest, relative to the storage root; `nil` for an asset that has none.
  public let manifestPath: String?
  /// Whether the manifest on disk cannot be read at present, so that the values are those of the last good one.
  public let isDamaged: Bool
}

/// One recorded artifact.
public struct ArtifactRow: Sendable {
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
  public let asset: AssetIdentifier
  public let kind: DriftKind
  /// How many asset ids the name has.
  public let configurationCount: Int
  public let signature: String?
  /// The signature that the caller expects; `nil` for `configurations`.
  public let expectedSignature: String?
  public let lastMaterialized: Timestamp?
}

/// One thing that is wrong with a file or folder of the tree.
public struct ProblemRow: Sendable {
  /// The path relative to the storage root; bytes that are not UTF-8 are spelled `\xNN`.
  public let path: String
  public let kind: String
  public let message: String
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
  public let message: String
  public let asset: AssetIdentifier?
}

/// What the index holds, on one screen.
public struct CatalogStatus: Sendable {
  public let generatedAt: Timestamp
  public let asOf: Timestamp?
  public let root: String
  public let indexPath: String
  public let indexBytes: Int64
  public let schemaVersion: Int
  public let sqliteVersion: String
  public let assetCount: Int
  public let assetsByState: [FreshnessState: Int]
  /// Counted by `last_status`; assets without a manifest count under `nil`.
  public let assetsByStatus: [ManifestStatus?: Int]
  public let runCount: Int
  public let runsByOutcome: [RunOutcome: Int]
  public let artifactCount: Int
  public let problemsByKind: [String: Int]
}

/// What a reconcile or a rebuild did.
public struct ReconcileSummary: Sendable {
  /// Assets that were not in the index.
  public let added: Int
  /// Assets of which at least one fact or file changed.
  public let changed: Int
  public let removed: Int
  public let unchanged: Int
  /// Problems in the index afterwards.
  public let problems: Int
  public let filesRead: Int
  public let seconds: Double
  /// In a dry run: the paths that would be read or removed, each with what would happen. Otherwise empty.
  public let planned: [PlannedChange]
}

/// One thing that a reconcile would do.
public struct PlannedChange: Sendable {
  public enum Action: String, Sendable { case add, change, remove }
  public let action: Action
  /// Relative to the storage root.
  public let path: String
}

/// How far long work has come.
public struct CatalogProgress: Sendable {
  /// Assets looked at so far.
  public let completed: Int
  /// How many there will be, as far as is known; an estimate.
  public let total: Int?
}

package import ManifestModel

/// What the index holds, on one screen.
package struct CatalogStatus: Sendable {
  /// When the answer was given: the clock that ages were measured against.
  package let generatedAt: Timestamp
  /// What was true in the tree at this moment is in the answer; `nil` where the index was never reconciled.
  package let asOf: Timestamp?
  /// The storage root, as an absolute path.
  package let root: String
  /// The index file.
  package let indexPath: String
  /// The size of the index file, in bytes; its write-ahead log is not counted.
  package let indexBytes: Int64
  /// The newest migration that the index has.
  package let schemaVersion: Int
  /// The version of SQLite in use.
  package let sqliteVersion: String
  /// Assets that are known.
  package let assetCount: Int
  /// Assets by how fresh they are.
  package let assetsByState: [FreshnessState: Int]
  /// Counted by the status of the newest run that ended; assets of which none is known count under `nil`.
  package let assetsByStatus: [ManifestStatus?: Int]
  /// Runs of all assets.
  package let runCount: Int
  /// Runs by how they ended.
  package let runsByOutcome: [RunOutcome: Int]
  /// Artifacts that manifests name.
  package let artifactCount: Int
  /// Problems by kind; kinds without one are left out.
  package let problemsByKind: [ProblemKind: Int]
}

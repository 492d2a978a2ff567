/// What went wrong in a run.
public struct RunError: Hashable, Sendable {
  /// The kind of error, such as `ValueError`.
  public var type: String?
  /// What the error said.
  public var message: String
  /// The stack, or whatever else the writer gave as details.
  public var traceback: String?

  /// An error from its parts.
  public init(type: String? = nil, message: String, traceback: String? = nil) {
    self.type = type
    self.message = message
    self.traceback = traceback
  }
}

/// What a run's metadata says of one artifact that it wrote.
public struct ArtifactFacts: Hashable, Sendable {
  /// Where the artifact lies, relative to the storage root.
  public var path: String
  /// Its size in bytes.
  public var bytes: Int64?
  /// When it was last modified.
  public var modified: Timestamp?
  /// `parquet`, `csv`, `json`, …
  public var format: String?
  /// Changes if and only if column names, types or their order change; `v1:` and 32 hexadecimal digits where the catalog
  /// computed it.
  public var schemaHash: String?
  /// The number of rows.
  public var rowCount: Int64?
  /// How many rows ``schemaHash`` was taken from, for a format such as JSON that declares no schema.
  public var sampledRows: Int64?

  /// Facts from their parts.
  public init(
    path: String, bytes: Int64? = nil, modified: Timestamp? = nil, format: String? = nil, schemaHash: String? = nil,
    rowCount: Int64? = nil, sampledRows: Int64? = nil
  ) {
    self.path = path
    self.bytes = bytes
    self.modified = modified
    self.format = format
    self.schemaHash = schemaHash
    self.rowCount = rowCount
    self.sampledRows = sampledRows
  }
}

extension ArtifactFacts {
  /// Whether both say the same, in the same bytes: `é` in one piece is another path than `é` in two.
  public static func == (left: ArtifactFacts, right: ArtifactFacts) -> Bool {
    left.path.hasSameBytes(as: right.path) && left.bytes == right.bytes && left.modified == right.modified
      && left.format.hasSameBytes(as: right.format) && left.schemaHash.hasSameBytes(as: right.schemaHash)
      && left.rowCount == right.rowCount && left.sampledRows == right.sampledRows
  }

  /// Equal facts hash alike.
  public func hash(into hasher: inout Hasher) {
    path.withBytes { hasher.combine(bytes: $0) }
    hasher.combine(bytes)
  }
}

/// One run's metadata file: mad_prefect's `DataAssetRun`, and what the catalog adds to it.
public struct RunMetadata: Sendable {
  /// The run's id.
  public var id: String?
  /// When the run began: `runtime` in the file.
  public var startedAt: Timestamp?
  /// When the run materialized; `nil` as long as it has not, and for ever when it failed.
  public var materialized: Timestamp?
  /// How long the run took, in milliseconds: `duration_miliseconds` (sic) in the file.
  public var durationMilliseconds: Int64?
  /// The asset's configuration id.
  package var assetID: String?
  /// The asset's name.
  package var assetName: String?
  /// The path template of the asset.
  package var assetPath: String?
  /// The arguments of the run, as text.
  public var parameters: String?
  /// How the run ended, where the catalog wrote it. mad_prefect does not.
  public var status: ManifestStatus?
  /// What went wrong, where the catalog wrote it.
  public var error: RunError?
  /// What the run wrote, where the catalog recorded it; `nil` where the file does not say.
  public var artifacts: [ArtifactFacts]?
  /// When the writer last said that the run is under way; `nil` where nobody promised to say so, or the run has ended.
  public var heartbeatAt: Timestamp?
  /// How many seconds lie between two such words, as the writer promised: 1 to 31,536,000. Set where ``heartbeatAt`` is.
  public var heartbeatSeconds: Int64?
  /// Fields of `data` that neither mad_prefect nor the catalog knows, in the order of the file.
  package var unknownFields: [JSONField]
  /// Whether a lone surrogate in the file was replaced by U+FFFD.
  package var isLossy: Bool
  /// How many artifacts the file names beside those here; more than none only where it was read within limits.
  package internal(set) var artifactsLeftOut = 0

  /// Metadata from its parts.
  package init(
    id: String?, startedAt: Timestamp? = nil, materialized: Timestamp? = nil, durationMilliseconds: Int64? = nil,
    assetID: String? = nil, assetName: String? = nil, assetPath: String? = nil, parameters: String? = nil,
    status: ManifestStatus? = nil, error: RunError? = nil, artifacts: [ArtifactFacts]? = nil,
    heartbeatAt: Timestamp? = nil, heartbeatSeconds: Int64? = nil, unknownFields: [JSONField] = [],
    isLossy: Bool = false
  ) {
    self.id = id
    self.startedAt = startedAt
    self.materialized = materialized
    self.durationMilliseconds = durationMilliseconds
    self.assetID = assetID
    self.assetName = assetName
    self.assetPath = assetPath
    self.parameters = parameters
    self.status = status
    self.error = error
    self.artifacts = artifacts
    self.heartbeatAt = heartbeatAt
    self.heartbeatSeconds = heartbeatSeconds
    self.unknownFields = unknownFields
    self.isLossy = isLossy
  }
}

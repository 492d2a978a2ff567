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
  /// How many seconds lie between two such words, as the writer promised: 1 to 31,536,000. Set where ``heartbeatAt``
  /// is.
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

public import ManifestModel

/// The catalog of one storage root.
public final class AssetCatalog: Sendable {
  /// How a catalog is opened and how it answers.
  public struct Options: Sendable {
    /// The folder below the root; `ASSET_METADATA_LOCATION` of mad_prefect.
    public var metadataFolder: String = "_asset_metadata"
    /// Where the index is; `nil` for `.index/catalog.sqlite` in the metadata folder, or the user's cache where that cannot be written.
    public var indexPath: String?
    /// When a question brings the index up to date first.
    public var reconciling: Reconciling = .always
    /// How long an unfinished newest run counts as running.
    public var runningWindow: Duration = .seconds(86400)
    /// The clock for ages; `nil` for the system's.
    public var now: (@Sendable () -> Timestamp)?
    /// Called with sentences about things that went well in the end, such as a damaged index that was rebuilt.
    public var onWarning: (@Sendable (String) -> Void)?
    /// Called now and then during long work.
    public var onProgress: (@Sendable (CatalogProgress) -> Void)?

    public init() {}
  }

  /// When a question brings the index up to date before it answers.
  public enum Reconciling: Sendable {
    case always
    /// Only when the last reconcile began longer ago than this.
    case maxLag(Duration)
    case never
  }

  /// The storage root, as an absolute path.
  public var root: String { fatalError("stub") }
  /// The index file that is in use.
  public var indexPath: String { fatalError("stub") }

  public init(root: String, options: Options = Options()) throws(CatalogError) { fatalError("stub") }

  // MARK: Questions

  /// Ordered by the last materialization, oldest first, `never` first of all; then by name and id.
  public func freshness(
    _ policy: FreshnessPolicy, name: String? = nil, states: Set<FreshnessState>? = nil, limit: Int? = nil
  ) throws(CatalogError) -> Answer<FreshnessRow> { fatalError("stub") }

  /// `stale` and `never`.
  public func stale(maxAge: Duration, name: String? = nil, limit: Int? = nil) throws(CatalogError) -> Answer<
    FreshnessRow
  > { fatalError("stub") }

  /// Newest first.
  public func failures(since: Timestamp, name: String? = nil, limit: Int? = nil) throws(CatalogError) -> Answer<
    FailureRow
  > { fatalError("stub") }

  /// By name and id.
  public func assets(name: String? = nil, limit: Int? = nil) throws(CatalogError) -> Answer<AssetRow> {
    fatalError("stub")
  }

  /// Newest first.
  public func runs(of asset: AssetIdentifier, limit: Int? = nil) throws(CatalogError) -> Answer<RunRow> {
    fatalError("stub")
  }
  public func runSummary(of asset: AssetIdentifier) throws(CatalogError) -> RunSummary { fatalError("stub") }

  public func manifest(of asset: AssetIdentifier) throws(CatalogError) -> Manifest? { fatalError("stub") }
  public func lastMaterialized(of asset: AssetIdentifier) throws(CatalogError) -> Timestamp? { fatalError("stub") }
  /// mad_prefect's rule: `ttl > 0`, `last_materialized > now − ttl`, and the first artifact exists.
  public func isCached(_ asset: AssetIdentifier, ttl: Duration) throws(CatalogError) -> Bool { fatalError("stub") }

  public func drift(expected: [AssetIdentifier: String] = [:], name: String? = nil, limit: Int? = nil)
    throws(CatalogError) -> Answer<DriftRow>
  { fatalError("stub") }
  public func producers(of path: String) throws(CatalogError) -> Answer<ArtifactRow> { fatalError("stub") }
  public func artifacts(limit: Int? = nil) throws(CatalogError) -> Answer<ArtifactRow> { fatalError("stub") }
  public func missingArtifacts(limit: Int? = nil) throws(CatalogError) -> Answer<ArtifactRow> { fatalError("stub") }
  public func problems(limit: Int? = nil) throws(CatalogError) -> Answer<ProblemRow> { fatalError("stub") }
  public func status(maxAge: Duration) throws(CatalogError) -> CatalogStatus { fatalError("stub") }

  // MARK: Keeping the mirror true

  public func reconcile(full: Bool = false, dryRun: Bool = false, wait: Bool = true, acceptRoot: Bool = false)
    throws(CatalogError) -> ReconcileSummary
  { fatalError("stub") }
  public func rebuild(wait: Bool = true) throws(CatalogError) -> ReconcileSummary { fatalError("stub") }
  /// Writes nothing.
  public func check() throws(CatalogError) -> Answer<CheckRow> { fatalError("stub") }

  // MARK: SQL

  /// One value of a row that SQL gave.
  public enum Value: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
  }
  /// What a query gave.
  public struct QueryResult: Sendable {
    public let asOf: Timestamp?
    public let columns: [String]
    public let rows: [[Value]]
  }
  public func query(_ sql: String, timeout: Duration = .seconds(5), limit: Int? = nil) throws(CatalogError)
    -> QueryResult
  { fatalError("stub") }
}

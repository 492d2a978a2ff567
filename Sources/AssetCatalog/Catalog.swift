internal import CatalogIndex
internal import CatalogReconciler
internal import Glibc
internal import LinuxSystem
package import LocalTree
public import ManifestModel
internal import ManifestStore
package import ObjectStorage

/// The catalog of one storage root: open it once, ask it from anywhere.
///
/// The manifests and run metadata below the root are the truth; the catalog keeps an index of them and answers from
/// that. A question brings the index up to date first, as ``Options/reconciling`` has it, and every answer says as of
/// which time it is true.
///
/// ```swift
/// let catalog = try Catalog(root: "/data/lake")
/// for row in try catalog.stale(maxAge: .seconds(86400), limit: 50).rows {
///   print(row.asset.name, row.lastMaterialized?.description ?? "never")
/// }
/// ```
///
/// A catalog may be used by many tasks and threads at once. Questions that go to the index run side by side, each on a
/// connection of its own; they block their thread for as long as they take, which is mostly far below a millisecond
/// once the index is up to date. Names and ids are compared as bytes.
public final class Catalog: Sendable {
  /// How a catalog is opened and how it answers.
  public struct Options: Sendable {
    /// The folder below the root; `ASSET_METADATA_LOCATION` of mad_prefect.
    public var metadataFolder: String = MetadataLayout.defaultFolder
    /// Where the index is; `nil` for `.index/catalog.sqlite` in the metadata folder, or the user's cache where that
    /// cannot be written.
    public var indexPath: String?
    /// Whether a record looks into the artifacts that it names, for their size, time, format, rows and schema.
    public var inspectsArtifacts = true
    /// Whether a record may hold times more than 5 minutes ahead of the clock. Such a time is mostly that of a clock
    /// gone wrong, and would make its run the newest until that time.
    public var allowsFutureTimes = false
    /// How long a call that records waits for other writers of its assets, all of them taken together, before it throws
    /// ``CatalogError/Code/busy`` for those that are left. Writers hold an asset for some milliseconds.
    public var lockPatience: Duration = .seconds(10)
    /// How long a call that records waits for others who write the index. Then the record is safe in the tree, and
    /// the next reconcile brings it to the index. A reconcile holds the index while it writes what has changed.
    public var indexPatience: Duration = .seconds(2)
    /// How long a question waits for other processes that bring the index up to date or have it locked, all waits taken
    /// together, before it throws ``CatalogError/Code/busy``.
    public var patience: Duration = .seconds(10)
    /// How long ``Catalog/reconcile(full:wait:acceptRoot:)`` and ``Catalog/rebuild(wait:)`` wait for other
    /// processes; `nil` for another reconcile as long as it takes, of which ``onWarning`` is told after two seconds.
    public var maintenancePatience: Duration?
    /// When a question brings the index up to date first.
    public var reconciling: Reconciling = .always
    /// How long after its start an unfinished run without heartbeats counts as running, unless a run that began later
    /// has ended before.
    public var runningWindow: Duration = .seconds(86400)
    /// The clock for ages; `nil` for the system's.
    public var now: (@Sendable () -> Timestamp)?
    /// Called with sentences about things that went well in the end, such as a damaged index that was rebuilt.
    public var onWarning: (@Sendable (String) -> Void)?
    /// Called now and then during long work.
    package var onProgress: (@Sendable (CatalogProgress) -> Void)?

    /// Whether heartbeats bear the time of the file system where this process has another, though ``now`` is given: for
    /// one that lives while its clock stands.
    package var beatsByFileClock = false
    /// The system calls through which the tree is looked at.
    package var fileSystem: any FileSystem = LinuxFileSystem()
    /// How long one request to the store of a root in a bucket may take, with all its tries and the way to credentials;
    /// `nil` for as long as they take, which is a minute and a half where the store says nothing.
    package var storePatience: Duration?
    /// Whether nobody wants to wait for such a store any more.
    package var isAskedToStop: @Sendable () -> Bool = { false }
    /// Opens the store of a root in a bucket; `nil` for the one that the environment names.
    package var openStore: (@Sendable (BucketLocation) throws(ObjectError) -> any ObjectStore)?
    /// How many assets a page of a bucket's listing is taken to have, to judge what is cheaper to list.
    package var assetsOfPage = Reconciler.Part.usualAssetsOfPage
    /// The system calls through which runs are recorded.
    package var writableFileSystem: any WritableFileSystem = LinuxFileSystem()

    /// The usual options: every question brings the index up to date, and the system's clock counts.
    public init() {}
  }

  /// When a question brings the index up to date before it answers.
  public enum Reconciling: Sendable {
    /// Before every question.
    case always
    /// Only when the last reconcile began longer ago than this, or never was.
    case maxLag(Duration)
    /// Never. Where there is no index, or one that was never filled, questions fail with
    /// ``CatalogError/Code/inputOutput``.
    case never

    var mayWrite: Bool {
      if case .never = self { false } else { true }
    }
  }

  /// The storage root, as an absolute path or as the address of a bucket.
  public let root: String
  /// The index file that is in use: the name that any SQLite client may open. Where none can be used, the one that was
  /// asked for, or else the one in the metadata folder.
  public var indexPath: String { place.path }

  let options: Options
  let layout: MetadataLayout
  private let place: LazyIndexLocation
  let tree: TreeAccess
  let readers: ReaderPool
  let mirror: RecordMirror
  /// What was looked at alone since everything was.
  let looks = ScopedLooks()
  /// What was recorded here before.
  let durable = DurableFiles()

  /// Opens the catalog of a storage root. Nothing is read or written before the first question.
  ///
  /// ```swift
  /// var options = Catalog.Options()
  /// options.reconciling = .maxLag(.seconds(300))
  /// let catalog = try Catalog(root: "/data/lake", options: options)
  /// ```
  ///
  /// - Parameters:
  ///   - root: the folder that holds the metadata folder and the artifacts, relative to the current folder; or
  ///     `s3://BUCKET/PREFIX`, which is reached with the settings and credentials of AWS's own tools. Nothing is ever
  ///     deleted there.
  ///   - options: how to answer.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a metadata folder that is no path below the root;
  ///   ``CatalogError/Code/noSuchRoot`` for a relative root where the current folder is gone or has no name in UTF-8.
  ///   That the index cannot be at its place is thrown by the first question: ``CatalogError/Code/badData`` where it
  ///   would not be a file, because a folder is there or the path names none, and ``CatalogError/Code/cannotWrite``
  ///   where its folder is missing, may not be written, or is on a network. Runs can be recorded all the same.
  public init(root: String, options: Options = Options()) throws(CatalogError) {
    let folder = options.metadataFolder
    let components = folder.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard components.allSatisfy({ MetadataLayout.isValidComponent(String(decoding: $0, as: UTF8.self)) }) else {
      throw CatalogError(
        .invalidArgument,
        "The metadata folder '\(folder)' is no path below the root: name one such as \(MetadataLayout.defaultFolder).")
    }
    let remote =
      RemoteRoot.isAddress(root) ? try RemoteRoot(root, metadataFolder: folder, options: options) : nil
    self.root = if let remote { remote.root } else { try Self.absolute(root) }
    self.options = options
    layout = MetadataLayout(folder: folder)
    tree = TreeAccess(root: self.root, layout: layout, fileSystem: options.fileSystem, remote: remote)
    let place = LazyIndexLocation(explicit: options.indexPath, root: self.root, metadataFolder: folder, remote: remote)
    self.place = place
    let mayWrite = options.reconciling.mayWrite
    readers = ReaderPool(patienceMilliseconds: options.patience.patienceMilliseconds) { () throws(IndexError) in
      mayWrite ? try place.location() : try place.location().toReadAsItIs
    }
    mirror = RecordMirror(patienceMilliseconds: options.indexPatience.patienceMilliseconds) { () throws(IndexError) in
      try place.location()
    }
  }

  /// The same catalog with the index as it is now, and with one clock for all its answers.
  private init(holding catalog: Catalog) throws(IndexError) {
    var options = catalog.options
    let now = catalog.now
    options.now = { now }
    options.reconciling = .never
    self.options = options
    root = catalog.root
    layout = catalog.layout
    tree = catalog.tree
    place = catalog.place
    readers = try ReaderPool(holding: catalog.readers)
    mirror = catalog.mirror
  }

  /// Brings the index up to date as the options have it, and asks several questions of what it then is.
  ///
  /// Whatever others write meanwhile, and whatever the time is, all answers are of one moment. Pages of large answers
  /// are as well; while they are read the log of the index cannot start over.
  ///
  /// - Parameter body: asks the catalog that it is given; once more, if the index turns out damaged and is rebuilt.
  /// - Returns: what `body` returns, and the catalog of that moment, for questions whose answers are written as they
  ///   come.
  package func inOneMoment<R>(
    _ body: (Catalog) throws(CatalogError) -> R
  ) throws(CatalogError) -> (answers: R, catalog: Catalog) {
    try mendingIndex { () throws(CatalogError) in
      let held = try CatalogError.wrapping { () throws(IndexError) in try Catalog(holding: self) }
      return (try body(held), held)
    }
  }

  /// Where the index is.
  var location: IndexLocation {
    get throws(IndexError) { try place.location() }
  }

  /// An absolute path without `.` and doubled or trailing slashes; `..` stays, since the folder before it may be a
  /// link.
  private static func absolute(_ path: String) throws(CatalogError) -> String {
    var components = path.split(separator: "/").filter { $0 != "." }.map(String.init)
    if !path.hasPrefix("/") {
      do throws(CurrentFolder.Fault) {
        components = try CurrentFolder.path().split(separator: "/").map(String.init) + components
      } catch {
        throw CatalogError(.noSuchRoot, "The storage root '\(path)' cannot be found, since \(error.reason).")
      }
    }
    return "/" + components.joined(separator: "/")
  }
}

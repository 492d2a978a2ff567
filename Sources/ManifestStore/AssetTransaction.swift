internal import Glibc
internal import LinuxSystem
internal import LocalTree
internal import ManifestModel
internal import StoredTree

/// What is written to one asset's folder at once: metadata of its runs, then its manifest.
///
/// All drafts lie in the asset's own folder, also those of run metadata: a rename from there is as atomic, and whoever
/// clears up after a writer that died need list no run folders. The steps are taken in this order: ``add(_:at:)`` for each
/// report, ``writeDrafts()``, ``publishRuns()``, ``publishManifest()``, ``end()``; between them the caller sees to it that
/// what was written is on the disk, unless `syncsEachFile`.
///
/// What fails for one run keeps no other run from being written: its reports fail, and the manifest is merged from the
/// others. Reports of beginnings do not need the manifest, so that they do not fail with it either.
final class AssetTransaction {
  struct Run {
    let id: String
    var metadata: RunMetadata
    var bytes: [UInt8]
    /// The file that was there before, if there was one.
    let former: Revision?
    /// Whether the run's folder was made for this.
    let madeFolder: Bool
    var draft: Draft?
    var isPublished = false
    var hasEnd = false
    /// Whether nothing is written of it but that it is alive.
    var isOnlyAlive = false
    /// Whether its heartbeat is now, by whichever clock, and no time that the caller gave.
    var beatsNow = false
    var failure: StoreError?
  }

  /// One report: its place among the caller's, its run, and the metadata that it led to.
  struct Entry {
    let place: Int
    let report: RunReport
    let run: Int
    let metadata: RunMetadata
  }

  let folder: LockedAssetFolder
  let tree: MetadataTree
  let fileSystem: any WritableFileSystem
  let layout: MetadataLayout
  let onWarning: (String) -> Void
  /// Whether a heartbeat bears the time of the file system where the clock of this process is another.
  let beatsByFileClock: Bool
  private let session: LocalSession
  private let sharedReader: TreeReader
  /// Reads what is in the locked folder.
  var reader: TreeReader {
    session.enter(asset, folder.descriptor)
    return sharedReader
  }
  let path = PathBuffer()
  let now: Timestamp
  let syncsEachFile: Bool
  let durable: DurableFiles
  var drafts: DraftFolder

  var runs: [Run] = []
  private var entries: [Entry] = []
  /// Where each run is in ``runs``, by the bytes of its id.
  private var places: [[UInt8]: Int] = [:]
  /// What was on the disk when the manifest was merged.
  var seenManifest: Revision?
  var manifest: Manifest?
  var manifestDraft: Draft?
  var isManifestPublished = false
  /// How many reports the draft of the manifest tells of.
  var mergedEnds = 0

  var asset: AssetIdentifier { folder.asset }

  init(
    _ folder: LockedAssetFolder, in tree: MetadataTree, _ fileSystem: any WritableFileSystem,
    _ session: LocalSession, reader: TreeReader,
    now: Timestamp, beatsByFileClock: Bool, syncsEachFile: Bool, durable: DurableFiles,
    onWarning: @escaping (String) -> Void
  ) {
    self.beatsByFileClock = beatsByFileClock
    self.folder = folder
    self.tree = tree
    self.fileSystem = fileSystem
    self.session = session
    sharedReader = reader
    self.now = now
    self.syncsEachFile = syncsEachFile
    self.durable = durable
    self.onWarning = onWarning
    drafts = DraftFolder(folder.descriptor, fileSystem)
    layout = MetadataLayout(folder: tree.metadataFolder)
  }

  // MARK: Reports

  /// Takes in one report: what it makes of the run's metadata, and later of the manifest. If it throws, it changes nothing.
  ///
  /// - Parameter place: The report's place among those of the caller.
  func add(_ given: RunReport, at place: Int) throws(StoreError) {
    var report = given
    report.runID = try chosenRun(given)
    if let window = report.runningWindowMicroseconds {
      try requireNoOther(than: report.choice == .named ? report.runID : "", runningFor: window)
    }
    let key = Array(report.runID.utf8)
    let known = places[key]
    var former = known.map { runs[$0].metadata }
    var revision: Revision?
    if known == nil { (former, revision) = try readRun(report.runID) }
    if report.isSignOfLife { try requireUnfinished(former, report.runID) }
    if !report.isEnd, former?.materialized != nil {
      throw StoreError(
        .refused,
        "\(absolute(layout.assetPath(asset))): the run \(report.runID) has succeeded already; choose another run id.")
    }
    let metadata = report.metadata(after: former, at: now)
    let bytes = ManifestCodec.encode(metadata)
    try check(size: bytes.count, of: layout.runMetadataPath(asset, runID: report.runID))
    let run = known ?? runs.count
    if known != nil {
      runs[run].metadata = metadata
      runs[run].bytes = bytes
      if !report.isSignOfLife { runs[run].isOnlyAlive = false }
    } else {
      let madeFolder = try makeFolder(of: report.runID)
      runs.append(
        Run(id: report.runID, metadata: metadata, bytes: bytes, former: revision, madeFolder: madeFolder))
      runs[run].isOnlyAlive = report.isSignOfLife
      places[key] = run
    }
    if report.isEnd { runs[run].hasEnd = true }
    let hasGivenTime = report.isSignOfLife && report.endedAt != nil
    runs[run].beatsNow = beatsByFileClock && metadata.heartbeatAt != nil && !hasGivenTime
    entries.append(Entry(place: place, report: report, run: run, metadata: metadata))
  }

  private func requireUnfinished(_ run: RunMetadata?, _ id: String) throws(StoreError) {
    guard let run else {
      throw StoreError(
        .noSuchRun,
        "\(absolute(layout.assetPath(asset))): no run \(id) has begun; record its beginning before it is said to be alive."
      )
    }
    guard run.materialized == nil, run.status != .failed, run.status != .success else {
      throw StoreError(
        .noSuchRun,
        "\(absolute(layout.assetPath(asset))): the run \(id) has ended, so it cannot be alive; leave it as it is.")
    }
  }

  /// What the reports of this transaction made of the run.
  func metadataSoFar(of run: String) -> RunMetadata? { places[Array(run.utf8)].map { runs[$0].metadata } }

  private func makeFolder(of run: String) throws(StoreError) -> Bool {
    path.set(MetadataLayout.runPrefix, run)
    do throws(SystemError) {
      return try fileSystem.makeFolder(path.pointer, in: folder.descriptor)
    } catch {
      throw StoreError(writing: absolute(layout.runMetadataPath(asset, runID: run)), error)
    }
  }

  func check(size: Int, of file: String) throws(StoreError) {
    guard size > TreeFile.mostBytes else { return }
    throw StoreError(
      .refused, "\(absolute(file)) would have \(size) bytes; 16 MiB is the limit, so record less of the error.")
  }

  // MARK: Failures

  /// Fails the reports of one run, and takes away what was not published. What was, stays: each file is the old or the
  /// new one.
  func fail(_ run: Int, _ error: StoreError) {
    if runs[run].failure == nil { runs[run].failure = error }
    if runs[run].isPublished { return }
    if let draft = runs[run].draft.take() { drafts.discard(draft) }
    guard runs[run].madeFolder else { return }
    path.set(MetadataLayout.runPrefix, runs[run].id)
    try? fileSystem.removeFolder(path.pointer, in: folder.descriptor)
  }

  /// Fails the reports of all runs.
  func failAll(_ error: StoreError) {
    dropManifest()
    for run in runs.indices { fail(run, error) }
  }

  /// Fails the reports that need the manifest.
  func failEnds(_ error: StoreError) {
    dropManifest()
    for run in runs.indices where runs[run].hasEnd { fail(run, error) }
  }

  func dropManifest() {
    if !isManifestPublished, let draft = manifestDraft.take() { drafts.discard(draft) }
  }

  /// The runs that have not failed.
  var going: [Int] { runs.indices.filter { runs[$0].failure == nil } }
  /// The reports that the manifest is to tell of.
  var ends: [Entry] { entries.filter { $0.report.isEnd && runs[$0.run].failure == nil } }

  // MARK: Ending

  /// Takes away what was made for nothing, and says what was written, while the lock still holds.
  ///
  /// A file that somebody else has overwritten since gets no revision: it is not the one that was written.
  func end() -> WrittenAsset {
    var written = WrittenAsset(asset: asset)
    let found = going.isEmpty ? nil : try? manifestRevision()
    if isManifestPublished, !ends.isEmpty, let manifest {
      written.manifest = (manifest, revision(of: manifestDraft, found, replacing: seenManifest))
    } else if let found, found == seenManifest {
      durable.insert(found, of: asset, replacing: nil)
    }
    for run in going where runs[run].isPublished {
      path.set(MetadataLayout.runPrefix, runs[run].id, MetadataLayout.runEnding)
      let found = (try? fileSystem.status(path.pointer, in: folder.descriptor))?.revision
      let revision = revision(of: runs[run].draft, found, replacing: runs[run].former)
      written.runs.append((runs[run].id, runs[run].metadata, revision))
    }
    written.runs.sort { $0.id.precedesInBytes($1.id) }
    if written.isEmpty { folder.removeIfMadeForNothing() }
    return written
  }

  private func revision(of draft: Draft?, _ found: Revision?, replacing former: Revision?) -> Revision? {
    guard let draft, let found, draft.isSame(as: found) else { return nil }
    durable.insert(found, of: asset, replacing: former)
    return found
  }

  /// What became of each report.
  func forEachResult(_ body: (_ place: Int, Result<RunMetadata, StoreError>) -> Void) {
    for entry in entries {
      body(entry.place, runs[entry.run].failure.map { .failure($0) } ?? .success(entry.metadata))
    }
  }

  func absolute(_ file: String) -> String { tree.root + "/" + file }
}

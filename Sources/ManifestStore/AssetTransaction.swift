internal import ManifestModel
internal import StoredTree

/// What is written to one asset at once: metadata of its runs, then its manifest.
///
/// The steps are taken in this order: ``add(_:at:)`` for each report, ``stage()``, ``publishRuns()``,
/// ``publishManifest()``, ``end()``; between them the caller lets the storage settle what was written.
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
    /// Where the storage puts it.
    let slot: FileSlot
    var isPublished = false
    var hasEnd = false
    /// Whether nothing is written of it but that it is alive.
    var isOnlyAlive = false
    /// Whether it begins since the other runs of the asset allow it.
    var isExclusive = false
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

  let publication: any AssetPublication
  let root: String
  let layout: MetadataLayout
  let now: Timestamp
  let onWarning: (String) -> Void
  let pauses: ConflictPauses
  /// Whether a heartbeat bears the time of the storage where the clock of this process is another.
  let beatsByFileClock: Bool
  private let sharedReader: TreeReader
  /// Reads what is in the asset.
  var reader: TreeReader {
    _ = publication.takeSession()
    return sharedReader
  }

  var runs: [Run] = []
  private var entries: [Entry] = []
  /// Where each run is in ``runs``, by the bytes of its id.
  private var places: [[UInt8]: Int] = [:]
  /// Reports that were not taken in, by their places among the caller's.
  private var refused: [(place: Int, error: StoreError)] = []
  /// What the manifest's file was when it was merged.
  var seenManifest: Revision?
  var manifest: Manifest?
  var manifestSlot: FileSlot?
  var isManifestStaged = false
  var isManifestPublished = false
  /// How many reports the staged manifest tells of.
  var mergedEnds = 0

  var asset: AssetIdentifier { publication.asset }

  /// - Parameter reader: reads by the session of the publication.
  init(
    _ publication: any AssetPublication, in tree: any TreeStorage, reader: TreeReader, now: Timestamp,
    beatsByFileClock: Bool, pauses: ConflictPauses, onWarning: @escaping (String) -> Void
  ) {
    self.publication = publication
    root = tree.root
    layout = MetadataLayout(folder: tree.metadataFolder)
    sharedReader = reader
    self.now = now
    self.beatsByFileClock = beatsByFileClock
    self.pauses = pauses
    self.onWarning = onWarning
  }

  // MARK: Reports

  /// Takes in one report: what it makes of the run's metadata, and later of the manifest. If it throws, it changes
  /// nothing.
  ///
  /// - Parameters:
  ///   - place: The report's place among those of the caller.
  ///   - isExclusive: Whether it was allowed because of what the other runs are.
  func add(_ given: RunReport, at place: Int, isExclusive: Bool = false) throws(StoreError) {
    var report = given
    report.runID = try chosenRun(given)
    if let window = report.runningWindowMicroseconds {
      try requireNoOther(than: report.choice == .named ? report.runID : "", runningFor: window)
    }
    let key = Array(report.runID.utf8)
    let known = places[key]
    var former = known.map { runs[$0].metadata }
    var revision: Revision?
    if known == nil {
      (former, revision) = try readRun(report.runID)
      try requireStanding(report.choice, of: report.runID, former, revision)
    }
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
      let slot = try makeSlot(for: report.runID)
      runs.append(Run(id: report.runID, metadata: metadata, bytes: bytes, former: revision, slot: slot))
      runs[run].isOnlyAlive = report.isSignOfLife
      places[key] = run
    }
    if report.isEnd { runs[run].hasEnd = true }
    if isExclusive || report.runningWindowMicroseconds != nil { runs[run].isExclusive = true }
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

  private func makeSlot(for run: String) throws(StoreError) -> FileSlot {
    try naming(layout.runMetadataPath(asset, runID: run)) { () throws(TreeFault) in
      try publication.slot(for: .run(run))
    }
  }

  /// Runs `body` and says of its fault which file could not be written.
  func naming<R>(
    _ file: @autoclosure () -> String, _ body: () throws(TreeFault) -> R
  ) throws(StoreError) -> R {
    do throws(TreeFault) { return try body() } catch {
      throw StoreError(writing: absolute(file()), error, for: .record)
    }
  }

  func check(size: Int, of file: String) throws(StoreError) {
    guard size > TreeFile.mostBytes else { return }
    throw StoreError(
      .refused, "\(absolute(file)) would have \(size) bytes; 16 MiB is the limit, so record less of the error.")
  }

  // MARK: Failures

  /// Says why a report was not taken in.
  func refuse(_ place: Int, _ error: StoreError) { refused.append((place, error)) }

  /// Fails the reports of one run, and takes away what was not published. What was, stays: each file is the old or the
  /// new one.
  func fail(_ run: Int, _ error: StoreError) {
    if runs[run].failure == nil { runs[run].failure = error }
    publication.discard(runs[run].slot)
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
    if !isManifestPublished, let manifestSlot { publication.discard(manifestSlot) }
    isManifestStaged = false
  }

  /// The runs that have not failed.
  var going: [Int] { runs.indices.filter { runs[$0].failure == nil } }
  /// The reports that the manifest is to tell of.
  var ends: [Entry] { entries.filter { $0.report.isEnd && runs[$0.run].failure == nil } }

  // MARK: Ending

  /// Takes away what was made for nothing, and says what was written, while the asset still is held.
  ///
  /// A file that somebody else has overwritten since gets no revision: it is not the one that was written. One that the
  /// storage took and does not have fails its reports.
  func end() -> WrittenAsset {
    var written = WrittenAsset(asset: asset)
    let published = runs.indices.filter { runs[$0].failure == nil && runs[$0].isPublished }
    var slots = published.map { runs[$0].slot }
    let isTold = isManifestPublished && published.contains { runs[$0].hasEnd }
    if isTold { slots.append(manifestSlot!) }
    let files = publication.end(with: slots)
    if isTold, files.last == .lost { failEnds(StoreError(lost: absolute(layout.manifestPath(asset)), for: .record)) }
    if isTold, let manifest, files.last != .lost { written.manifest = (manifest, files.last!.revision) }
    for (run, file) in zip(published, files) {
      if file == .lost {
        fail(run, StoreError(lost: absolute(layout.runMetadataPath(asset, runID: runs[run].id)), for: .record))
      } else {
        written.runs.append((runs[run].id, runs[run].metadata, file.revision))
      }
    }
    written.runs.sort { $0.id.precedesInBytes($1.id) }
    return written
  }

  /// What became of each report.
  func forEachResult(_ body: (_ place: Int, Result<RunMetadata, StoreError>) -> Void) {
    for (place, error) in refused { body(place, .failure(error)) }
    for entry in entries {
      body(entry.place, runs[entry.run].failure.map { .failure($0) } ?? .success(entry.metadata))
    }
  }

  func absolute(_ file: String) -> String { root + "/" + file }
}

internal import CatalogIndex
internal import CatalogReconciler
internal import Dispatch
public import ManifestModel
internal import ManifestStore
internal import StoredTree

extension Catalog {
  /// Records that a run began.
  ///
  /// Only the run's own metadata is written; the manifest tells of a run once it is over. A run that is never finished
  /// counts as running, and later as interrupted.
  ///
  /// ```swift
  /// let run = try catalog.startRun(of: orders, assetPath: "bronze/orders.parquet")
  /// ```
  ///
  /// - Parameters:
  ///   - asset: the asset. Name and id must each be one path component, and hold no braces.
  ///   - runID: one that the asset has not had yet; `nil` for 32 random hexadecimal digits. A run that failed, or was
  ///     never finished, begins again: what was recorded of it before is gone. The beginning of one that has succeeded
  ///     is refused, so that a message that comes late or twice cannot undo a success.
  ///   - startedAt: when it began; `nil` for now.
  ///   - assetPath: the path template of the asset.
  ///   - parameters: the arguments of the run, as text.
  ///   - interval: how often ``heartbeat(_:of:every:at:)`` will be called; `nil` if it will not. This is the first one.
  /// - Throws: As `recordRun(_:)`.
  @discardableResult
  public func startRun(
    of asset: AssetIdentifier, runID: String? = nil, startedAt: Timestamp? = nil, assetPath: String? = nil,
    parameters: String? = nil, heartbeatEvery interval: Duration? = nil
  ) throws(CatalogError) -> RecordedRun {
    var report = RunReport(
      .started, of: asset, runID: runID ?? RunReport.makeRunID(), startedAt: startedAt, assetPath: assetPath,
      parameters: parameters)
    report.heartbeatSeconds = interval.map(\.wholeSeconds)
    return try recordRun(report)
  }

  /// Records that a run materialized its asset.
  ///
  /// ```swift
  /// try catalog.finishRun(run.runID, of: orders, artifacts: ["bronze/orders.parquet"])
  /// ```
  ///
  /// - Parameters:
  ///   - runID: the run. One that was never started is recorded all the same.
  ///   - asset: its asset.
  ///   - artifacts: what it wrote, relative to the storage root. `nil`: the manifest keeps the artifacts that it names;
  ///     an empty list replaces them.
  ///   - materialized: when it materialized; `nil` for now.
  ///   - signature: the signature of the asset's configuration; `nil` leaves the manifest's as it is.
  /// - Throws: As `recordRun(_:)`.
  @discardableResult
  public func finishRun(
    _ runID: String, of asset: AssetIdentifier, artifacts: [String]? = nil, materialized: Timestamp? = nil,
    signature: String? = nil
  ) throws(CatalogError) -> RecordedRun {
    try recordRun(
      RunReport(
        .succeeded, of: asset, runID: runID, endedAt: materialized,
        artifacts: artifacts.map { $0.map { ArtifactFacts(path: $0) } }, signature: signature))
  }

  /// Records that a run failed.
  ///
  /// The manifest keeps the time of the last materialization and the artifacts that it names.
  ///
  /// ```swift
  /// try catalog.finishRun(run.runID, of: orders, error: RunError(type: "TimeoutError", message: "30 s"))
  /// ```
  ///
  /// - Parameters:
  ///   - runID: the run. One that was never started is recorded all the same.
  ///   - asset: its asset.
  ///   - error: what went wrong. The manifest's `last_error` is `type: message`.
  ///   - endedAt: when it failed; `nil` for now.
  ///   - signature: the signature of the asset's configuration; `nil` leaves the manifest's as it is.
  /// - Throws: As `recordRun(_:)`.
  @discardableResult
  public func finishRun(
    _ runID: String, of asset: AssetIdentifier, error: RunError, endedAt: Timestamp? = nil, signature: String? = nil
  ) throws(CatalogError) -> RecordedRun {
    try recordRun(
      RunReport(.failed(error), of: asset, runID: runID, endedAt: endedAt, signature: signature))
  }

  /// Records one moment of a run, or a whole run that is over, in one call.
  ///
  /// What is said of the end of a run replaces what was said of its end before: a report may be sent again.
  ///
  /// The call blocks its thread while the disk writes, which is mostly some milliseconds; while another writer has the
  /// asset, for ``Options/lockPatience`` at most; and while others write the index, for about
  /// ``Options/indexPatience``. In a task, the form with `async` blocks none of the threads that tasks share.
  ///
  /// When this returns, the files are on the disk and the index has them. An index that is missing, busy or damaged
  /// does not fail a record: the next reconcile makes it good, and ``Options/onWarning`` is told.
  ///
  /// ```swift
  /// try catalog.recordRun(
  ///   RunReport(
  ///     .succeeded, of: orders, runID: "2026-11-23", startedAt: start, endedAt: end,
  ///     artifacts: [ArtifactFacts(path: "bronze/orders.parquet")]))
  /// ```
  ///
  /// - Throws: ``CatalogError/Code/invalidArgument`` for names that have no place in the tree, for a run id under which
  ///   another run's metadata lies, and for the beginning of a run that has succeeded; ``CatalogError/Code/noSuchRoot``
  ///   for a storage root that is missing; ``CatalogError/Code/busy`` where another writer of the asset does not end;
  ///   ``CatalogError/Code/cannotWrite`` and ``CatalogError/Code/inputOutput`` where the disk is full, may not be
  ///   written, or fails. Each file is then the old or the new one, and the report may be recorded again.
  @discardableResult
  public func recordRun(_ report: RunReport) throws(CatalogError) -> RecordedRun {
    try recordRuns([report])[0].get()
  }

  /// Records many reports, which share the calls that wait for the disk.
  ///
  /// One report that cannot be recorded does not keep the others from it, also those of the same asset; the reports of
  /// one run share its file, and fail together if that cannot be written. Reports of one asset are taken in the order
  /// given.
  ///
  /// More than 16 reports are put on the disk by three calls for the whole file system, where it is ext4, XFS, Btrfs,
  /// F2FS or tmpfs and the kernel is 5.8 or newer; these calls also wait for what other programs have written there.
  /// The call blocks as `recordRun(_:)` does. Assets that others are writing come last, and ``Options/lockPatience`` is
  /// for all of them together.
  ///
  /// ```swift
  /// for (report, result) in zip(reports, try catalog.recordRuns(reports)) {
  ///   if case .failure(let error) = result { print(report.asset.name, error) }
  /// }
  /// ```
  ///
  /// - Returns: for each report, in the order given, what was recorded or why it was not; see `recordRun(_:)`.
  /// - Throws: ``CatalogError/Code/noSuchRoot``, ``CatalogError/Code/cannotWrite`` and
  ///   ``CatalogError/Code/inputOutput`` where the tree as a whole cannot be written; nothing was recorded then.
  public func recordRuns(_ reports: [RunReport]) throws(CatalogError) -> [Result<RecordedRun, CatalogError>] {
    var results: [Result<RecordedRun, CatalogError>?] = Array(repeating: nil, count: reports.count)
    var valid: [Int] = []
    let time = now
    for index in reports.indices {
      do throws(CatalogError) {
        try RecordRules.check(reports[index], now: options.allowsFutureTimes ? nil : time)
        valid.append(index)
      } catch {
        results[index] = .failure(error)
      }
    }
    if !valid.isEmpty {
      let outcomes = try write(
        valid.map { Self.withoutColours(reports[$0]) }, at: time, onWarning: options.onWarning)
      for (index, outcome) in zip(valid, outcomes) {
        let report = reports[index]
        results[index] = outcome.map { recorded(report, $0) }.mapError { CatalogError($0) }
      }
    }
    return results.map { $0 ?? .failure(CatalogError(.internal, "A report was passed over.")) }
  }

  /// Records one moment of a run; otherwise as the form without `async`.
  ///
  /// ```swift
  /// try await catalog.recordRun(RunReport(.succeeded, of: orders, runID: run.runID))
  /// ```
  @discardableResult
  public func recordRun(_ report: RunReport) async throws(CatalogError) -> RecordedRun {
    try await recordRuns([report])[0].get()
  }

  /// Records many reports; otherwise as the form without `async`.
  ///
  /// The work is done on a thread that tasks do not share, and is not cut short when the task is cancelled.
  ///
  /// ```swift
  /// let results = try await catalog.recordRuns(reports)
  /// ```
  public func recordRuns(_ reports: [RunReport]) async throws(CatalogError) -> [Result<RecordedRun, CatalogError>] {
    let outcome = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          returning: Result { () throws(CatalogError) in
            try self.recordRuns(reports) as [Result<RecordedRun, CatalogError>]
          })
      }
    }
    return try outcome.get()
  }

  func recorded(_ report: RunReport, _ metadata: RunMetadata) -> RecordedRun {
    // The run may have been chosen under the lock.
    let runID = metadata.id ?? report.runID
    return RecordedRun(
      asset: report.asset, runID: runID, metadata: metadata,
      metadataPath: layout.runMetadataPath(report.asset, runID: runID),
      manifestPath: report.isEnd ? layout.manifestPath(report.asset) : nil, isSignOfLife: report.isSignOfLife)
  }

  /// Records that a run is alive; what went well in the end is said to `warn`.
  func recordSignOfLife(
    _ report: RunReport, onWarning warn: @escaping @Sendable (String) -> Void
  ) throws(CatalogError) {
    try RecordRules.check(report, now: nil)
    let outcome = try write([report], at: now, onWarning: warn)
    if case .failure(let error)? = outcome.first { throw CatalogError(error) }
  }

  /// Writes reports that were checked: the tree, then the index.
  ///
  /// - Parameter permission: asked under the lock of each asset.
  func write(
    _ reports: [RunReport], at time: Timestamp, ifAllowedBy permission: WritePermission? = nil,
    onWarning warn: (@Sendable (String) -> Void)?
  ) throws(CatalogError) -> [Result<RunMetadata, StoreError>] {
    let publisher = try publisher(makingFolders: true, onWarning: warn)
    let writer = AssetWriter(
      publisher, now: time,
      // A clock that the caller gave is meant.
      beatsByFileClock: options.beatsByFileClock || options.now == nil,
      lockPatienceMicroseconds: max(0, options.lockPatience.microseconds), onWarning: { warn?($0) })
    let spelled = reports.map { self.spelled($0) }
    let outcome = writer.write(
      options.inspectsArtifacts ? spelled.map { inspected($0, in: publisher.storage) } : spelled,
      ifAllowedBy: permission)
    if !outcome.assets.isEmpty {
      do throws(IndexError) {
        try mirror.mirror(outcome.assets, in: publisher.storage, at: time)
      } catch {
        warn?("The record is safe, but the index will learn of it only from the next reconcile: \(error.message)")
      }
    }
    return outcome.results
  }

  /// Gives the artifacts of a run the one spelling that their paths have, by which mad_prefect finds them too.
  private func spelled(_ report: RunReport) -> RunReport {
    guard let artifacts = report.artifacts else { return report }
    var result = report
    var named: Set<[UInt8]> = []
    result.artifacts = artifacts.compactMap { artifact in
      var artifact = artifact
      let path = self.tree.given(artifact.path)
      if !path.isEmpty { artifact.path = path }
      // Two spellings of one artifact are one artifact.
      return named.insert(Array(artifact.path.utf8)).inserted ? artifact : nil
    }
    return result
  }

  /// Errors are for people, wherever they read them: what colours them on a terminal is noise elsewhere.
  private static func withoutColours(_ report: RunReport) -> RunReport {
    guard case .failed(let error) = report.event else { return report }
    var result = report
    result.event = .failed(
      RunError(
        type: error.type?.withoutTerminalSequences, message: error.message.withoutTerminalSequences,
        traceback: error.traceback?.withoutTerminalSequences))
    return result
  }
}

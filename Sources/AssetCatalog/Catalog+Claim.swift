internal import CatalogIndex
internal import CatalogReconciler
internal import FreshnessRules
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

extension Catalog {
  /// Begins a run of an asset, but only if it is still due and no other run of it is under way.
  ///
  /// That is decided from the files of the asset, under its lock, and not from the index, so that of several workers
  /// who have the same row one alone begins a run. What is begun must be ended, with
  /// ``finishRun(_:of:artifacts:materialized:signature:)`` or by
  /// ``run(_:runID:assetPath:parameters:signature:heartbeat:_:)`` under the same run id. A run whose worker never comes
  /// back keeps others from the asset until three heartbeats are missing or, without heartbeats, for
  /// ``Options/runningWindow``. Where the policy has a `run_timeout`, that takes the place of the window, and bounds
  /// what heartbeats prolong as well: after it a run counts as lost, here as in
  /// ``due(_:within:all:names:owners:severities:limit:)``, and another begins beside it if it is alive after all. So it
  /// must be longer than any run takes.
  ///
  /// The policy is that of the row; whether the asset is superseded by another of its name is taken from the row as
  /// well.
  ///
  /// ```swift
  /// switch try catalog.claim(row) {
  /// case .started(let run): try catalog.run(row.asset, runID: run.runID) { run in try export(to: run) }
  /// case .taken(let other): print("the run \(other) is at it")
  /// case .notDue(let reason): print(reason)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - row: what ``due(_:within:all:names:owners:severities:limit:)`` told of the asset, whether it was due then or
  ///     not.
  ///   - runID: the id of the run; `nil` for 32 random hexadecimal digits. If it was used before, the first unused of
  ///     `ID.2`, `ID.3`, … is taken.
  ///   - assetPath: the path template of the asset.
  ///   - parameters: the arguments of the run, as text.
  ///   - interval: how often ``heartbeat(_:of:every:at:)`` will be called; `nil` if it will not.
  /// - Throws: ``CatalogError/Code/busy`` where another writer of the asset does not end, or is writing one of its
  ///   files at this moment; otherwise as `recordRun(_:)`.
  public func claim(
    _ row: DueRow, runID: String? = nil, assetPath: String? = nil, parameters: String? = nil,
    heartbeatEvery interval: Duration? = nil
  ) throws(CatalogError) -> Claim {
    var report = RunReport(
      .started, of: row.asset, runID: runID ?? RunReport.makeRunID(), assetPath: assetPath, parameters: parameters)
    report.choice = .unused
    report.heartbeatSeconds = interval.map(\.wholeSeconds)
    let time = now
    try RecordRules.check(report, now: nil)
    var refusal: Claim?
    let outcome = try write(
      [report], at: time,
      ifAllowedBy: { asset, look throws(StoreError) in
        refusal = self.refusal(of: row, AssetChange(look, of: asset, metadataFolder: self.layout.folder), at: time)
        if refusal != nil { throw StoreError(.refused, "The asset is not due.") }
      }, onWarning: options.onWarning)
    if let refusal { return refusal }
    switch outcome.first {
    case .success(let metadata): return .started(recorded(report, metadata))
    case .failure(let error): throw CatalogError(error)
    case nil: throw CatalogError(.internal, "A report was passed over.")
    }
  }

  private func refusal(of row: DueRow, _ change: AssetChange, at time: Timestamp) -> Claim? {
    let history = AssetHistory(change, at: time.microseconds)
    var memo = DueMemo(row.terms.demand, now: time)
    let (decision, findings) = history.due(row.terms, typicalDuration: row.typicalDurationMilliseconds, &memo)
    if let running = findings.running { return .taken(by: running.runID) }
    return decision.whyNot.map { .notDue(NotDueReason($0)) }
  }
}

extension AssetChange {
  /// What a look into an asset's folder found, for the rules of the index.
  fileprivate init(_ look: AssetLook, of asset: AssetIdentifier, metadataFolder: String) {
    self.init(asset)
    switch look.manifest {
    case .good(let manifest, let revision):
      self.manifest = .current(
        Manifest(manifest, of: asset, metadataFolder: metadataFolder), SeenFile(revision, isTrusted: false))
    case .absent: self.manifest = .absent
    case .bad, .torn: self.manifest = .bad(.unseen)
    }
    for run in look.runs {
      let written = Revision(
        size: run.bytes, modifiedNanoseconds: run.writtenAt.microseconds.saturatingMultiply(1000),
        changedNanoseconds: 0, inode: 0)
      runs.append((run.id, .current(Run(run.metadata), SeenFile(written, isTrusted: false))))
    }
    for (run, _) in look.unread { runs.append((run, .bad(.unseen))) }
  }
}

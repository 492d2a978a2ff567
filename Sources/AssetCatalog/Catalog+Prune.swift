internal import CatalogReconciler
internal import LocalTree
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

extension Catalog {
  /// Finds the runs that a retention does not keep, and removes their folders if that is wanted.
  ///
  /// Never removed are the newest run of an asset, the newest that ended, its last success, the run that its manifest
  /// names, a run that may still be running (by ``Options/runningWindow`` or its heartbeat), a run that cannot be read,
  /// and any run of an asset whose manifest cannot be read. A run's folder goes only with nothing in it but the run's
  /// metadata; it goes whole, whenever this is interrupted. Each run is decided on again under the asset's lock. What
  /// history and typical durations are told from becomes less; the index learns of it with the next reconcile.
  ///
  /// ```swift
  /// var work = try catalog.prune(Retention(keepLast: 30, keepWithin: .seconds(90 * 86400)), delete: true)
  /// while let findings = try work.next() {
  ///   for case .run(let run) in findings { print(run.path) }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - retention: which runs stay.
  ///   - selection: of which assets.
  ///   - delete: whether to remove them. Otherwise nothing is changed.
  /// - Returns: the work, which is done as its findings are asked for.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a retention that says nothing, or less than nothing;
  ///   ``CatalogError/Code/cannotWrite`` where the root is in a bucket and runs are to be removed;
  ///   ``CatalogError/Code/noSuchRoot`` for a tree that is missing.
  package func prune(
    _ retention: Retention, of selection: AssetSelection = .all, delete: Bool = false
  ) throws(CatalogError) -> TreeWork<PruneFinding> {
    guard retention.keepLast != nil || retention.keepWithin != nil else {
      throw CatalogError(.invalidArgument, "Nothing says which runs to keep: give a number, a duration, or both.")
    }
    if let count = retention.keepLast, count < 0 {
      throw CatalogError(.invalidArgument, "The number of runs to keep cannot be negative: \(count).")
    }
    if let span = retention.keepWithin, span < .zero {
      throw CatalogError(.invalidArgument, "The time within which runs are kept cannot be negative.")
    }
    let time = now
    let folder = delete ? try self.tree.folderToPrune() : nil
    let tree: any TreeStorage
    if let folder {
      tree = folder
    } else {
      do throws(StoreError) { tree = try self.tree.storage() } catch { throw CatalogError(error) }
    }
    let sweep = try sweep(tree, selection)
    let rule = RetentionRule(
      keepLast: retention.keepLast, keepWithin: retention.keepWithin?.microseconds,
      runningWindow: options.runningWindow.microseconds)
    let warn = options.onWarning
    let progress = TreeWork<PruneFinding>.Progress()
    return TreeWork(generatedAt: time, progress: progress) { () throws(CatalogError) -> [PruneFinding]? in
      try CatalogError.wrappingAny { () -> [PruneFinding]? in
        guard
          let page = try sweep.nextPage({ asset, reader throws(StoreError) -> RunPruner.Outcome? in
            let outcome = try RunPruner(tree, rule: rule, now: time).plan(asset, reader)
            return outcome.expired.isEmpty && outcome.left.isEmpty ? nil : outcome
          })
        else { return nil }
        progress.assets += page.assets
        var outcomes = page.findings
        if let folder {
          let due = outcomes.filter { !$0.expired.isEmpty }.map(\.asset)
          outcomes.removeAll { !$0.expired.isEmpty }
          outcomes += RunPruner(tree, rule: rule, now: time).prune(
            due, through: LocalPublisher(folder, through: self.options.writableFileSystem),
            lockPatienceMicroseconds: max(0, self.options.lockPatience.microseconds), onWarning: { warn?($0) })
          outcomes.sort { $0.asset < $1.asset }
        }
        return page.failures.map { .failure(TreeWorkFailure($0)) }
          + outcomes.flatMap { self.findings($0, isRemoved: delete) }
      }
    }
  }

  private func findings(_ outcome: RunPruner.Outcome, isRemoved: Bool) -> [PruneFinding] {
    let asset = outcome.asset
    var findings: [PruneFinding] = outcome.expired.map { run in
      .run(
        PrunedRun(
          asset: asset, runID: run.id, path: layout.runPath(asset, runID: run.id), startedAt: run.metadata.startedAt,
          outcome: run.metadata.materialized != nil ? .succeeded : run.hasEnded ? .failed : .interrupted,
          bytes: run.bytes, isRemoved: isRemoved))
    }
    findings += outcome.left.map { .left(asset: asset, path: $0.path, reason: $0.reason) }
    if let error = outcome.failure {
      let failure = TreeWorkFailure(asset: asset, path: layout.assetPath(asset), error: CatalogError(ofWork: error))
      findings.append(.failure(failure))
    }
    return findings
  }
}

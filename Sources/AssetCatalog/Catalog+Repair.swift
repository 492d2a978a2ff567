internal import CatalogIndex
internal import CatalogReconciler
internal import ManifestModel
internal import ManifestStore
internal import SQLiteDatabase
internal import StoredTree

extension Catalog {
  /// Writes the manifests that the runs of their assets imply, where one is missing, damaged or behind its runs.
  ///
  /// The bytes are those that mad_prefect would have written had no update been lost: the runs that a manifest does not
  /// know are recorded into it in the order of their starts. What only the manifest knows stays, if it can be read: the
  /// signature, artifacts that no run names, unknown fields, and a last materialization newer than any run's.
  /// Everything else is left alone; so is a manifest beyond a limit of the catalog, which is a
  /// ``RepairFinding/failure(_:)``. Each repair is made under the asset's lock and put on the disk, as a record is.
  ///
  /// ```swift
  /// var work = try catalog.repair(.matching(["bronze.*"]), dryRun: true)
  /// while let findings = try work.next() {
  ///   for case .manifest(let manifest) in findings { print(manifest.path, manifest.reason) }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - selection: which assets.
  ///   - dryRun: whether nothing is written.
  /// - Returns: the work, which is done as its findings are asked for. The codes of its failures:
  ///   ``CatalogError/Code/cannotWrite`` for a manifest that was left alone or cannot be written,
  ///   ``CatalogError/Code/badData`` for a damaged one of an asset in which no run has ended,
  ///   ``CatalogError/Code/inputOutput`` for what cannot be read, ``CatalogError/Code/busy`` for what is being written.
  /// - Throws: ``CatalogError/Code/noSuchRoot`` for a tree that is missing.
  package func repair(
    _ selection: AssetSelection = .all, dryRun: Bool = false
  ) throws(CatalogError) -> TreeWork<RepairFinding> {
    let time = now
    let publisher = try publisher(makingFolders: false)
    let tree = publisher.storage
    let sweep = try sweep(tree, selection)
    let warn = options.onWarning
    let repairer = ManifestRepairer(
      publisher, now: time,
      lockPatienceMicroseconds: max(0, options.lockPatience.microseconds), onWarning: { warn?($0) })
    let progress = TreeWork<RepairFinding>.Progress()
    return TreeWork(generatedAt: time, progress: progress) { () throws(CatalogError) -> [RepairFinding]? in
      try CatalogError.wrappingAny { () -> [RepairFinding]? in
        guard
          let page = try sweep.nextPage({ [root = self.root, layout = self.layout] asset, reader in
            Self.needsRepair(asset, reader, time, root, layout) ? asset : nil
          })
        else { return nil }
        progress.assets += page.assets
        let outcomes = dryRun ? repairer.plan(page.findings) : repairer.repair(page.findings)
        self.mirror(outcomes.compactMap(\.written), in: tree, at: time)
        return page.failures.map { .failure(TreeWorkFailure($0)) }
          + outcomes.compactMap { self.finding($0, isWritten: !dryRun) }
      }
    }
  }

  /// Whether an asset is worth a second look, which then decides: also where the first one could not tell.
  private static func needsRepair(
    _ asset: AssetIdentifier, _ reader: TreeReader, _ now: Timestamp, _ root: String,
    _ layout: MetadataLayout
  ) -> Bool {
    do throws(StoreError) {
      return try reader.look(at: asset, at: now).repair(of: asset, at: now, root: root, layout: layout) != nil
    } catch {
      return true
    }
  }

  private func finding(_ outcome: ManifestRepairer.Outcome, isWritten: Bool) -> RepairFinding? {
    let path = layout.manifestPath(outcome.asset)
    switch outcome.result {
    case .success(nil): return nil
    case .success(let repair?):
      return .manifest(
        RepairedManifest(
          asset: repair.asset, path: path, reason: repair.reason, detail: repair.detail, before: repair.before,
          after: repair.after, isWritten: isWritten))
    case .failure(let error):
      return .failure(TreeWorkFailure(asset: outcome.asset, path: path, error: CatalogError(ofWork: error)))
    }
  }

  private func mirror(_ written: [WrittenAsset], in tree: any TreeStorage, at time: Timestamp) {
    guard !written.isEmpty else { return }
    do throws(IndexError) {
      try mirror.mirror(written, in: tree, at: time)
    } catch {
      options.onWarning?(
        "The repair is safe, but the index will learn of it only from the next reconcile: \(error.message)")
    }
  }
}

// MARK: Work on the tree

extension Catalog {
  func sweep(_ tree: any TreeStorage, _ selection: AssetSelection) throws(CatalogError) -> TreeSweep {
    let chosen: TreeSweep.Selection
    switch selection {
    case .all: chosen = TreeSweep.Selection { _ in true }
    case .matching(let patterns):
      chosen = TreeSweep.Selection { name in patterns.contains { Glob.matches(name, $0) } }
    case .named(let only, let id): chosen = TreeSweep.Selection(id: id) { $0.hasSameBytes(as: only) }
    }
    do throws(StoreError) {
      return try TreeSweep(tree, chosen)
    } catch {
      throw CatalogError(error)
    }
  }
}

extension TreeWorkFailure {
  init(_ failure: (path: String, asset: AssetIdentifier?, error: StoreError)) {
    self.init(asset: failure.asset, path: failure.path, error: CatalogError(ofWork: failure.error))
  }
}

extension CatalogError {
  /// What an error of work on the tree means: what is refused there is in the tree, and not what the caller gave.
  init(ofWork error: StoreError) {
    self = error.code == .refused ? CatalogError(.badData, error.message) : CatalogError(error)
  }
}

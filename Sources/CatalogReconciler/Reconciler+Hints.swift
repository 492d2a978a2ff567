internal import CatalogIndex
internal import LinuxSystem
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

extension Reconciler {
  /// Reads the files that somebody says have changed, and brings what the index has of them up to date.
  ///
  /// Nothing is listed, and what nobody told of is as old as before; so is the index as a whole. An index that was
  /// never filled is filled.
  package func reconcile(hints: [TreeHint]) throws -> ReconcileReport {
    let began = ContinuousClock.now
    do {
      return try reconcile(hints: hints, since: began)
    } catch let error as IndexError where error.code == .damaged {
      return try rebuild(curing: error.damage)
    }
  }

  private func reconcile(hints: [TreeHint], since began: ContinuousClock.Instant) throws -> ReconcileReport {
    // Before anything is written: a root that is not there must not leave an index behind.
    let storage = try openStorage()
    let patience = Patience(milliseconds: options.patienceMilliseconds)
    let turn = Turn(
      lock: try ReconcileLock(location, patience: patience, onLongWait: { options.onLongWait?($0) }),
      patience: patience)
    location.sweep(now: options.now().microseconds / 1_000_000)
    guard let writer = try IndexFile.openToReconcile(location, until: turn.patience.deadline) else {
      return try rebuild(instead: nil, turn, since: began)
    }
    let old = try writer.state()
    guard let old, old.startedAt != nil, old.projectionVersion == CatalogState.currentProjection else {
      return try rebuild(instead: old, turn, since: began)
    }
    if let file = old.file, file != writer.generation.file { try writer.examineUnknownFile() }
    if !options.acceptsRoot { try refuse(storage, insteadOf: old, isEmpty: false) }
    return try apply(hints, from: storage, to: writer, turn.patience, since: began)
  }

  private func apply(
    _ hints: [TreeHint], from storage: any TreeStorage, to writer: borrowing IndexConnection, _ patience: Patience,
    since began: ContinuousClock.Instant
  ) throws -> ReconcileReport {
    let startedAt = options.now()
    let readers = SharedReadership()
    // Before anything is read.
    var news = storage.isRemote ? try RecordedMeanwhile(at: location) : nil
    let files = Dictionary(grouping: Set(hints), by: \.asset).map { asset, hints in
      HintedAsset(asset: asset, files: hints.map(\.file))
    }.sorted { $0.asset < $1.asset }
    var changes = files.map { AssetChange($0.asset) }
    var filesRead = 0
    func read(_ places: [Int]) throws {
      try OrderedPipeline.run(
        pieces: places.indices, threads: options.threads ?? (storage.isRemote ? .remote : .automatic),
        makeWorker: {
          let scanner = StretchReader(
            storage.makeSurveyorTrustingNothing(readers), of: storage, for: .reconcile(isFull: false))
          return { place in
            let before = scanner.reader.session.filesRead
            let change = try scanner.read(files[places[place]])
            return (places[place], change, scanner.reader.session.filesRead - before)
          }
        },
        consume: { (found: (place: Int, change: AssetChange, filesRead: Int)) in
          changes[found.place] = found.change
          filesRead += found.filesRead
        })
    }
    try read(Array(files.indices))
    let scanner = StretchReader(
      storage.makeSurveyorTrustingNothing(readers), of: storage, for: .reconcile(isFull: false))
    var applier = ChangeApplier(scanner: scanner, startedAt: startedAt)
    var report = ReconcileReport()
    var rounds = Self.roundsOfReading
    while true {
      let recorded = try writer.edit(until: patience.deadline, orThrow: { $0 as any Error }) { index in
        // As in a reconcile of all: read again without the lock, as long as that comes to an end.
        if let recorded = try news?.take().map({ Set($0) }) {
          let concerned = files.indices.filter { recorded.contains(files[$0].asset) }
          if rounds > 0, !concerned.isEmpty { return concerned }
          applier.proof = .notRecorded(recorded)
        }
        limitRights(of: writer, readers)
        for (change, files) in zip(changes, files) {
          let known = try index.load(change.asset)
          guard let change = change.naming(runsOf: known) else { continue }
          try index.ensure(folder: change.asset.name)
          try applier.apply(change, to: index) { _ in try scanner.read(files).naming(runsOf: known) }
        }
        report = ReconcileReport(applier.tally, filesRead: filesRead, problems: try index.problemCount())
        return []
      }
      if recorded.isEmpty { break }
      rounds -= 1
      try read(recorded)
    }
    writer.emptyLogIfLarge()
    report.seconds = began.seconds
    return report
  }
}

/// The files of one asset that may have changed.
struct HintedAsset: Sendable {
  var asset: AssetIdentifier
  var files: [TreeFile]
}

extension StretchReader {
  /// Reads some files of an asset; with the manifest also its last run, whose id can have been used before.
  func read(_ hinted: HintedAsset) throws -> AssetChange {
    var change = AssetChange(hinted.asset)
    var runs: [String] = []
    for file in hinted.files {
      switch file {
      case .manifest: try readManifest(of: hinted.asset, &change)
      case .run(let run): runs.append(run)
      }
    }
    if case .current(let manifest, _) = change.manifest, let last = manifest.facts.lastRunID,
      MetadataLayout.isValidComponent(last), !runs.contains(where: { $0.hasSameBytes(as: last) })
    {
      runs.append(last)
    }
    for run in runs.sorted(by: { $0.precedesInBytes($1) }) { try readRun(run, of: hinted.asset, &change) }
    return change
  }
}

extension AssetChange {
  /// The same change where runs that are gone are told by the runs that there are, as by a listing.
  ///
  /// - Parameter known: what the index has of the asset.
  /// - Returns: `nil` where neither the index nor the tree has anything of it.
  fileprivate func naming(runsOf known: IndexedAsset?) -> AssetChange? {
    var change = self
    var gone: [String] = []
    change.runs.removeAll { run in
      guard case .absent = run.change else { return false }
      gone.append(run.id)
      return true
    }
    if known == nil {
      var isThere = !change.runs.isEmpty
      switch change.manifest {
      case nil, .absent?: break
      case .current?, .bad?: isThere = true
      }
      guard isThere else { return nil }
    }
    guard let known, known.runs.contains(where: { run in gone.contains { $0.hasSameBytes(as: run.id) } }) else {
      return change
    }
    var listed = known.runs.filter { run in
      run.state != .manifestOnly && !gone.contains { $0.hasSameBytes(as: run.id) }
    }.map(\.id)
    for (id, _) in change.runs where !listed.contains(where: { $0.hasSameBytes(as: id) }) { listed.append(id) }
    change.listedRuns = listed.sorted { $0.precedesInBytes($1) }
    return change
  }
}

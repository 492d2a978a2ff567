package import CatalogIndex
internal import ManifestModel
package import ManifestStore
internal import SQLiteDatabase

/// Makes the index tell the truth about the tree.
///
/// `reconcile`, in order:
/// 1. Take the lock that all reconciles share. If another one began after this one was asked for, its work will do.
/// 2. Open the tree; refuse one that is missing, empty or another than the index remembers, since every row would go.
/// 3. Take the file system's time: stamps that lie shortly before it prove nothing.
/// 4. List the tree, cut the names into stretches, and let threads compare each stretch with the index and read what
///    differs (``FolderScanner``). The index is read in short transactions; nothing is held while the disk is looked at.
/// 5. In one write transaction: additions and changes, each compared with the disk once more, then removals, each proven
///    by a direct look, then the row that says when this reconcile began. Any error rolls all of it back.
///
/// `rebuild` reads every file into a scratch index and puts that in the place of the old one in one step.
package struct Reconciler: Sendable {
  /// Name folders in one stretch: enough work for a thread to be worth handing over.
  static let stretchLength = 64

  let location: IndexLocation
  let root: String
  let metadataFolder: String
  let fileSystem: any FileSystem
  let options: ReconcileOptions

  package init(
    location: IndexLocation, root: String, metadataFolder: String, fileSystem: any FileSystem = LinuxFileSystem(),
    options: ReconcileOptions
  ) {
    self.location = location
    self.root = root
    self.metadataFolder = metadataFolder
    self.fileSystem = fileSystem
    self.options = options
  }

  /// Brings the index up to date; one that turns out damaged on the way is rebuilt, with a warning.
  package func reconcile() throws -> ReconcileReport {
    let began = ContinuousClock.now
    if options.isDryRun { return try namingIndex { try plan(since: began) } }
    do {
      return try namingIndex { try reconcile(since: began) }
    } catch let error as IndexError where error.code == .damaged {
      options.onWarning?(IndexError.repaired(error.message))
      return try rebuild()
    }
  }

  private func reconcile(since began: ContinuousClock.Instant) throws -> ReconcileReport {
    // Before anything is written: a root that is not there must not leave an index behind.
    _ = try MetadataTree(root: root, metadataFolder: metadataFolder, fileSystem: fileSystem)
    return try reconcile(holding: try ReconcileLock(location, isWaiting: options.waits), since: began)
  }

  private func reconcile(
    holding lock: borrowing ReconcileLock, since began: ContinuousClock.Instant
  ) throws -> ReconcileReport {
    let writer = try open()
    let old =
      writer.outcome.isEmpty ? nil : try writer.read { index throws(SQLiteError) in try TreeRows.state(from: index) }
    if let since = options.enoughSince, let old, let start = old.startedAt, start >= since {
      return ReconcileReport(coveredBy: old, seconds: began.seconds)
    }
    let scan = try begin(old)
    if let old, old.startedAt != nil, old.projectionVersion == CatalogState.currentProjection {
      return try apply(scan, writer, since: began)
    }
    return try rebuild(scan, holding: lock, since: began)
  }

  /// Makes what SQLite throws an error that names the index and the way out.
  func namingIndex<R>(_ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch let error as SQLiteError {
      throw IndexError(error, path: location.path)
    }
  }

  /// Opens the index for writing, and says so if it had to be replaced.
  private func open() throws -> IndexConnection {
    let writer = try IndexFile.open(location, .writing)
    if case .replaced(let reason) = writer.outcome { options.onWarning?(reason) }
    return writer
  }

  // MARK: Beginning

  /// A tree that was opened and listed.
  struct Scan: Sendable {
    let tree: MetadataTree
    let clock: FileSystemClock
    let stretches: TreeStretches
    let startedAt: Timestamp

    func makeScanner(_ mode: FolderScanner.Mode = FolderScanner.Mode()) -> FolderScanner {
      FolderScanner(reader: TreeReader(tree: tree, clock: clock), mode: mode)
    }
  }

  /// - Parameter old: what the index says of its tree, to refuse another one; `nil` to take any.
  func begin(_ old: CatalogState?) throws -> Scan {
    let startedAt = options.now()
    let tree = try MetadataTree(root: root, metadataFolder: metadataFolder, fileSystem: fileSystem)
    let clock = tree.clock(probingIn: location.folder)
    let stretches: TreeStretches
    do throws(SystemError) {
      stretches = try TreeStretches(reader: TreeReader(tree: tree, clock: clock), length: Self.stretchLength)
    } catch {
      throw StoreError(
        error.isAbsence ? .noSuchRoot : .inputOutput, "\(tree.path) cannot be listed: \(error.text).")
    }
    if let old, old.startedAt != nil, !options.acceptsRoot {
      try refuse(tree, insteadOf: old, isEmpty: stretches.names.isEmpty)
    }
    return Scan(tree: tree, clock: clock, stretches: stretches, startedAt: startedAt)
  }

  /// Refuses a tree in which every row of the index would be found missing, since a mount that failed looks like that.
  private func refuse(_ tree: MetadataTree, insteadOf old: CatalogState, isEmpty: Bool) throws {
    if isEmpty, try KnownFolders.Reader(location).hasAny() {
      throw ReconcileError(
        .noSuchRoot,
        "\(tree.path) is empty, but the index knows assets in it: mount it, or run `asset-catalog reconcile --accept-root`."
      )
    }
    if tree.device != old.device || (tree.inode != old.inode && !root.hasSameBytes(as: old.root)) {
      throw ReconcileError(
        .noSuchRoot,
        "\(tree.path) is not the tree that the index \(location.path) knows (that of \(old.root)): "
          + "name the right root or index, or run `asset-catalog reconcile --accept-root`.")
    }
  }

  // MARK: Reconcile

  /// Compares stretches with the index, in several threads, and hands on what was found in order.
  ///
  /// - Parameter hasIndex: `false` where there is none, for a dry run.
  func compare(
    _ scan: Scan, _ stretches: Range<Int>, mode: FolderScanner.Mode, hasIndex: Bool = true,
    _ consume: (ScannedPiece) throws -> Void
  ) throws {
    let names = scan.stretches.names.count
    var done = min(names, stretches.lowerBound * Self.stretchLength)
    try OrderedPipeline.run(
      pieces: stretches, threads: options.threads,
      makeWorker: { [location] in
        let scanner = scan.makeScanner(mode)
        let known = hasIndex ? try KnownFolders.Reader(location) : nil
        return { number in
          let stretch = scan.stretches[number]
          return try scanner.scan(
            names: stretch.names, known: try known?.folders(after: stretch.lower, through: stretch.upper) ?? [],
            runs: { try known?.runs(of: $0) ?? [] })
        }
      },
      consume: { piece in
        try consume(piece)
        done += piece.names
        options.onProgress?(done, names)
      })
  }

  private func apply(
    _ scan: Scan, _ writer: borrowing IndexConnection, since began: ContinuousClock.Instant
  ) throws -> ReconcileReport {
    let mode = FolderScanner.Mode(isFull: options.isFull)
    var session = ReconcileSession(
      applier: ChangeApplier(scanner: scan.makeScanner(), startedAt: scan.startedAt))
    do {
      try compare(scan, 0..<scan.stretches.count, mode: mode) { piece in
        session.collect(piece)
        // Where much changed, the rest is compared within the transaction, so that memory stays flat.
        if session.isFull { throw EnoughCollected() }
      }
    } catch is EnoughCollected {}
    var report = ReconcileReport()
    try writer.write(orThrow: { $0 as any Error }) { index in
      try session.writeCollected(to: index)
      if session.isFull {
        try compare(scan, session.collected..<scan.stretches.count, mode: mode) { piece in
          try session.write(piece, to: index)
        }
      }
      try session.finish(in: index, rootProblems: rootProblems(scan))
      let kind = options.isFull ? "full" : "reconcile"
      try TreeRows.write(state(scan, kind: kind, session.tally, filesRead: session.filesRead), into: index)
      report = ReconcileReport(
        session.tally, filesRead: session.filesRead, problems: try TreeRows.problemCount(in: index))
    }
    writer.emptyLogIfLarge()
    report.seconds = began.seconds
    return report
  }

  // MARK: Ending

  func rootProblems(_ scan: Scan) -> ProblemScope {
    let folder = Array(metadataFolder.utf8)
    return ProblemScope(
      scope: folder,
      problems: scan.stretches.oddities.map { oddity in
        IndexedProblem(
          path: folder + [UInt8(ascii: "/")] + oddity.name, kind: oddity.kind, message: oddity.message, asset: nil)
      })
  }

  func state(
    _ scan: Scan, kind: String, _ tally: ChangeApplier.Tally, filesRead: Int
  ) -> CatalogState {
    CatalogState(
      root: root, metadataFolder: metadataFolder, device: scan.tree.device, inode: scan.tree.inode,
      projectionVersion: CatalogState.currentProjection, startedAt: scan.startedAt, endedAt: options.now(),
      kind: kind, filesRead: Int64(filesRead), added: Int64(tally.added), changed: Int64(tally.changed),
      removed: Int64(tally.removed), unchanged: Int64(tally.unchanged))
  }
}

/// Ends the first part of a reconcile that found much.
private struct EnoughCollected: Error {}

extension ContinuousClock.Instant {
  /// Seconds since then.
  var seconds: Double {
    let (seconds, attoseconds) = duration(to: .now).components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}

extension ReconcileReport {
  init(_ tally: ChangeApplier.Tally, filesRead: Int, problems: Int) {
    self.init()
    added = tally.added
    changed = tally.changed
    removed = tally.removed
    unchanged = tally.unchanged
    self.problems = problems
    self.filesRead = filesRead
  }

  /// Nothing was done, since another reconcile had done it.
  init(coveredBy state: CatalogState, seconds: Double) {
    self.init()
    unchanged = Int(state.added + state.changed + state.unchanged)
    self.seconds = seconds
  }
}

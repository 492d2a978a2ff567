package import CatalogIndex
internal import LinuxSystem
internal import ManifestModel
package import StoredTree

/// Makes the index tell the truth about the tree.
///
/// `reconcile`, in order:
/// 1. Take the lock that all reconciles share. If it was not free, read the number of the last reconcile that ended,
///    and wait. One may have been at work then; where two or more have ended by the time the lock is had, the last of
///    them began after this one was asked for, and its work will do. Clocks have no say in this.
/// 2. Open the tree; refuse one that is missing, empty or another than the index remembers, since every row would go.
/// 3. Take the file system's time: stamps that lie shortly before it prove nothing.
/// 4. List the tree, cut the names into stretches, and let threads compare each stretch with the index and read what
///    differs (``StretchReader``). The index is read in short transactions; nothing is held while the disk is looked
///    at.
/// 5. In one write transaction: additions and changes, each compared with the disk once more, then removals, each
///    proven by a direct look, then the row that says when this reconcile began. Any error rolls all of it back. A tree
///    on another host is not looked at while others wait: what is missing was proven before, and what this host
///    recorded meanwhile, which it notes, is read again before the transaction. Where much changed there, a copy of the
///    index is brought up to date and put in its place.
///
/// `rebuild` reads every file into a scratch index and puts that in the place of the old one in one step. The first
/// reconcile of a tree, and one that finds the index damaged, do the same: an index is there as a whole or not at all.
package struct Reconciler: Sendable {
  /// Name folders in one stretch: enough work for a thread to be worth handing over.
  static let stretchLength = 64

  let location: IndexLocation
  let root: String
  let metadataFolder: String
  /// Opens the tree. What it throws is what the caller is told.
  let openStorage: @Sendable () throws(StoreError) -> any TreeStorage
  let options: ReconcileOptions

  /// - Parameter openStorage: opens the tree that has this root and metadata folder.
  package init(
    location: IndexLocation, root: String, metadataFolder: String, options: ReconcileOptions,
    openStorage: @escaping @Sendable () throws(StoreError) -> any TreeStorage
  ) {
    self.location = location
    self.root = root
    self.metadataFolder = metadataFolder
    self.openStorage = openStorage
    self.options = options
  }

  /// Brings the index up to date; one that turns out damaged on the way is rebuilt, with a warning.
  package func reconcile() throws -> ReconcileReport {
    let began = ContinuousClock.now
    if options.isDryRun { return try plan(since: began) }
    do {
      return try reconcile(since: began)
    } catch let error as IndexError where error.code == .damaged {
      return try rebuild(curing: error.damage)
    }
  }

  func reconcile(
    only part: Part? = nil, since began: ContinuousClock.Instant
  ) throws -> ReconcileReport {
    // Before anything is written: a root that is not there must not leave an index behind.
    let isRemote = try openStorage().isRemote
    let patience = Patience(milliseconds: options.patienceMilliseconds)
    var enough: Int64?
    let lock = try ReconcileLock(
      location, patience: patience,
      onWait: { if options.takesWorkOfOthers { enough = (number(until: patience.deadline) ?? 0) + 2 } },
      onLongWait: { options.onLongWait?($0) })
    return try reconcile(
      Turn(lock: lock, patience: patience), only: part, unlessAt: enough, isRemote: isRemote, since: began)
  }

  /// - Parameter enough: the number of a reconcile whose work will do; `nil` if none will.
  func reconcile(
    _ turn: borrowing Turn, only part: Part? = nil, unlessAt enough: Int64?, isRemote: Bool,
    since began: ContinuousClock.Instant
  ) throws -> ReconcileReport {
    location.sweep(now: options.now().microseconds / 1_000_000)
    guard let writer = try IndexFile.openToReconcile(location, until: turn.patience.deadline) else {
      return try rebuild(instead: nil, turn, since: began)
    }
    let old = try writer.state()
    guard let old, old.startedAt != nil, old.projectionVersion == CatalogState.currentProjection else {
      return try rebuild(instead: old, turn, since: began)
    }
    if let file = old.file, file != writer.generation.file {
      try writer.examineUnknownFile()
    } else if let enough, old.number >= enough {
      return ReconcileReport(coveredBy: old, seconds: began.seconds)
    }
    // Before the tree is listed.
    let news = isRemote ? try RecordedMeanwhile(at: location) : nil
    let scan = try begin(old, only: try part?.scope(cheaperThanAllOf: old, at: location))
    var report = try apply(scan, writer, news, number: old.number + 1, turn.patience, since: began)
    if let part, scan.scope != nil {
      report.scopeStartedAt = scan.startedAt
      report.scopePages = part.pages(ofAssets: report.added + report.changed + report.unchanged + report.removed)
    }
    return report
  }

  /// The right to work on the index, and how long others may still be waited for.
  struct Turn: ~Copyable {
    let lock: ReconcileLock
    let patience: Patience
  }

  /// The number of the last reconcile; `nil` where there is none.
  func number(until deadline: Deadline?) -> Int64? {
    (try? KnownFolders.Reader(location, until: deadline).state()).flatMap { $0 }?.number
  }

  /// Takes from the index what rights it gives beyond those of the files in it, before anything of them is written.
  func limitRights(of index: borrowing IndexConnection, _ readers: SharedReadership) {
    guard index.limitRights(to: readers.value) else { return }
    options.onWarning?(
      "The index \(location.path) could be read by more users than some files of the tree, and cannot any more.")
  }

  // MARK: Ending

  /// Notes what the next listing may want to know. It is no loss where that cannot be written.
  func keepMemory(of scan: Scan) {
    guard let memory = scan.survey.memory, memory != scan.memory else { return }
    location.keep(memory, of: scan.storage.identity)
  }

  func rootProblems(_ scan: Scan) -> ProblemScope {
    let folder = Array(metadataFolder.utf8)
    return ProblemScope(
      scope: folder,
      problems: scan.survey.oddities.map { oddity in
        IndexedProblem(
          path: folder + [UInt8(ascii: "/")] + oddity.name, kind: oddity.kind, message: oddity.message, asset: nil)
      })
  }

  func state(
    _ scan: Scan, kind: String, _ tally: ChangeApplier.Tally, filesRead: Int, number: Int64
  ) -> CatalogState {
    CatalogState(
      root: root, metadataFolder: metadataFolder, device: scan.storage.identity.device,
      inode: scan.storage.identity.inode,
      projectionVersion: CatalogState.currentProjection, startedAt: scan.startedAt, endedAt: options.now(),
      kind: kind, filesRead: Int64(filesRead), added: Int64(tally.added), changed: Int64(tally.changed),
      removed: Int64(tally.removed), unchanged: Int64(tally.unchanged),
      number: number, file: nil)
  }
}

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

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

  // MARK: Beginning

  /// A tree that was opened and listed.
  struct Scan: Sendable {
    let storage: any TreeStorage
    let survey: any TreeSurvey
    let startedAt: Timestamp
    /// The names that it is about; `nil` for the whole tree.
    let scope: NameScope?
    /// Who may read all that was looked at: the index is for nobody else.
    let readers: SharedReadership
    /// What was known of the listing before.
    let memory: ListingMemory?

    var stretches: TreeStretches { survey.stretches }
    /// Where there is a request for each file, the last stretches are to be short: others wait for them.
    var stretchesToFill: TreeStretches {
      storage.isRemote ? TreeStretches(stretches.names, length: max(1, stretches.length / 4)) : stretches
    }
    var threads: OrderedPipeline.Threads { storage.isRemote ? .remote : .automatic }
    var threadsToFill: OrderedPipeline.Threads { storage.isRemote ? .remoteFill : .automatic }

    /// One that sees the tree as it is by now, for a second look.
    func makeLiveScanner() -> StretchReader {
      StretchReader(survey.makeLiveSurveyor(readers), of: storage, for: .check)
    }

    func makeScanner(for purpose: StretchReader.Purpose = .reconcile(isFull: false)) -> StretchReader {
      StretchReader(survey.makeSurveyor(readers), of: storage, for: purpose)
    }
  }

  /// - Parameters:
  ///   - old: what the index says of its tree, to refuse another one; `nil` to take any.
  ///   - scope: the names to look at, where the storage can look at some alone.
  func begin(_ old: CatalogState?, only scope: NameScope? = nil) throws -> Scan {
    let startedAt = options.now()
    let storage = try openStorage()
    let part = try scope.flatMap { scope in
      try storage.beginSurvey(of: scope, probingIn: location.folder, stretchLength: Self.stretchLength)
    }
    let memory = memory(of: storage)
    let survey =
      try part
      ?? storage.beginSurvey(
        probingIn: location.folder, stretchLength: Self.stretchLength, recalling: memory, landmarks: landmarks(atMost:))
    let scan = Scan(
      storage: storage, survey: survey, startedAt: startedAt, scope: part == nil ? nil : scope,
      readers: SharedReadership(), memory: memory)
    try check(scan, old)
    return scan
  }

  /// What was known of the listing before.
  func memory(of storage: any TreeStorage) -> ListingMemory? {
    storage.isRemote ? location.listingMemory(of: storage.identity) : nil
  }

  /// Assets that the index knows, with equally many between each two.
  func landmarks(atMost most: Int) -> [AssetIdentifier] {
    (try? KnownFolders.Reader(location).landmarks(atMost: most)) ?? []
  }

  /// Refuses a tree that cannot be the one that is meant.
  ///
  /// - Parameter old: what the index says of its tree; `nil` to take any.
  func check(_ scan: Scan, _ old: CatalogState?) throws {
    let isEmpty = scan.scope == nil && scan.stretches.names.isEmpty
    // A store of objects has no folder that could be missing: nothing at all is what a root that was mistyped looks
    // like.
    if scan.storage.isRemote, !options.acceptsRoot, old?.startedAt == nil, scan.stretches.names.isEmpty {
      throw ReconcileError(
        .noSuchRoot, "There is nothing in \(scan.storage.path): correct the root, or accept it as it is.", .acceptRoot)
    }
    if let old, old.startedAt != nil, !options.acceptsRoot {
      try refuse(scan.storage, insteadOf: old, isEmpty: isEmpty)
    }
  }

  /// Refuses a tree in which every row of the index would be found missing, since a mount that failed looks like that.
  func refuse(_ tree: any TreeStorage, insteadOf old: CatalogState, isEmpty: Bool) throws {
    if isEmpty, try KnownFolders.Reader(location).hasAny() {
      throw ReconcileError(
        .noSuchRoot,
        "\(tree.path) is empty, but the index knows assets in it: \(tree.isRemote ? "correct the root" : "mount it"), or accept "
          + "it as it is.", .acceptRoot)
    }
    let isSame = old.isOf(
      root: root, metadataFolder: metadataFolder, device: tree.identity.device, inode: tree.identity.inode, at: location
    )
    if !isSame {
      throw ReconcileError(
        .noSuchRoot,
        "\(tree.path) is not the tree that the index \(location.path) knows (that of \(old.root)): "
          + "name the right root or index, or accept this one.",
        .acceptRoot)
    }
  }

  // MARK: Reconcile

  /// Compares stretches with the index, in several threads, and passes on what was found in order.
  ///
  /// - Parameters:
  ///   - hasIndex: `false` where there is none, for a dry run.
  ///   - consume: gets what was found in a stretch, in parts where it is much.
  func compare(
    _ scan: Scan, _ stretches: Range<Int>, for purpose: StretchReader.Purpose, hasIndex: Bool = true,
    _ consume: (StretchPiece, _ isLast: Bool) throws -> Void
  ) throws {
    let names = scan.stretches.names.count
    var done = min(names, stretches.lowerBound * scan.stretches.length)
    try OrderedPipeline.runInParts(
      pieces: stretches, threads: options.threads ?? scan.threads, weigh: { $0.weight },
      makeWorker: { [location] in
        let scanner = scan.makeScanner(for: purpose)
        let known = hasIndex ? try KnownFolders.Reader(location) : nil
        return { number, passOn in
          let stretch = scan.stretches[number]
          var folders = try known?.folders(after: stretch.lower, through: stretch.upper) ?? []
          // The bounds of a scope are a little wider than it is.
          if let scope = scan.scope { folders.removeAll { !scope.contains($0.name) } }
          return try scanner.scan(
            names: stretch.names, known: folders,
            runs: { try known?.runs(of: $0) ?? [] }, passOn: passOn)
        }
      },
      consume: { piece, isLast in
        try consume(piece, isLast)
        done += piece.names
        options.onProgress?(done, names)
      })
  }

  /// Compares the whole tree with the index, and brings the index up to date.
  ///
  /// - Parameter news: what this host records meanwhile in a tree that is not looked at while the index is locked; it
  ///   was begun before the tree was listed.
  func apply(
    _ scan: Scan, _ writer: borrowing IndexConnection, _ news: consuming RecordedMeanwhile? = nil, number: Int64,
    _ patience: Patience, since began: ContinuousClock.Instant
  ) throws -> ReconcileReport {
    var news = news
    let purpose = StretchReader.Purpose.reconcile(isFull: options.isFull)
    var session = ReconcileSession(
      applier: ChangeApplier(scanner: scan.makeScanner(), startedAt: scan.startedAt),
      mostCollected: options.mostCollected)
    do {
      try compare(scan, 0..<scan.stretches.count, for: purpose) { piece, isLast in
        session.collect(piece, isLast: isLast)
        // Where much changed, the rest is compared while it is written, so that memory stays flat.
        if session.isFull { throw EnoughCollected() }
      }
    } catch is EnoughCollected {}
    if session.isFull, let news = news.take() {
      return try applyAside(session, scan, news, number: number, patience, since: began)
    }
    var report = ReconcileReport()
    var readAgain: [AssetIdentifier: RecordedAsset] = [:]
    var rounds = Self.roundsOfReading
    while true {
      let recorded = try writer.edit(until: patience.deadline, orThrow: { $0 as any Error }) { index in
        // Whoever records notes that before he waits for the lock that is held here.
        if let recorded = try news?.take() {
          let concerned = session.concerned(among: recorded)
          if rounds > 0, !concerned.isEmpty { return concerned }
          session.proof = .notRecorded(Set(recorded), readAgain: readAgain)
        }
        limitRights(of: writer, scan.readers)
        try session.writeCollected(to: index)
        if session.isFull {
          try compare(scan, session.collected..<scan.stretches.count, for: purpose) { piece, _ in
            limitRights(of: writer, scan.readers)
            try session.write(piece, to: index)
          }
        }
        try session.finish(in: index, rootProblems: scan.scope == nil ? rootProblems(scan) : nil)
        // A look at some names says nothing of when all of the index was true, and does for nobody who waits for a
        // whole one.
        if scan.scope == nil {
          let kind = options.isFull ? "full" : "reconcile"
          var state = state(scan, kind: kind, session.tally, filesRead: session.filesRead, number: number)
          state.file = writer.generation.file
          try index.write(state)
        }
        report = ReconcileReport(
          session.tally, filesRead: session.filesRead, problems: try index.problemCount())
        return []
      }
      if recorded.isEmpty { break }
      rounds -= 1
      readAgain.merge(try self.readAgain(recorded, scan)) { $1 }
    }
    writer.emptyLogIfLarge()
    keepMemory(of: scan)
    report.seconds = began.seconds
    return report
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

internal import CatalogIndex
internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// Comparing a tree with the index, and bringing the index up to date.
extension Reconciler {
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
}

/// Ends the first part of a reconcile that found much.
private struct EnoughCollected: Error {}

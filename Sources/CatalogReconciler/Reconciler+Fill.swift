internal import CatalogIndex
internal import LinuxSystem
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// Reading a whole tree into an empty index.
extension Reconciler {
  /// A tree that is about to be read whole.
  enum Reading {
    case whole(Scan)
    case growing(GrowingScan)

    /// Ends a listing that nobody wants any more.
    func end() {
      guard case .growing(let scan) = self else { return }
      scan.survey.stop()
      _ = try? scan.survey.finish()
    }
  }

  /// A tree that is read while it is listed.
  struct GrowingScan {
    let storage: any TreeStorage
    let survey: any GrowingSurvey
    let startedAt: Timestamp
    let readers: SharedReadership
    let memory: ListingMemory?

    func makeScanner() -> StretchReader {
      StretchReader(survey.makeSurveyor(readers), of: storage, for: .fill)
    }

    /// The same tree, listed to its end.
    func whole(_ survey: any TreeSurvey) -> Scan {
      Scan(storage: storage, survey: survey, startedAt: startedAt, scope: nil, readers: readers, memory: memory)
    }
  }

  /// What was read so far.
  struct Filling {
    var tally = ChangeApplier.Tally()
    var filesRead = 0
    var names = 0
  }

  /// Begins to list a tree that is read whole.
  ///
  /// - Parameter old: what the index says of its tree, to refuse another one; `nil` to take any.
  func beginReading(_ old: CatalogState?) throws -> Reading {
    let startedAt = options.now()
    let storage = try openStorage()
    // Before a request for each file of another tree.
    if storage.isRemote, let old, old.startedAt != nil, !options.acceptsRoot {
      try refuse(storage, insteadOf: old, isEmpty: false)
    }
    let memory = memory(of: storage)
    let readers = SharedReadership()
    let listing = try storage.beginReading(
      probingIn: location.folder, stretchLength: Self.stretchLength, recalling: memory, landmarks: landmarks(atMost:))
    switch listing {
    case .whole(let survey):
      let scan = Scan(
        storage: storage, survey: survey, startedAt: startedAt, scope: nil, readers: readers, memory: memory)
      try check(scan, old)
      return .whole(scan)
    case .growing(let survey):
      return .growing(
        GrowingScan(storage: storage, survey: survey, startedAt: startedAt, readers: readers, memory: memory))
    }
  }

  /// Reads a tree into an empty index.
  ///
  /// - Parameter old: what the index says of its tree, to refuse another one, where that was not done before; `nil` to
  ///   take any.
  /// - Returns: the whole tree as it was listed, and names of which only a part was read.
  func fill(
    _ scratch: borrowing IndexWriter, from reading: Reading, _ old: CatalogState?, _ filling: inout Filling
  ) throws -> (scan: Scan, grown: [String]) {
    switch reading {
    case .whole(let scan):
      try fill(scratch, with: scan.stretchesToFill, of: scan, &filling)
      return (scan, [])
    case .growing(let begun):
      try fill(scratch, whileListing: begun, &filling)
      let grown = try begun.survey.finish()
      let scan = begun.whole(grown.survey)
      try check(scan, old)
      if !grown.unread.names.isEmpty { try fill(scratch, with: grown.unread, of: scan, &filling) }
      return (scan, grown.grown)
    }
  }

  private func fill(
    _ scratch: borrowing IndexWriter, whileListing scan: GrowingScan, _ filling: inout Filling
  ) throws {
    let survey = scan.survey
    let source = OrderedPipeline.Source(hasPiece: { survey.hasStretch($0) }, stop: { survey.stop() })
    try OrderedPipeline.runInParts(
      pieces: 0..<Int.max, of: source, threads: options.threads ?? .remoteGrowing, weigh: { $0.rows.byteCount },
      makeWorker: {
        let worker = self.makeFiller(scan.makeScanner())
        return { number, passOn in try worker(survey.names(ofStretch: number), passOn) }
      },
      consume: { piece, _ in
        // What was listed before can be millions of files.
        try survey.requireGrowth()
        try take(piece, into: scratch, at: scan.startedAt, &filling)
        options.onProgress?(filling.names, 0)
      })
  }

  private func fill(
    _ scratch: borrowing IndexWriter, with stretches: TreeStretches, of scan: Scan, _ filling: inout Filling
  ) throws {
    try OrderedPipeline.runInParts(
      pieces: 0..<stretches.count, threads: options.threads ?? scan.threadsToFill, weigh: { $0.rows.byteCount },
      makeWorker: {
        let worker = self.makeFiller(scan.makeScanner(for: .fill))
        return { number, passOn in try worker(stretches[number].names, passOn) }
      },
      consume: { piece, _ in
        try take(piece, into: scratch, at: scan.startedAt, &filling)
        options.onProgress?(filling.names, scan.stretches.names.count)
      })
  }

  /// One thread's way to read stretches.
  private func makeFiller(
    _ scanner: StretchReader
  ) -> (_ names: [String], _ passOn: (ImportPiece) throws -> Void) throws -> ImportPiece {
    let former = FormerIndex(location)
    return { names, passOn in
      var rows = ImportBatch(folderCount: names.count)
      let rest = try scanner.readAll(names, known: former.reader, take: { rows.append($0) }) { part in
        let full = ImportPiece(part, rows)
        rows = ImportBatch(folderCount: 0)
        try passOn(full)
      }
      return ImportPiece(rest, rows)
    }
  }

  private func take(
    _ piece: ImportPiece, into scratch: borrowing IndexWriter, at time: Timestamp, _ filling: inout Filling
  ) throws {
    try scratch.fill(piece.rows)
    filling.tally.added += piece.rows.knownCount
    for scope in piece.problems { try scratch.write(scope, at: time) }
    filling.filesRead += piece.filesRead
    filling.names += piece.names
  }

  /// Reads names once more of which only a part was read, and all that is wrong with them.
  func readAgain(
    _ names: [String], into database: borrowing IndexWriter, _ scan: Scan
  ) throws -> (tally: ChangeApplier.Tally, filesRead: Int) {
    let scanner = scan.makeLiveScanner(for: .reconcile(isFull: false))
    var applier = ChangeApplier(scanner: scanner, startedAt: scan.startedAt)
    for name in names {
      let rest = try scanner.scan(names: [name], known: [], runs: { _ in [] }) { try applier.apply($0, to: database) }
      try applier.apply(rest, to: database)
    }
    return (applier.tally, scanner.reader.session.filesRead)
  }
}

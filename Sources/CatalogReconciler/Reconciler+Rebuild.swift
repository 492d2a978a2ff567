internal import CatalogIndex
internal import LinuxSystem
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

extension Reconciler {
  /// Reads everything again.
  ///
  /// - Parameter damage: the damage that it is done for, as a sentence without its end, of which a warning is made;
  ///   `nil` if none is known.
  package func rebuild(curing damage: String? = nil) throws -> ReconcileReport {
    let began = ContinuousClock.now
    // Before anything is written: a root that is not there must not leave an index behind.
    _ = try openStorage()
    let patience = Patience(milliseconds: options.patienceMilliseconds)
    let lock = try ReconcileLock(location, patience: patience, onLongWait: { options.onLongWait?($0) })
    if let damage { options.onWarning?("\(damage); it was rebuilt.") }
    return try rebuild(
      instead: nil, Turn(lock: lock, patience: patience), isDamageTold: damage != nil, since: began)
  }

  /// Reads everything into a scratch, and puts that in the place of the index. What others record meanwhile is in it.
  ///
  /// - Parameters:
  ///   - old: what the index says of its tree, to refuse another one; `nil` to take any.
  ///   - isDamageTold: whether a warning was given of a file that cannot be written over.
  func rebuild(
    instead old: CatalogState?, _ turn: borrowing Turn, isDamageTold: Bool = false, since began: ContinuousClock.Instant
  ) throws -> ReconcileReport {
    var news = try RecordedMeanwhile(at: location)
    // Listed only now: what another process has put into the index while this one waited must not go again, and what is
    // recorded from here on is among the news.
    let reading = try beginReading(old)
    defer { reading.end() }
    let number = (number(until: turn.patience.deadline) ?? 0) + 1
    let scratch = try IndexFile.makeScratch(location)
    var filling = Filling()
    let (scan, grown) = try scratch.fill { index in
      let (scan, grown) = try fill(index, from: reading, old, &filling)
      try index.write(rootProblems(scan), at: scan.startedAt)
      try index.write(
        state(scan, kind: "rebuild", filling.tally, filesRead: filling.filesRead, number: number))
      return (scan, grown)
    }
    var report = ReconcileReport(
      filling.tally, filesRead: filling.filesRead, problems: try scratch.writer.problemCount())
    if !grown.isEmpty {
      let again = try scratch.amend { index in try readAgain(grown, into: index, scan) }
      report.added += again.tally.added
      report.filesRead += again.filesRead
      report.problems = try scratch.writer.problemCount()
    }
    let isAllKnown = try add(news.take(), to: scratch, scan, &report)
    try addUnlisted(to: scratch, scan, &report)
    try publish(
      scratch, &news, scan, isAllKnown: isAllKnown, number: number, turn.patience, isDamageTold: isDamageTold,
      since: began, &report)
    report.seconds = began.seconds
    return report
  }

  /// Puts a scratch that is of a scan in the place of the index, with what others recorded since the news began.
  ///
  /// - Parameter isAllKnown: whether what was recorded up to now could be noted, and is in the scratch.
  func publish(
    _ scratch: consuming IndexScratch, _ news: inout RecordedMeanwhile, _ scan: Scan, isAllKnown: Bool = true,
    number: Int64, _ patience: Patience, isDamageTold: Bool, since began: ContinuousClock.Instant,
    _ report: inout ReconcileReport
  ) throws {
    // All of it before others are kept from writing, but for what comes in the last moment.
    var isAllKnown = isAllKnown
    for _ in 0..<Self.roundsOfNews {
      let assets = try news.take()
      isAllKnown = try add(assets, to: scratch, scan, &report) && isAllKnown
      if assets?.isEmpty != false { break }
    }
    let publication = try IndexFile.publish(
      scratch, at: location, for: { scan.readers.value }, until: patience.deadline, orThrow: { $0 as any Error }
    ) { scratch in
      isAllKnown = try add(news.take(), to: scratch, scan, &report) && isAllKnown
    }
    if case .newGeneration(let reason) = publication, !isDamageTold { options.onWarning?(reason) }
    try finish(&news, scan, patience, isAllKnown: isAllKnown, number: number, since: began)
    keepMemory(of: scan)
  }

  /// How often what was recorded meanwhile is read before others are kept from writing: each round is shorter than the
  /// one before.
  private static let roundsOfNews = 4

  /// Reads assets that were recorded meanwhile once more, into a scratch.
  ///
  /// - Parameter assets: `nil` if they were too many to note.
  /// - Returns: whether they were noted.
  private func add(
    _ assets: [AssetIdentifier]?, to scratch: borrowing IndexScratch, _ scan: Scan, _ report: inout ReconcileReport
  ) throws -> Bool {
    guard let assets, !assets.isEmpty else { return assets != nil }
    let tally = try scratch.amend { index in try add(assets, to: index, scan) }
    report.added += tally.added
    report.filesRead += tally.added + tally.changed
    report.problems = try scratch.writer.problemCount()
    return true
  }

  func add(
    _ assets: [AssetIdentifier], to database: borrowing IndexWriter, _ scan: Scan
  ) throws -> ChangeApplier.Tally {
    let scanner = scan.makeScanner()
    var applier = ChangeApplier(scanner: scanner, startedAt: scan.startedAt)
    for asset in assets {
      guard let change = try scanner.readAll(of: asset) else { continue }
      try database.ensure(folder: asset.name)
      try applier.apply(change, to: database) { try scanner.readAll(of: $0.asset) }
    }
    return applier.tally
  }

  /// Takes over what was noted when the new content was in place already, and ends the noting.
  private func finish(
    _ news: inout RecordedMeanwhile, _ scan: Scan, _ patience: Patience, isAllKnown: Bool, number: Int64,
    since began: ContinuousClock.Instant
  ) throws {
    var isAllKnown = isAllKnown
    while try !news.end(), let assets = try news.take() {
      guard let writer = try IndexFile.openToReconcile(location, until: patience.deadline) else { return }
      try writer.edit(until: patience.deadline, orThrow: { $0 as any Error }) { database in
        _ = try add(assets, to: database, scan)
        writer.limitRights(to: scan.readers.value)
      }
    }
    // More than could be noted: look at all of it.
    isAllKnown = try news.end() && isAllKnown
    guard !isAllKnown, let writer = try IndexFile.openToReconcile(location, until: patience.deadline) else {
      return
    }
    let next = scan.storage.isRemote ? try RecordedMeanwhile(at: location) : nil
    _ = try apply(try begin(nil), writer, next, number: number + 1, patience, since: began)
  }
}

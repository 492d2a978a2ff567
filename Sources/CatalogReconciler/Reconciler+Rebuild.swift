internal import CatalogIndex
internal import ManifestStore
internal import SQLiteDatabase

extension Reconciler {
  /// Reads everything anew.
  package func rebuild() throws -> ReconcileReport {
    let began = ContinuousClock.now
    return try namingIndex {
      // Before anything is written: a root that is not there must not leave an index behind.
      _ = try MetadataTree(root: root, metadataFolder: metadataFolder, fileSystem: fileSystem)
      let lock = try ReconcileLock(location, isWaiting: options.waits)
      // Listed only now: what another process has put into the index while this one waited must not go again.
      return try rebuild(try begin(nil), holding: lock, since: began)
    }
  }

  func rebuild(
    _ scan: Scan, holding lock: borrowing ReconcileLock, since began: ContinuousClock.Instant
  ) throws -> ReconcileReport {
    let scratch = try IndexFile.makeScratch(location)
    var report = ReconcileReport()
    try scratch.fill { index in report = try fill(index, from: scan) }
    if case .newGeneration(let reason) = try IndexFile.publish(scratch, at: location) { options.onWarning?(reason) }
    report.seconds = began.seconds
    return report
  }

  /// Reads the whole tree into an empty index.
  private func fill(_ scratch: borrowing Connection, from scan: Scan) throws -> ReconcileReport {
    var tally = ChangeApplier.Tally()
    var filesRead = 0
    var names = 0
    try OrderedPipeline.run(
      pieces: 0..<scan.stretches.count, threads: options.threads,
      makeWorker: { [location] in
        let scanner = scan.makeScanner(FolderScanner.Mode(isReadingAnew: true))
        let former = FormerIndex(location)
        return { number in
          let folders = scan.stretches[number].names
          return try ImportPiece(folderCount: folders.count) { take in
            try scanner.readAll(folders, known: former.reader, take: take)
          }
        }
      },
      consume: { piece in
        try AssetRows.fill(scratch, with: piece.rows)
        tally.added += piece.rows.knownCount
        for scope in piece.problems { try TreeRows.write(scope, at: scan.startedAt, into: scratch) }
        filesRead += piece.filesRead
        names += piece.names
        options.onProgress?(names, scan.stretches.names.count)
      })
    try TreeRows.write(rootProblems(scan), at: scan.startedAt, into: scratch)
    try TreeRows.write(state(scan, kind: "rebuild", tally, filesRead: filesRead), into: scratch)
    let problems = try TreeRows.problemCount(in: scratch)
    return ReconcileReport(tally, filesRead: filesRead, problems: problems)
  }
}

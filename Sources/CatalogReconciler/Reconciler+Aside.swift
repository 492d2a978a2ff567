internal import CatalogIndex
internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

extension Reconciler {
  /// Brings a copy of the index up to date, and puts it in the place of the index in one step.
  ///
  /// So nothing is asked of another host while those wait who write the index, however much changed there. What they
  /// write meanwhile is noted, and read again, as for a rebuild.
  ///
  /// - Parameters:
  ///   - begun: what was collected before it was too much.
  ///   - news: what this host records meanwhile; it was begun before the tree was listed.
  func applyAside(
    _ begun: ReconcileSession, _ scan: Scan, _ news: consuming RecordedMeanwhile, number: Int64, _ patience: Patience,
    since began: ContinuousClock.Instant
  ) throws -> ReconcileReport {
    var news = news
    var session = begun
    // What is recorded meanwhile goes into the index, and not into the copy.
    session.proof = .notRecorded([])
    let scratch = try IndexFile.makeScratch(copying: location)
    var report = ReconcileReport()
    try scratch.amend { index in
      try session.writeCollected(to: index)
      try compare(scan, session.collected..<scan.stretches.count, for: .reconcile(isFull: options.isFull)) { piece, _ in
        try session.write(piece, to: index)
      }
      try session.finish(in: index, rootProblems: scan.scope == nil ? rootProblems(scan) : nil)
      if scan.scope == nil {
        let kind = options.isFull ? "full" : "reconcile"
        try index.write(state(scan, kind: kind, session.tally, filesRead: session.filesRead, number: number))
      }
      report = ReconcileReport(session.tally, filesRead: session.filesRead, problems: try index.problemCount())
    }
    try publish(
      scratch, &news, scan, number: number, patience, isDamageTold: false, since: began, &report)
    report.seconds = began.seconds
    return report
  }
}

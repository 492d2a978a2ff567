internal import CatalogIndex
internal import ManifestModel
internal import StoredTree

extension Reconciler {
  /// What a reconcile would do; nothing is written, not even an index where there is none.
  func plan(since began: ContinuousClock.Instant) throws -> ReconcileReport {
    let layout = MetadataLayout(folder: metadataFolder)
    var report = ReconcileReport()
    let known = try knownReader()
    let old = try known?.state()
    report.problems = try known?.problemCount() ?? 0
    let scan = try begin(old)
    try compare(scan, 0..<scan.stretches.count, for: .plan(isFull: options.isFull), hasIndex: known != nil) {
      piece, _ in
      report.unchanged += piece.unchanged
      report.planned += piece.planned
      report.planned += piece.missingAssets.map { (.remove, layout.assetPath($0)) }
      report.planned += piece.missingFolders.map { (.remove, layout.namePath($0)) }
    }
    report.seconds = began.seconds
    return report
  }

  /// The index, or `nil` where there is none that could be read.
  private func knownReader() throws(IndexError) -> KnownFolders.Reader? {
    do {
      return try KnownFolders.Reader(location)
    } catch {
      if [.missing, .outdated, .damaged].contains(error.code) { return nil }
      throw error
    }
  }
}

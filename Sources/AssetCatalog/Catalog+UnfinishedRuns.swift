public import ManifestModel
internal import ManifestStore

extension Catalog {
  /// Records that an unfinished run failed, for those who know the asset and not the run: hooks around mad_prefect,
  /// which writes nothing more when the function of an asset raises.
  ///
  /// Which run it is, is decided from the tree, under the lock of the asset.
  ///
  /// ```swift
  /// try catalog.failUnfinishedRun(of: orders, since: called, error: RunError(type: "KeyError", message: "'id'"))
  /// ```
  ///
  /// - Parameters:
  ///   - asset: its asset.
  ///   - since: when the caller began. Of the unfinished runs that began then or later it is the first, so that each of
  ///     several callers at once finds its own. `nil` for the newest unfinished run.
  ///   - error: what went wrong.
  /// - Throws: ``CatalogError/Code/noSuchRun`` where no run is unfinished; otherwise as `recordRun(_:)`.
  @discardableResult
  public func failUnfinishedRun(
    of asset: AssetIdentifier, since: Timestamp? = nil, error: RunError
  ) throws(CatalogError) -> RecordedRun {
    var report = RunReport(.failed(error), of: asset, runID: RunReport.makeRunID())
    report.choice = .unfinished(since: since)
    return try recordRun(report)
  }

  /// Records the end of an unfinished run of any asset that has the name of the report's.
  ///
  /// The report's `RunReport.choice` says which of the unfinished runs of all of them it is. Each asset is looked at by
  /// itself, so that a run that begins meanwhile may be missed.
  ///
  /// - Throws: As ``failUnfinishedRun(of:since:error:)``.
  @discardableResult
  package func recordUnfinishedRun(_ report: RunReport) throws(CatalogError) -> RecordedRun {
    var found = report
    found.asset = try unfinishedAsset(like: report)
    return try recordRun(found)
  }

  /// The asset whose unfinished run a report is about.
  private func unfinishedAsset(like report: RunReport) throws(CatalogError) -> AssetIdentifier {
    var since: Timestamp?
    if case .unfinished(let time) = report.choice { since = time }
    try RecordRules.check(report, now: nil)
    let time = now
    let asset = try CatalogError.wrappingAny {
      try TreeReader(try tree.storage())
        .assetOfUnfinishedRun(named: report.asset.name, since: since, now: time)
    }
    guard let asset else {
      throw CatalogError(
        .noSuchRun,
        "No run of an asset named '\(report.asset.name)' is unfinished: record its end under the run's own id.")
    }
    return asset
  }
}

internal import ManifestModel
internal import StoredTree

/// Which run a report is about, and whether one is under way: decided from the tree, under the lock of the asset, so
/// that no two writers decide at once.
extension AssetTransaction {
  /// Ids that are tried beside one that was used.
  private static let attempts = 2...100_000
  /// The longest name of a file on Linux.
  private static let longestComponent = 255

  /// The id of the run that a report is about.
  func chosenRun(_ report: RunReport) throws(StoreError) -> String {
    switch report.choice {
    case .named: return report.runID
    case .unused: return try unusedID(report.runID)
    case .unfinished(let since):
      if let run = try history().unfinished(since: since) { return run.id }
      let restriction = since.map { " that began at \($0) or later" } ?? ""
      throw StoreError(
        .noSuchRun,
        "\(absolute(layout.assetPath(asset))): no run\(restriction) is unfinished; record its end under the run's own id."
      )
    }
  }

  /// Sees that a run still is what it was chosen for: where nobody is kept out, another writer may have been faster.
  func requireStanding(
    _ choice: RunReport.Choice, of id: String, _ metadata: RunMetadata?, _ revision: Revision?
  ) throws(StoreError) {
    switch choice {
    case .named: return
    case .unused: if metadata == nil, revision == nil { return }
    case .unfinished:
      if let metadata, metadata.materialized == nil, metadata.status != .failed, metadata.status != .success { return }
    }
    throw rewritten(id, isConflict: true)
  }

  /// Refuses a beginning while another run is under way.
  ///
  /// - Parameters:
  ///   - id: The run that is to begin.
  ///   - window: How long a run without heartbeats counts as running, in microseconds.
  func requireNoOther(than id: String, runningFor window: Int64) throws(StoreError) {
    guard let run = try history().running(besides: id, window: window) else { return }
    throw StoreError(
      .running,
      "\(absolute(layout.assetPath(asset))): the run \(run.id), which began at \(run.began), has not ended; wait for its end."
    )
  }

  private func history() throws(StoreError) -> RunHistory {
    do {
      return try RunHistory(of: asset, reader, now: now) { metadataSoFar(of: $0) }
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError(.inputOutput, "\(absolute(layout.assetPath(asset))) cannot be read: \(error).")
    }
  }

  private func unusedID(_ id: String) throws(StoreError) -> String {
    if try !isUsed(id) { return id }
    for number in Self.attempts {
      let next = "\(id).\(number)"
      if MetadataLayout.component(forRunID: next).utf8.count > Self.longestComponent { break }
      if try !isUsed(next) { return next }
    }
    return RunReport.makeRunID()
  }

  private func isUsed(_ id: String) throws(StoreError) -> Bool {
    if metadataSoFar(of: id) != nil { return true }
    return try naming(layout.runMetadataPath(asset, runID: id)) { () throws(TreeFault) in
      try publication.revision(of: .run(id)) != nil
    }
  }
}

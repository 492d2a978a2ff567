internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// An asset of which this host recorded something after it was compared, as it was read since.
struct RecordedAsset: Sendable {
  /// All of it; `nil` if it is gone.
  let change: AssetChange?
  /// Runs that the index has had, and of which the store says that they are gone.
  private let goneRuns: [String]

  /// Reads it.
  ///
  /// - Parameter known: what the index has of it.
  init(reading asset: AssetIdentifier, by scanner: StretchReader, known: IndexedAsset?) throws {
    change = try scanner.readAll(of: asset)
    guard let listed = change?.listedRuns else {
      goneRuns = []
      return
    }
    goneRuns = (known?.runs ?? []).filter { run in
      run.state != .manifestOnly && !listed.contains { $0.hasSameBytes(as: run.id) }
        && scanner.reader.session.isGone(run: run.id, of: asset)
    }.map(\.id)
  }

  /// Whether the store has said of a run that it is gone. What came to the index later was recorded.
  func hasProven(_ run: String) -> Bool { goneRuns.contains { $0.hasSameBytes(as: run) } }
}

internal import CatalogIndex
internal import ManifestModel

/// What has to be known of all assets before any can be judged; read only where a policy needs it.
struct FreshnessSurroundings: Sendable {
  /// The paths that manifests name.
  private var artifacts: [AssetIdentifier: [String]] = [:]
  /// Those whose runs stand otherwise than the index has them, since a clock was wrong.
  private var ahead: Set<AssetIdentifier> = []
  /// The id of each name that materialized last, of equals the first; under a name without an id.
  private var newest: [AssetIdentifier: (asset: AssetIdentifier, time: Int64)]?

  init(_ judge: FreshnessJudge, _ reader: borrowing IndexReader) throws(IndexError) {
    let question = judge.question
    if question.policy.policy.looksAtArtifacts {
      var cursor = ArtifactCursor(name: question.names.bound)
      while true {
        let page = try cursor.next(4096, from: reader)
        if page.isEmpty { break }
        for entry in page { artifacts[entry.asset, default: []].append(entry.path) }
      }
    }
    let looksAtRuns =
      question.policy.tellsReasons || question.readsRuns != nil || question.policy.policy.hasChecks
    if question.tellsDetails, looksAtRuns {
      ahead = Set(try reader.assetsAhead(of: judge.now.microseconds, name: question.names.bound))
    }
    guard question.byName || question.policy.policy.looksAtNewest else { return }
    var cursor = FreshnessCursor(
      .init(includesUnknown: false, includesNever: true, times: .min ... .max), now: judge.now.microseconds,
      name: question.names.bound)
    var newest: [AssetIdentifier: (asset: AssetIdentifier, time: Int64)] = [:]
    while true {
      let page = try cursor.next(4096, from: reader)
      if page.isEmpty { break }
      for entry in page {
        let name = AssetIdentifier(name: entry.asset.name, id: "")
        let time = entry.lastMaterialized ?? .min
        // Rows of one time come in the order of ids.
        if let known = newest[name], known.time >= time { continue }
        newest[name] = (entry.asset, time)
      }
    }
    self.newest = newest
  }

  func paths(of asset: AssetIdentifier) -> [String] { artifacts[asset] ?? [] }

  func isAhead(_ asset: AssetIdentifier) -> Bool { !ahead.isEmpty && ahead.contains(asset) }

  func isSuperseded(_ asset: AssetIdentifier) -> Bool {
    guard let newest = newest?[AssetIdentifier(name: asset.name, id: "")] else { return false }
    return newest.asset != asset
  }
}

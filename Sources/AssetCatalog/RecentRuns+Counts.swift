internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel

extension RecentRuns {
  /// How many runs before the newest are looked at, and how many of them must have a count for a median to mean
  /// anything.
  private static let countedBefore = 10
  private static let needed = 3

  /// What the checks of a policy find in what the newest success recorded of its artifacts.
  ///
  /// Artifacts are matched with those of runs before as schema changes are: by path, else by their place in the list,
  /// unless the newest run wrote the artifact there under its own path too.
  func countFindings(
    _ policy: AssetPolicy, of asset: FreshnessEntry, _ reader: borrowing IndexReader
  ) throws(IndexError) -> [FreshnessFinding] {
    guard policy.rows != nil || policy.bytes != nil || policy.schema != nil else { return [] }
    let succeeded = runs.filter { $0.standing == .succeeded }.prefix(1 + Self.countedBefore).map(\.runID)
    let told = try reader.artifactFacts(ofRuns: succeeded, of: asset)
    guard let facts = told.first, !facts.isEmpty else { return [] }
    let past = told.dropFirst()
    var findings: [FreshnessFinding] = []
    for (place, artifact) in facts.enumerated() {
      let before = past.compactMap { Self.counterpart(of: artifact, at: place, among: facts, in: $0) }
      findings += Self.bounded(.rows, policy.rows, artifact, artifact.rowCount, before.compactMap(\.rowCount))
      findings += Self.bounded(.bytes, policy.bytes, artifact, artifact.bytes, before.compactMap(\.bytes))
      if let check = policy.schema, check.limit, let hash = artifact.schemaHash,
        let former = before.compactMap(\.schemaHash).first, !former.hasSameBytes(as: hash)
      {
        findings.append(
          FreshnessFinding(
            kind: .schema, level: check.isError ? .error : .warn, value: nil, limit: nil,
            text: "The newest run changed the columns of \(artifact.path)."))
      }
    }
    return findings
  }

  private static func counterpart(
    of artifact: ArtifactFacts, at place: Int, among newest: [ArtifactFacts], in past: [ArtifactFacts]
  ) -> ArtifactFacts? {
    if let same = past.first(where: { $0.path.hasSameBytes(as: artifact.path) }) { return same }
    guard place < past.count, !newest.contains(where: { $0.path.hasSameBytes(as: past[place].path) }) else {
      return nil
    }
    return past[place]
  }

  /// At most one finding of a kind for each artifact: the first bound that does not hold.
  private static func bounded(
    _ kind: FreshnessFinding.Kind, _ check: PolicyCheck<CountBounds>?, _ artifact: ArtifactFacts, _ count: Int64?,
    _ past: [Int64]
  ) -> [FreshnessFinding] {
    guard let check, let count else { return [] }
    func finding(_ limit: Int64, _ text: String) -> [FreshnessFinding] {
      [
        FreshnessFinding(
          kind: kind, level: check.isError ? .error : .warn, value: Double(count), limit: Double(limit),
          text: "\(artifact.path) has \(count) \(kind.rawValue), \(text).")
      ]
    }
    if let least = check.limit.min, count < least { return finding(least, "fewer than \(least)") }
    if let most = check.limit.max, count > most { return finding(most, "more than \(most)") }
    guard past.count >= needed else { return [] }
    let median = DurationStatistics.nearestRank(of: past.sorted(), percent: 50)
    func share(_ millionths: Int64) -> Int64 { Int64((Double(median) * Double(millionths) / 1_000_000).rounded()) }
    if let drop = check.limit.maxDrop {
      let least = share(max(1_000_000 - drop.millionths, 0))
      if count < least { return finding(least, "where \(median) are usual") }
    }
    if let rise = check.limit.maxRise {
      let most = share(1_000_000 + rise.millionths)
      if count > most { return finding(most, "where \(median) are usual") }
    }
    return []
  }
}

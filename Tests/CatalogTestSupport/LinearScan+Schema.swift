package import ManifestModel

#if canImport(Glibc)
  import Glibc
#endif

/// The questions that go by what runs say of their artifacts.
extension LinearScan {
  /// name, id, run, run before it, path, hash, hash before it, materialized.
  package func schemaChanges(name: String = "*") -> [String] {
    var lines: [String] = []
    for asset in assets where Self.matches(asset.identifier.name, name) {
      let telling = judgedRuns(of: asset, Clock(now: .max / 2)).filter { run in
        run.materialized != nil && facts(of: run.id, in: asset).contains { $0.schemaHash != nil }
      }
      guard telling.count > 1 else { continue }
      let (latest, previous) = (telling[0], telling[1])
      let (now, before) = (facts(of: latest.id, in: asset), facts(of: previous.id, in: asset))
      for (place, artifact) in now.enumerated() {
        var counterpart = before.first { Self.same($0.path, artifact.path) }
        if counterpart == nil, place < before.count, !now.contains(where: { Self.same($0.path, before[place].path) }) {
          counterpart = before[place]
        }
        guard let hash = artifact.schemaHash, let former = counterpart?.schemaHash, !Self.same(hash, former) else {
          continue
        }
        lines.append(
          Self.line(asset.identifier, latest.id, previous.id, artifact.path, hash, former, latest.materialized))
      }
    }
    return lines
  }

  /// name, id, run, what it says.
  package func artifactFacts(of identifier: AssetIdentifier) -> [String] {
    guard let asset = assets.first(where: { $0.identifier == identifier }) else { return [] }
    for run in judgedRuns(of: asset, Clock(now: .max / 2)) {
      let facts = facts(of: run.id, in: asset)
      if !facts.isEmpty { return facts.map { Self.line(identifier, run.id, Self.text(of: $0)) } }
    }
    return []
  }

  /// mad_prefect's rule, and what else was asked for.
  package func isCached(
    _ identifier: AssetIdentifier, ttl: Int64, requireArtifacts: Bool = false, requireSchema: String? = nil, now: Int64
  ) -> Bool {
    guard ttl > 0, let asset = assets.first(where: { $0.identifier == identifier }),
      let time = cachedTime(asset), time > now - ttl, let artifact = artifacts(asset).first
    else { return false }
    guard artifactIsThere(artifact) else { return false }
    // The last run of the manifest if it materialized, else the newest run that did.
    let named = asset.manifest?.lastRun.flatMap { $0.materialized == nil ? nil : $0.id }
    let run = named ?? judgedRuns(of: asset, Clock(now: .max / 2)).first { $0.materialized != nil }?.id
    let facts = run.map { self.facts(of: $0, in: asset) } ?? []
    if let requireSchema, facts.first?.schemaHash != requireSchema { return false }
    guard requireArtifacts else { return true }
    return artifacts(asset).allSatisfy(artifactIsThere)
      && facts.allSatisfy { artifactIsThere($0.path) && ($0.bytes == nil || $0.bytes == size(of: $0.path)) }
  }

  /// mad_prefect's: the time of a manifest that can be read, and only without one the newest that is known.
  private func cachedTime(_ asset: Asset) -> Int64? {
    asset.standing == .current
      ? asset.manifest?.lastMaterialized?.microseconds ?? lastMaterialized(asset, Clock(now: .max / 2))?.time
      : lastMaterialized(asset, Clock(now: .max / 2))?.time
  }

  /// Facts as text.
  package static func text(of facts: ArtifactFacts) -> String {
    let numbers = [facts.bytes, facts.modified?.microseconds, facts.rowCount, facts.sampledRows]
    return "\(facts.path) \(facts.format ?? "-") \(facts.schemaHash ?? "-") "
      + numbers.map { $0.map(String.init) ?? "-" }.joined(separator: " ")
  }

  private func facts(of run: String, in asset: Asset) -> [ArtifactFacts] {
    asset.runs.first { Self.same($0.id, run) }?.metadata?.artifacts ?? []
  }

  private func size(of path: String) -> Int64? {
    var found = stat()
    return stat(root + "/" + path, &found) == 0 ? Int64(found.st_size) : nil
  }

  private static func same(_ left: String, _ right: String) -> Bool { Array(left.utf8) == Array(right.utf8) }
}

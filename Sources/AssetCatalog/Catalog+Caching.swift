internal import CatalogIndex
public import ManifestModel
internal import StoredTree

extension Catalog {
  /// Whether mad_prefect would take the asset from its cache: `ttl > 0`, `last_materialized > now − ttl`, and the first
  /// artifact exists. More can be asked for.
  ///
  /// The requirements go by what the last run recorded of its artifacts: the run that the manifest names last if it
  /// materialized, else the newest run (by start, then by id) that did. Its metadata is read from the tree where the
  /// manifest names it; only where a file cannot be read, or another run counts, the index answers.
  ///
  /// ```swift
  /// if try !catalog.isCached(orders, ttl: .seconds(3600)) { run(orders) }
  /// let ttl = Duration.seconds(3600)
  /// if try !catalog.isCached(orders, ttl: ttl, requireArtifacts: true, requireSchema: known) { run(orders) }
  /// ```
  ///
  /// - Parameters:
  ///   - asset: the asset; one that is not known is not cached.
  ///   - ttl: how long a materialization counts; equal is expired.
  ///   - requireArtifacts: whether every artifact must exist that the manifest names or the run recorded, as a file of
  ///     the recorded size where the run recorded one. Contents and times are not looked at.
  ///   - requireSchema: the schema hash that the run must have recorded for the first artifact in its metadata: the one
  ///     that stands for the asset, as in the rule above. A run that recorded none has no schema, and does not do.
  /// - Throws: What ``lastMaterialized(of:)`` throws.
  public func isCached(
    _ asset: AssetIdentifier, ttl: Duration, requireArtifacts: Bool = false, requireSchema: String? = nil
  ) throws(CatalogError) -> Bool {
    try Self.checked(asset)
    guard ttl > .zero else { return false }
    let earliest = now.microseconds.saturatingSubtract(ttl.microseconds)
    let needsFacts = requireArtifacts || requireSchema != nil
    let artifacts: [String]
    let facts: [ArtifactFacts]
    if let manifest = readableManifest(of: asset), let time = manifest.lastMaterialized {
      guard time.microseconds > earliest else { return false }
      artifacts = manifest.lastArtifacts + (manifest.lastRun?.artifactPaths ?? [])
      guard let first = artifacts.first, try tree.artifactExists(first) else { return false }
      facts = needsFacts ? try self.facts(of: asset, lastRun: manifest.lastRun) : []
    } else {
      let limit = requireArtifacts ? nil : 1
      let (time, paths, entries) = try ask(about: .name(asset.name)) { reader, _ throws(IndexError) in
        (
          // Without an end to the clock: mad_prefect believes any time.
          try reader.asset(asset, at: .max)?.lastMaterialized,
          try reader.artifacts(of: asset, limit: limit).map(\.path),
          needsFacts ? try reader.materializedArtifactFacts(of: asset) : []
        )
      }
      guard let time, time > earliest, let first = paths.first, try tree.artifactExists(first) else { return false }
      (artifacts, facts) = (paths, entries.map(\.facts))
    }
    if let requireSchema {
      guard let hash = facts.first?.schemaHash, hash.utf8.elementsEqual(requireSchema.utf8) else { return false }
    }
    guard requireArtifacts else { return true }
    for artifact in facts where try !tree.artifactExists(artifact.path, bytes: artifact.bytes) { return false }
    for path in artifacts.dropFirst() where try !tree.artifactExists(path) { return false }
    return true
  }

  /// What the last run that materialized recorded of its artifacts, given the last run that the manifest names.
  private func facts(of asset: AssetIdentifier, lastRun: ManifestRun?) throws(CatalogError) -> [ArtifactFacts] {
    let run = lastRun?.materialized == nil ? nil : lastRun?.id
    if let run, let facts = tree.artifactFacts(ofRun: run, of: asset) { return facts }
    return try ask(about: .name(asset.name)) { reader, _ throws(IndexError) in
      try reader.materializedArtifactFacts(of: asset, run: run).map(\.facts)
    }
  }
}

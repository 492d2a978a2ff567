package import ManifestModel

extension AssetChange.Manifest {
  /// What the index keeps of a manifest that lies at the path of `asset`.
  package init(_ manifest: Manifest, of asset: AssetIdentifier, metadataFolder: String) {
    let limits = MirrorLimits.usual
    let run = manifest.lastRun
    var isCut = false
    let (artifacts, named) = manifest.artifacts(within: limits)
    self.init(
      facts: ManifestFacts(
        signature: limits.cut(manifest.signature, &isCut), lastMaterialized: manifest.lastMaterialized?.microseconds,
        lastStatus: manifest.lastStatus, lastError: limits.cut(manifest.lastError, &isCut),
        lastRunID: limits.cut(run?.id, &isCut), lastRunMaterialized: run?.materialized?.microseconds,
        lastRunMetadataPath: run.flatMap { run in
          let layout = MetadataLayout(folder: metadataFolder)
          return layout.isRunMetadataPath(run.metadataPath, of: asset, runID: run.id)
            ? nil : limits.cut(run.metadataPath, &isCut)
        },
        updatedAt: manifest.updatedAt?.microseconds, isLossy: manifest.isLossy),
      artifacts: artifacts)
    leftOut = limits.sentence(named: named, held: artifacts.count, isTextCut: isCut)
  }
}

extension AssetChange.Run {
  /// What the index keeps of a run's metadata.
  package init(_ run: RunMetadata) {
    let limits = MirrorLimits.usual
    var isCut = false
    let error = run.error.map { error in error.type.map { "\($0): \(error.message)" } ?? error.message }
    let all = run.artifacts ?? []
    let held = limits.prefix(all)
    self.init(
      facts: RunFacts(
        startedAt: run.startedAt?.microseconds, materialized: run.materialized?.microseconds,
        durationMilliseconds: run.durationMilliseconds, status: run.status, error: limits.cut(error, &isCut),
        traceback: limits.cut(run.error?.traceback, &isCut), assetPath: limits.cut(run.assetPath, &isCut),
        parameters: limits.cut(run.parameters, &isCut), heartbeatAt: run.heartbeatAt?.microseconds,
        heartbeatSeconds: run.heartbeatSeconds),
      artifacts: held.count == all.count ? all : Array(held))
    leftOut = limits.sentence(named: all.count + run.artifactsLeftOut, held: held.count, isTextCut: isCut)
  }
}

extension Manifest {
  /// The artifacts that the manifest names, each once: `last_artifacts`, then those of the last run alone.
  ///
  /// - Returns: as many as the limits allow, and how many are named.
  fileprivate func artifacts(within limits: MirrorLimits) -> ([String], named: Int) {
    let own = limits.prefix(lastArtifacts)
    let ofRun = lastRun?.artifactPaths ?? []
    var named = lastArtifacts.count + artifactsLeftOut
    if ofRun.isEmpty || ofRun.hasSameTexts(as: lastArtifacts) {
      return (own.count == lastArtifacts.count ? lastArtifacts : Array(own), named)
    }
    var result = Array(own)
    let others = limits.prefix(ofRun)
    if others.count > 32 {
      // Each is looked for among all of the others.
      var seen = Set(own.lazy.map { Array($0.utf8) })
      for path in others where seen.insert(Array(path.utf8)).inserted { result.append(path) }
    } else {
      for path in others where !result.contains(where: { $0.hasSameBytes(as: path) }) { result.append(path) }
    }
    // Those that both lists name count once, as far as they were compared.
    named += result.count - own.count + ofRun.count - others.count + (lastRun?.artifactsLeftOut ?? 0)
    let hasRoom = own.count == lastArtifacts.count && artifactsLeftOut == 0
    return (hasRoom ? Array(limits.prefix(result)) : Array(own), named)
  }
}

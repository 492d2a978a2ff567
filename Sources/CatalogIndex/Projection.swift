package import ManifestModel

extension AssetChange.Manifest {
  /// What the index keeps of a manifest that lies at the path of `asset`.
  package init(_ manifest: Manifest, of asset: AssetIdentifier, metadataFolder: String) {
    let run = manifest.lastRun
    self.init(
      facts: ManifestFacts(
        signature: manifest.signature, lastMaterialized: manifest.lastMaterialized?.microseconds,
        lastStatus: manifest.lastStatus, lastError: manifest.lastError, lastRunID: run?.id,
        lastRunMaterialized: run?.materialized?.microseconds,
        lastRunMetadataPath: run.flatMap { run in
          let layout = MetadataLayout(folder: metadataFolder)
          return layout.isRunMetadataPath(run.metadataPath, of: asset, runID: run.id) ? nil : run.metadataPath
        },
        updatedAt: manifest.updatedAt?.microseconds, isLossy: manifest.isLossy),
      artifacts: manifest.artifacts)
  }
}

extension AssetChange.Run {
  /// What the index keeps of a run's metadata.
  package init(_ run: RunMetadata) {
    self.init(
      facts: RunFacts(
        startedAt: run.startedAt?.microseconds, materialized: run.materialized?.microseconds,
        durationMilliseconds: run.durationMilliseconds, status: run.status,
        error: run.error.map { error in error.type.map { "\($0): \(error.message)" } ?? error.message },
        traceback: run.error?.traceback, assetPath: run.assetPath, parameters: run.parameters,
        heartbeatAt: run.heartbeatAt?.microseconds, heartbeatSeconds: run.heartbeatSeconds),
      artifacts: run.artifacts ?? [])
  }
}

extension Manifest {
  /// The artifacts that the manifest names, each once: `last_artifacts`, then those of the last run alone.
  fileprivate var artifacts: [String] {
    guard let others = lastRun?.artifactPaths, !others.isEmpty else { return lastArtifacts }
    var result = lastArtifacts
    for path in others where !result.contains(where: { $0.hasSameBytes(as: path) }) { result.append(path) }
    return result
  }
}

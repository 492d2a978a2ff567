extension Manifest {
  /// The manifest after a run: mad_prefect's `upsert_asset_manifest_from_run`.
  ///
  /// The run replaces the last one, and status and error are this run's. A run that did not materialize leaves the time
  /// of the last materialization. Fields that nobody knows stay where they are.
  ///
  /// A manifest whose file claims another name or id than its path gets those of the path; mad_prefect would write it
  /// to the place that the file claims.
  ///
  /// - Parameters:
  ///   - run: The run. If the last run has the same id, its unknown fields are kept.
  ///   - asset: The asset, as the path names it.
  ///   - artifacts: What replaces the artifacts of the asset, be it nothing; `nil` leaves those of the last run that
  ///     named any.
  ///   - signature: Replaces a different one unless it is empty.
  ///   - former: The manifest so far; `nil` where there is none, or none that mad_prefect would load.
  ///   - now: The time of writing.
  package static func recording(
    _ run: ManifestRun, of asset: AssetIdentifier, status: ManifestStatus, error: String?, artifacts: [String]?,
    signature: String?, after former: Manifest?, at now: Timestamp
  ) -> Manifest {
    var run = run
    guard let former else {
      return Manifest(
        asset: asset, signature: signature, lastMaterialized: run.materialized, lastRun: run, lastStatus: status,
        lastError: error, lastArtifacts: artifacts ?? run.artifactPaths, updatedAt: now)
    }
    if let last = former.lastRun, last.id.hasSameBytes(as: run.id), run.unknownFields.isEmpty {
      run.unknownFields = last.unknownFields
    }
    var result = former
    result.asset = asset
    if let signature, !signature.isEmpty { result.signature = signature }
    result.lastMaterialized = run.materialized ?? former.lastMaterialized
    result.lastStatus = status
    result.lastError = error
    if let artifacts {
      result.lastArtifacts = artifacts
    } else if !run.artifactPaths.isEmpty {
      result.lastArtifacts = run.artifactPaths
    }
    result.lastRun = run
    result.updatedAt = now
    result.isLossy = false
    return result
  }
}

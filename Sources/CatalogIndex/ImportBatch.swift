internal import ManifestModel
internal import SQLiteDatabase
package import StoredTree

/// Rows of name folders and assets that are new to an index, with runs and artifacts.
///
/// Made where the files are read, so that the one thread that writes has nothing left to do but to insert them.
package struct ImportBatch: Sendable {
  private(set) var folders = RowBlock()
  private(set) var assets = RowBlock()
  // Their first value tells which asset of the batch they belong to, counted from 0.
  private(set) var runs = RowBlock()
  private(set) var artifacts = RowBlock()
  private(set) var runArtifacts = RowBlock()
  private(set) var assetCount = 0
  /// How many of the assets count as assets.
  package private(set) var knownCount = 0

  /// Bytes of memory that the rows take.
  package var byteCount: Int {
    folders.byteCount + assets.byteCount + runs.byteCount + artifacts.byteCount + runArtifacts.byteCount
  }

  /// A batch with room for so many folders, with an asset in each.
  package init(folderCount: Int) {
    // Bytes as they were seen in trees of mad_prefect; a guess that is too low costs a copy.
    folders.reserve(values: folderCount * TreeRows.folderInsertion.width, textBytes: 40 * folderCount)
    assets.reserve(values: folderCount * AssetRows.insertion.width, textBytes: 200 * folderCount)
    artifacts.reserve(values: folderCount * AssetRows.artifactInsertion.width, textBytes: 40 * folderCount)
  }

  package mutating func append(folder name: String, _ seen: SeenFile) {
    folders.append(folder: name, seen)
  }

  package mutating func append(_ asset: IndexedAsset) {
    let place = Int64(assetCount)
    assetCount += 1
    if asset.isKnown { knownCount += 1 }
    assets.append(asset)
    for run in asset.runs { append(run, ofAssetAt: place) }
    for (position, path) in (asset.artifacts ?? []).enumerated() {
      artifacts.append(artifact: path, ofAsset: place, at: position)
    }
  }

  private mutating func append(_ run: IndexedRun, ofAssetAt place: Int64) {
    runs.append(place)
    runs.append(run)
    for (position, artifact) in (run.artifacts ?? []).enumerated() {
      runArtifacts.append(artifact, ofRun: run.id, ofAsset: place, at: position)
    }
  }
}

extension RowBlock {
  /// The row that `TreeRows.folderInsertion` takes.
  mutating func append(folder name: String, _ seen: SeenFile) {
    append(name)
    append(Int64(bitPattern: seen.revision.inode))
    append(seen.revision.modifiedNanoseconds)
    append(seen.revision.changeLagNanoseconds)
    append(seen.isTrusted)
  }

  /// The row that `AssetRows.insertion` takes.
  mutating func append(_ asset: IndexedAsset) {
    append(asset.asset.name)
    append(asset.asset.id)
    append(asset.isKnown)
    append(Int64(bitPattern: asset.folder.revision.inode))
    append(asset.folder.revision.modifiedNanoseconds)
    append(asset.folder.revision.changeLagNanoseconds)
    append(asset.folder.isTrusted)
    append(asset.manifestState.rawValue)
    append(asset.manifest)
    let isID = asset.facts?.signature.hasSameBytes(as: asset.asset.id) ?? false
    append(isID ? nil : asset.facts?.signature)
    append(isID)
    append(asset.facts?.lastMaterialized)
    append(asset.facts?.lastStatus.rawValue)
    append(asset.facts?.lastError)
    append(asset.facts?.lastRunID)
    append(asset.facts?.lastRunMaterialized)
    append(asset.facts?.lastRunMetadataPath)
    append(asset.facts?.updatedAt)
    append(asset.facts?.isLossy == true)
    append(asset.runCount)
    append(asset.watchedRuns)
    append(asset.newestRunID)
    append(asset.lastMaterialized)
    append(asset.source)
    append(asset.toldByRun)
    append(asset.toldStatus?.rawValue)
    append(asset.isUnread)
  }

  /// The row that `AssetRows.runInsertion` takes, from the second value on.
  mutating func append(_ run: IndexedRun) {
    append(run.id)
    append(run.state.rawValue)
    append(run.isWatched)
    append(run.seen)
    append(run.result?.rawValue)
    append(run.isNewest)
    append(run.facts?.startedAt)
    append(run.facts?.materialized)
    append(run.facts?.durationMilliseconds)
    append(run.failedAt)
    append(run.facts?.status?.rawValue)
    append(run.facts?.error)
    append(run.facts?.traceback)
    append(run.facts?.assetPath)
    append(run.facts?.parameters)
    append(run.facts?.heartbeatAt)
    append(run.facts?.heartbeatSeconds)
    append(run.overrunAt)
    append(run.aheadAt)
  }

  /// The row that `AssetRows.artifactInsertion` takes.
  mutating func append(artifact path: String, ofAsset asset: Int64, at position: Int) {
    append(asset)
    append(Int64(position))
    append(path)
  }

  /// The row that `AssetRows.runArtifactInsertion` takes.
  mutating func append(_ artifact: ArtifactFacts, ofRun run: String, ofAsset asset: Int64, at position: Int) {
    append(asset)
    append(run)
    append(Int64(position))
    append(artifact.path)
    append(artifact.bytes)
    append(artifact.modified?.microseconds)
    append(artifact.format)
    append(artifact.schemaHash)
    append(artifact.rowCount)
    append(artifact.sampledRows)
  }

  /// Size, times, inode and trust, as every table has them in this order.
  private mutating func append(_ seen: SeenFile) {
    append(seen.revision.size)
    append(seen.revision.modifiedNanoseconds)
    append(seen.revision.changeLagNanoseconds)
    append(Int64(bitPattern: seen.revision.inode))
    append(seen.isTrusted)
  }
}

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

  /// A batch with room for this many folders, with an asset in each.
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

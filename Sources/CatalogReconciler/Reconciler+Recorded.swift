internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// What this host records in a tree on another one while a reconcile is at work.
///
/// Nothing is asked of that host while the index is locked, since others wait then who write it. Under the lock the
/// notes of those who record are looked at first of all. If they name an asset of which something is to be written, the
/// lock is given back with nothing done, the asset is read again, and the lock is taken once more: what was not noted
/// by then was not recorded since it was read.
extension Reconciler {
  /// How often the lock is given back. Each time is shorter than the one before, since no more is read than what was
  /// recorded in it. Who then still records without a pause has the last few read under the lock.
  static let roundsOfReading = 8

  /// Reads assets again, whatever the index has of them.
  func readAgain(_ assets: [AssetIdentifier], _ scan: Scan) throws -> [AssetIdentifier: RecordedAsset] {
    var found: [AssetIdentifier: RecordedAsset] = [:]
    try OrderedPipeline.run(
      pieces: assets.indices, threads: options.threads ?? scan.threads,
      makeWorker: { [location] in
        let scanner = scan.makeScanner()
        let known = try KnownFolders.Reader(location)
        return { place in
          let asset = assets[place]
          let recorded = try RecordedAsset(reading: asset, by: scanner, known: try known.wholeAsset(asset))
          return (asset, recorded)
        }
      },
      consume: { (read: (asset: AssetIdentifier, recorded: RecordedAsset)) in found[read.asset] = read.recorded })
    return found
  }
}

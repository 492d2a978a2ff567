package import ManifestModel

/// What the index knows of one `asset_id=…` folder.
package struct KnownAsset: Sendable {
  package var key: Int64
  package var asset: AssetIdentifier
  /// Whether it counts as an asset: a folder that holds nothing readable does not.
  package var isKnown: Bool
  package var folder: SeenFile
  package var manifest: SeenFile
  /// The runs whose files are looked at each time, in the order of the bytes of their ids.
  package var watchedRuns: [KnownRun]

  package init(
    key: Int64, asset: AssetIdentifier, isKnown: Bool = true, folder: SeenFile, manifest: SeenFile,
    watchedRuns: [KnownRun] = []
  ) {
    self.key = key
    self.asset = asset
    self.isKnown = isKnown
    self.folder = folder
    self.manifest = manifest
    self.watchedRuns = watchedRuns
  }
}

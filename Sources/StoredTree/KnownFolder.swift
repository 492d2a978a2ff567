package import ManifestModel

/// What the index knows of one `asset_name=…` folder, as far as a look at the disk is compared with it.
package struct KnownFolder: Sendable {
  package var name: String
  package var seen: SeenFile
  /// In the order of the bytes of their ids.
  package var assets: [KnownAsset]

  package init(name: String, seen: SeenFile, assets: [KnownAsset]) {
    self.name = name
    self.seen = seen
    self.assets = assets
  }
}

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

/// What the index knows of one run's file.
package struct KnownRun: Sendable {
  package var id: String
  package var state: FileState
  package var seen: SeenFile
  /// Whether its file is looked at by every reconcile.
  package var isWatched: Bool

  package init(id: String, state: FileState, seen: SeenFile, isWatched: Bool) {
    self.id = id
    self.state = state
    self.seen = seen
    self.isWatched = isWatched
  }
}

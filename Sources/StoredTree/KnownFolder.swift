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

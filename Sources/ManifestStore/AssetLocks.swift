internal import ManifestModel

/// Opens and locks the folders of assets, and waits for other writers for a while, all assets taken together.
final class AssetLocks {
  private let tree: MetadataTree
  private let fileSystem: any WritableFileSystem
  private var patience: Int64
  private let onWarning: (String) -> Void

  init(
    _ tree: MetadataTree, _ fileSystem: any WritableFileSystem, patienceMicroseconds: Int64,
    onWarning: @escaping (String) -> Void
  ) {
    self.tree = tree
    self.fileSystem = fileSystem
    patience = patienceMicroseconds
    self.onWarning = onWarning
  }

  /// The locked folder of an asset that is there; one that is gone meanwhile is not made.
  ///
  /// - Returns: `nil` where it is gone.
  func lock(_ asset: AssetIdentifier) throws(StoreError) -> LockedAssetFolder? {
    let path = "\(tree.root)/\(MetadataLayout(folder: tree.metadataFolder).assetPath(asset))"
    var pause: Int64 = 200
    while true {
      do throws(SystemError) {
        if let folder = try LockedAssetFolder.open(asset, in: tree, fileSystem) {
          if let reason = folder.missingLock {
            onWarning("\(path) cannot be locked (\(reason.text)): let only one program write there at a time.")
          }
          guard folder.isNew else { return folder }
          folder.removeIfMadeForNothing()
          return nil
        }
      } catch {
        throw StoreError(writing: path, error, again: "try again")
      }
      guard patience > 0 else {
        throw StoreError(.busy, "\(path) is being written by another process: try again.")
      }
      let wait = min(pause, patience)
      fileSystem.sleep(microseconds: UInt32(wait))
      patience -= wait
      pause = min(pause * 2, 5_000)
    }
  }
}

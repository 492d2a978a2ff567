internal import LinuxSystem
internal import LocalTree
internal import ManifestModel
internal import StoredTree

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

  /// What came of trying to lock an asset.
  enum Attempt {
    case locked(LockedAssetFolder)
    /// It is gone meanwhile, and was not made.
    case gone
    /// Another writer has the lock.
    case busy
  }

  /// The locked folder of an asset, as soon as it is free.
  ///
  /// - Returns: `nil` where it is gone.
  func lock(_ asset: AssetIdentifier) throws(StoreError) -> LockedAssetFolder? {
    var pause = Self.firstPause
    while true {
      switch try tryLock(asset) {
      case .locked(let folder): return folder
      case .gone: return nil
      case .busy: if !wait(&pause) { throw busy(asset) }
      }
    }
  }

  /// The locked folder of an asset, if it is free.
  func tryLock(_ asset: AssetIdentifier) throws(StoreError) -> Attempt {
    do throws(SystemError) {
      guard let folder = try LockedAssetFolder.open(asset, in: tree, fileSystem) else { return .busy }
      if let reason = folder.missingLock {
        onWarning("\(path(of: asset)) cannot be locked (\(reason.text)): let only one program write there at a time.")
      }
      guard folder.isNew else { return .locked(folder) }
      folder.removeIfMadeForNothing()
      return .gone
    } catch {
      throw StoreError(writing: path(of: asset), error, again: "try again")
    }
  }

  /// How long the first pause is, in microseconds.
  static let firstPause: Int64 = 200

  /// Waits for other writers for a moment, and makes the next pause longer.
  ///
  /// - Returns: whether there was patience left to do so.
  func wait(_ pause: inout Int64) -> Bool {
    guard patience > 0 else { return false }
    let wait = min(pause, patience)
    fileSystem.sleep(microseconds: UInt32(wait))
    patience -= wait
    pause = min(pause * 2, 5_000)
    return true
  }

  func busy(_ asset: AssetIdentifier) -> StoreError {
    StoreError(.busy, "\(path(of: asset)) is being written by another process: try again.")
  }

  private func path(of asset: AssetIdentifier) -> String {
    "\(tree.root)/\(MetadataLayout(folder: tree.metadataFolder).assetPath(asset))"
  }
}

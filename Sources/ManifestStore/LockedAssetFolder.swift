internal import Glibc
internal import ManifestModel

/// An asset's folder, open, and locked against other writers for as long as the value lives.
///
/// The lock is flock(2) on the folder itself, so that no lock file appears in the tree. mad_prefect takes no lock.
final class LockedAssetFolder {
  let asset: AssetIdentifier
  let descriptor: Int32
  let nameFolder: Int32
  let isOnDeviceOfTree: Bool
  /// Why there is no lock, where the file system has none to give.
  let missingLock: SystemError?
  private let made: Made
  private let tree: MetadataTree
  private let fileSystem: any WritableFileSystem

  /// Opens the folder of an asset, and makes what is missing of it.
  ///
  /// - Returns: `nil` if another writer held the lock for too long.
  static func open(
    _ asset: AssetIdentifier, in tree: MetadataTree, _ fileSystem: any WritableFileSystem, waitingMicroseconds: UInt32
  ) throws(SystemError) -> LockedAssetFolder? {
    var attempt = Attempt(asset: asset, tree: tree, fileSystem: fileSystem, patience: waitingMicroseconds)
    while true {
      do throws(SystemError) {
        if let folder = try attempt.run() { return folder }
        if attempt.patience == 0 { return nil }
      } catch {
        // A writer that failed takes away the empty folders that it made; once may be chance.
        guard error.isAbsence, attempt.count < 5 else {
          attempt.removeWhatWasMade()
          throw error
        }
      }
    }
  }

  private init(
    _ attempt: borrowing Attempt, _ descriptor: Int32, nameFolder: Int32, status: FileStatus, missingLock: SystemError?
  ) {
    asset = attempt.asset
    tree = attempt.tree
    fileSystem = attempt.fileSystem
    made = attempt.made
    self.descriptor = descriptor
    self.nameFolder = nameFolder
    self.isOnDeviceOfTree = status.device == attempt.tree.device
    self.missingLock = missingLock
  }

  deinit {
    fileSystem.close(descriptor)
    fileSystem.close(nameFolder)
  }

  /// Takes away the folders that were made for nothing, as far as they are empty.
  func removeIfMadeForNothing() {
    Self.remove(asset, in: tree, fileSystem, made)
  }

  private static func remove(
    _ asset: AssetIdentifier, in tree: MetadataTree, _ fileSystem: any WritableFileSystem, _ made: Made
  ) {
    var path = PathBuffer()
    path.set("asset_name=", asset.name)
    if made.id {
      path.append("/asset_id=")
      path.append(asset.id)
      try? fileSystem.removeFolder(path.pointer, in: tree.descriptor)
      path.set("asset_name=", asset.name)
    }
    if made.name { try? fileSystem.removeFolder(path.pointer, in: tree.descriptor) }
  }

  /// Which folders were not there before.
  private struct Made {
    var name = false
    var id = false
  }

  /// One way through: open, lock, and see that the locked folder still is the one that the path leads to.
  private struct Attempt: ~Copyable {
    let asset: AssetIdentifier
    let tree: MetadataTree
    let fileSystem: any WritableFileSystem
    /// Microseconds that are left to wait for the lock.
    var patience: UInt32
    private(set) var count = 0
    private(set) var made = Made()

    init(asset: AssetIdentifier, tree: MetadataTree, fileSystem: any WritableFileSystem, patience: UInt32) {
      self.asset = asset
      self.tree = tree
      self.fileSystem = fileSystem
      self.patience = patience
    }

    func removeWhatWasMade() {
      LockedAssetFolder.remove(asset, in: tree, fileSystem, made)
    }

    /// - Returns: `nil` if the folder was removed meanwhile, or the patience is at its end.
    mutating func run() throws(SystemError) -> LockedAssetFolder? {
      count += 1
      var path = PathBuffer()
      path.set("asset_name=", asset.name)
      let nameFolder = try openOrMake(path.pointer, in: tree.descriptor, \.name)
      path.set("asset_id=", asset.id)
      var descriptor: Int32 = -1
      do throws(SystemError) {
        descriptor = try openOrMake(path.pointer, in: nameFolder, \.id)
        let lock = try waitForLock(descriptor)
        let status = try fileSystem.status(of: descriptor)
        let found = lock == .timedOut ? nil : try fileSystem.status(path.pointer, in: nameFolder)
        if let found, found.device == status.device, found.fingerprint.inode == status.fingerprint.inode {
          return LockedAssetFolder(self, descriptor, nameFolder: nameFolder, status: status, missingLock: lock.missing)
        }
      } catch {
        if descriptor >= 0 { fileSystem.close(descriptor) }
        fileSystem.close(nameFolder)
        throw error
      }
      fileSystem.close(descriptor)
      fileSystem.close(nameFolder)
      return nil
    }

    private mutating func openOrMake(
      _ path: UnsafePointer<CChar>, in folder: Int32, _ made: WritableKeyPath<Made, Bool>
    ) throws(SystemError) -> Int32 {
      do throws(SystemError) {
        return try fileSystem.openFolder(path, in: folder)
      } catch {
        guard error.number == ENOENT else { throw error }
        if try fileSystem.makeFolder(path, in: folder) { self.made[keyPath: made] = true }
        return try fileSystem.openFolder(path, in: folder)
      }
    }

    private enum Lock: Equatable {
      case had, timedOut
      case unsupported(SystemError)

      var missing: SystemError? { if case .unsupported(let error) = self { error } else { nil } }
    }

    private mutating func waitForLock(_ descriptor: Int32) throws(SystemError) -> Lock {
      var pause: UInt32 = 200
      do throws(SystemError) {
        while try !fileSystem.tryLock(descriptor) {
          guard patience > 0 else { return .timedOut }
          fileSystem.sleep(microseconds: pause)
          patience -= min(patience, pause)
          pause = min(pause * 2, 5_000)
        }
      } catch {
        switch error.number {
        // NFS emulates this lock with one that a folder cannot have.
        case EBADF, ENOLCK, EOPNOTSUPP, ENOSYS: return .unsupported(error)
        default: throw error
        }
      }
      return .had
    }
  }
}

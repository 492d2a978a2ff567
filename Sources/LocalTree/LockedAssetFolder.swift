internal import Glibc
package import LinuxSystem
package import ManifestModel
internal import StoredTree

/// An asset's folder, open, and locked against other writers for as long as the value lives.
///
/// The lock is flock(2) on the folder itself, so that no lock file appears in the tree. mad_prefect takes no lock.
package final class LockedAssetFolder {
  package let asset: AssetIdentifier
  package let descriptor: Int32
  package let nameFolder: Int32
  package let isOnDeviceOfTree: Bool
  /// Why there is no lock, where the file system has none to give.
  package let missingLock: SystemError?
  private let made: Made
  private let tree: MetadataTree
  private let fileSystem: any WritableFileSystem

  /// Opens the folder of an asset, and makes what is missing of it.
  ///
  /// It does not wait: whoever waited here would keep others waiting for the assets whose locks it has.
  ///
  /// - Returns: `nil` if another writer holds the lock.
  package static func open(
    _ asset: AssetIdentifier, in tree: MetadataTree, _ fileSystem: any WritableFileSystem
  ) throws(SystemError) -> LockedAssetFolder? {
    var attempt = Attempt(asset: asset, tree: tree, fileSystem: fileSystem)
    while true {
      do throws(SystemError) {
        switch try attempt.run() {
        case .locked(let folder): return folder
        case .busy: return nil
        case .removed: if attempt.count >= attempts { return nil }
        }
      } catch {
        // A writer that failed takes away the empty folders that it made; once may be chance.
        guard error.isAbsence, attempt.count < attempts else {
          attempt.removeWhatWasMade()
          throw error
        }
      }
    }
  }

  /// How often the folder may vanish while it is opened.
  private static let attempts = 5

  private init(
    _ attempt: borrowing Attempt, _ descriptor: Int32, nameFolder: Int32, status: FileStatus, missingLock: SystemError?
  ) {
    asset = attempt.asset
    tree = attempt.tree
    fileSystem = attempt.fileSystem
    made = attempt.made
    self.descriptor = descriptor
    self.nameFolder = nameFolder
    self.isOnDeviceOfTree = status.device == attempt.tree.identity.device
    self.missingLock = missingLock
  }

  deinit {
    fileSystem.close(descriptor)
    fileSystem.close(nameFolder)
  }

  /// A session that reaches the asset's files from this folder.
  package func makeSession() -> LocalSession {
    let session = LocalSession(tree: tree)
    session.enter(asset, descriptor)
    return session
  }

  /// Whether the asset's folder was not there before.
  package var isNew: Bool { made.id }

  /// Takes away the folders that were made for nothing, as far as they are empty.
  package func removeIfMadeForNothing() {
    Self.remove(asset, in: tree, fileSystem, made)
  }

  private static func remove(
    _ asset: AssetIdentifier, in tree: MetadataTree, _ fileSystem: any WritableFileSystem, _ made: Made
  ) {
    let path = PathBuffer()
    path.set(MetadataLayout.namePrefix, asset.name)
    if made.id {
      path.append(MetadataLayout.idMark)
      path.append(asset.id)
      try? fileSystem.removeFolder(path.pointer, in: tree.descriptor)
      path.set(MetadataLayout.namePrefix, asset.name)
    }
    if made.name { try? fileSystem.removeFolder(path.pointer, in: tree.descriptor) }
  }

  /// Which folders were not there before.
  private struct Made {
    var name = false
    var id = false
  }

  private enum Outcome {
    case locked(LockedAssetFolder)
    case busy
    /// The locked folder is no longer the one that the path leads to.
    case removed
  }

  /// One way through: open, lock, and see that the locked folder still is the one that the path leads to.
  private struct Attempt: ~Copyable {
    let asset: AssetIdentifier
    let tree: MetadataTree
    let fileSystem: any WritableFileSystem
    private(set) var count = 0
    private(set) var made = Made()

    init(asset: AssetIdentifier, tree: MetadataTree, fileSystem: any WritableFileSystem) {
      self.asset = asset
      self.tree = tree
      self.fileSystem = fileSystem
    }

    func removeWhatWasMade() {
      LockedAssetFolder.remove(asset, in: tree, fileSystem, made)
    }

    mutating func run() throws(SystemError) -> Outcome {
      count += 1
      let path = PathBuffer()
      path.set(MetadataLayout.namePrefix, asset.name)
      let nameFolder = try openOrMake(path.pointer, in: tree.descriptor, \.name)
      path.set(MetadataLayout.idPrefix, asset.id)
      var descriptor: Int32 = -1
      var outcome = Outcome.busy
      do throws(SystemError) {
        descriptor = try openOrMake(path.pointer, in: nameFolder, \.id)
        let (isLocked, missingLock) = try tryLock(descriptor)
        if isLocked {
          let status = try fileSystem.status(of: descriptor)
          let found = try fileSystem.status(path.pointer, in: nameFolder)
          if found.device == status.device, found.revision.inode == status.revision.inode {
            return .locked(
              LockedAssetFolder(self, descriptor, nameFolder: nameFolder, status: status, missingLock: missingLock))
          }
          outcome = .removed
        }
      } catch {
        if descriptor >= 0 { fileSystem.close(descriptor) }
        fileSystem.close(nameFolder)
        throw error
      }
      fileSystem.close(descriptor)
      fileSystem.close(nameFolder)
      return outcome
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

    /// - Returns: whether the caller may go on, and why there is no lock where the file system has none to give.
    private func tryLock(_ descriptor: Int32) throws(SystemError) -> (Bool, missing: SystemError?) {
      do throws(SystemError) {
        return (try fileSystem.tryLock(descriptor), nil)
      } catch {
        switch error.number {
        // NFS emulates this lock with one that a folder cannot have.
        case EBADF, ENOLCK, EOPNOTSUPP, ENOSYS: return (true, error)
        default: throw error
        }
      }
    }
  }
}

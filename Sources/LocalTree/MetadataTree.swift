internal import Glibc
internal import LinuxSystem
internal import ManifestModel
package import StoredTree

/// A metadata tree, held open: everything is reached from its descriptor, so that nobody can swap the ground below a
/// scan.
package final class MetadataTree: Sendable {
  /// The storage root as an absolute path.
  package let root: String
  /// The metadata folder, relative to the root.
  package let metadataFolder: String
  package let identity: TreeIdentity
  package let fileSystem: any FileSystem
  package let rootDescriptor: Int32
  package let descriptor: Int32

  /// Opens the tree. The root itself may be reached through links; below it none is followed.
  package init(
    root: String, metadataFolder: String, fileSystem: any FileSystem = LinuxFileSystem()
  ) throws(StoreError) {
    self.root = root
    self.metadataFolder = metadataFolder
    self.fileSystem = fileSystem
    let rootDescriptor = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard rootDescriptor >= 0 else { throw Self.cannotOpen(root, SystemError(errno)) }
    let path = PathBuffer()
    path.append(metadataFolder)
    do throws(SystemError) {
      descriptor = try fileSystem.openFolder(path.pointer, in: rootDescriptor)
    } catch {
      let isLink = (try? fileSystem.status(path.pointer, in: rootDescriptor))?.kind == .symbolicLink
      fileSystem.close(rootDescriptor)
      throw Self.cannotOpen(metadataFolder, in: root, isLink ? SystemError(ELOOP) : error)
    }
    self.rootDescriptor = rootDescriptor
    do throws(SystemError) {
      let status = try fileSystem.status(of: descriptor)
      identity = TreeIdentity(device: status.device, inode: status.inode)
    } catch {
      fileSystem.close(descriptor)
      fileSystem.close(rootDescriptor)
      throw Self.cannotOpen(metadataFolder, in: root, error)
    }
  }

  deinit {
    fileSystem.close(descriptor)
    fileSystem.close(rootDescriptor)
  }

  /// The time that stamps in this tree are compared with, taken in `folder` if that lies on the same file system.
  package func clock(probingIn folder: String) -> FileSystemClock {
    fileSystem.clock(near: folder, device: identity.device)
  }

  private static func cannotOpen(_ path: String, _ error: SystemError) -> StoreError {
    switch error.number {
    case ENOENT:
      StoreError(.noSuchRoot, "There is no folder \(path): name the storage root.", .chooseRoot)
    case ENOTDIR:
      StoreError(.noSuchRoot, "\(path) is not a folder: name the storage root.", .chooseRoot)
    case ELOOP, EXDEV:
      StoreError(
        .noSuchRoot, "\(path) is a symbolic link: name the root that holds the real folder.", .chooseRoot)
    default: StoreError(reading: path, TreeFault(error), "opened")
    }
  }

  /// Where the root is there, and its metadata folder cannot be opened.
  private static func cannotOpen(_ folder: String, in root: String, _ error: SystemError) -> StoreError {
    switch error.number {
    case ENOENT:
      StoreError(
        .noSuchRoot,
        "\(root) has no folder \(folder), so that nothing is recorded there yet: name another root.",
        .chooseRoot, .chooseMetadataFolder)
    case ENOTDIR:
      StoreError(
        .noSuchRoot, "\(root)/\(folder) is not a folder: name another root.", .chooseRoot, .chooseMetadataFolder)
    default: cannotOpen("\(root)/\(folder)", error)
    }
  }
}

internal import Glibc
package import LinuxSystem
package import StoredTree

extension MetadataTree {
  /// Opens a tree that is to be written, and makes its metadata folder where only that is missing, as mad_prefect does.
  ///
  /// A storage root is never made: where it is missing, something was not mounted or not spelled right.
  package static func openForWriting(
    root: String, metadataFolder: String, fileSystem: any WritableFileSystem
  ) throws(StoreError) -> MetadataTree {
    do throws(StoreError) {
      return try MetadataTree(root: root, metadataFolder: metadataFolder, fileSystem: fileSystem)
    } catch {
      guard error.code == .noSuchRoot, try make(metadataFolder, in: root, fileSystem) else { throw error }
    }
    // Whether this process has made the folder or another one was faster: it is there.
    return try MetadataTree(root: root, metadataFolder: metadataFolder, fileSystem: fileSystem)
  }

  /// Makes what is missing of a path, one component after the other, so that nothing is made beyond a link.
  ///
  /// Each folder on the way is put on the disk, also where another writer has made the next one: that writer may not
  /// have come to it yet.
  ///
  /// - Returns: `false` where the root is not there, or something else is in the place of a folder.
  private static func make(
    _ path: String, in root: String, _ fileSystem: any WritableFileSystem
  ) throws(StoreError) -> Bool {
    var folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return false }
    defer { fileSystem.close(folder) }
    let name = PathBuffer()
    do throws(SystemError) {
      for component in path.split(separator: "/") {
        name.set("", String(component))
        _ = try fileSystem.makeFolder(name.pointer, in: folder)
        let next = try fileSystem.openFolder(name.pointer, in: folder)
        let parent = folder
        folder = next
        defer { fileSystem.close(parent) }
        try fileSystem.synchronizeFolder(parent)
      }
    } catch {
      if error.number == ELOOP || error.number == EXDEV || error.number == ENOTDIR { return false }
      throw StoreError(writing: root + "/" + path, TreeFault(error), for: .record)
    }
    return true
  }

  /// Puts the entries on the disk that lead from the storage root to the metadata folder.
  package func synchronizePath(_ fileSystem: any WritableFileSystem) throws(SystemError) {
    try fileSystem.synchronizeFolder(rootDescriptor)
    let path = PathBuffer()
    var isFirst = true
    for component in metadataFolder.split(separator: "/").dropLast() {
      if !isFirst { path.append("/") }
      isFirst = false
      path.append(String(component))
      let folder = try fileSystem.openFolder(path.pointer, in: rootDescriptor)
      defer { fileSystem.close(folder) }
      try fileSystem.synchronizeFolder(folder)
    }
  }
}

extension WritableFileSystem {
  /// Puts a folder's entries on the disk. Some network file systems cannot, and say so with EINVAL (borg lets that
  /// pass, too).
  package func synchronizeFolder(_ descriptor: Int32) throws(SystemError) {
    do throws(SystemError) {
      try synchronize(descriptor)
    } catch {
      if error.number != EINVAL { throw error }
    }
  }
}

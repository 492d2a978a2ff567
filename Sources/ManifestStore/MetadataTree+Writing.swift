internal import Glibc

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
      guard error.code == .noSuchRoot else { throw error }
      guard try make(metadataFolder, in: root, fileSystem) else { throw error }
      return try MetadataTree(root: root, metadataFolder: metadataFolder, fileSystem: fileSystem)
    }
  }

  /// - Returns: whether a folder was made.
  private static func make(
    _ folder: String, in root: String, _ fileSystem: any WritableFileSystem
  ) throws(StoreError) -> Bool {
    let descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { fileSystem.close(descriptor) }
    var path = PathBuffer()
    var isNew = false
    do throws(SystemError) {
      for (index, component) in folder.split(separator: "/").enumerated() {
        if index > 0 { path.append("/") }
        path.append(String(component))
        if try fileSystem.makeFolder(path.pointer, in: descriptor) { isNew = true }
      }
      if isNew { try fileSystem.synchronizeFolder(descriptor) }
    } catch {
      throw StoreError(writing: root + "/" + folder, error)
    }
    return isNew
  }
}

extension MetadataTree {
  /// Opens a file that a run wrote, for reading: below the storage root, and not through links. The caller closes it.
  ///
  /// - Parameter artifact: The path as it was recorded; leading slashes mean the root, as in mad_prefect.
  /// - Returns: `nil` where it cannot be opened.
  package func openArtifact(_ artifact: String) -> Int32? {
    guard !artifact.utf8.contains(0) else { return nil }
    var path = PathBuffer()
    path.append(Array(artifact.utf8.drop { $0 == UInt8(ascii: "/") }))
    return try? fileSystem.openFile(path.pointer, in: rootDescriptor)
  }

  package func close(_ descriptor: Int32) {
    fileSystem.close(descriptor)
  }
}

extension WritableFileSystem {
  /// Puts a folder's entries on the disk. Some network file systems cannot, and say so with EINVAL (borg lets that pass, too).
  func synchronizeFolder(_ descriptor: Int32) throws(SystemError) {
    do throws(SystemError) {
      try synchronize(descriptor)
    } catch {
      if error.number != EINVAL { throw error }
    }
  }
}

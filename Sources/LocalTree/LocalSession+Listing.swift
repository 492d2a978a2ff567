package import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// Folders: what is in them, and the way into them.
extension LocalSession {
  /// Opens a folder below an open one; the caller closes it.
  package func openFolder(
    _ prefix: StaticString, _ name: String, in folder: Int32? = nil
  ) throws(SystemError) -> Int32 {
    path.set(prefix, name)
    return try fileSystem.openFolder(path.pointer, in: folder ?? descriptor)
  }

  package func close(_ descriptor: Int32) {
    fileSystem.close(descriptor)
  }

  /// What an entry of an open folder is, which need not be the catalog's; `nil` where there is nothing.
  func status(ofEntry name: [UInt8], in folder: Int32) throws(SystemError) -> FileStatus? {
    path.set("")
    path.append(name)
    return try fileSystem.statusIfPresent(path.pointer, in: folder)
  }

  /// Lends a name as the system calls want it.
  func withPath(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Void) {
    path.set("")
    path.append(name)
    body(path.pointer)
  }

  /// Lists the tree itself: the name folders in it.
  package func listNames() throws(SystemError) -> FolderListing {
    // A descriptor of its own, since a listing moves on in the one it is made from.
    path.set(".")
    let folder = try fileSystem.openFolder(path.pointer, in: descriptor)
    defer { fileSystem.close(folder) }
    return try list(folder, prefix: MetadataLayout.namePrefix)
  }

  /// Lists an open folder to its end.
  ///
  /// - Parameter prefix: what the names of members begin with, such as `asset_id=`.
  package func list(_ folder: Int32, prefix: StaticString) throws(SystemError) -> FolderListing {
    var listing = FolderListing()
    var unclear: [[UInt8]] = []
    while true {
      let count = try fileSystem.list(folder, into: records)
      guard count > 0 else { break }
      DirectoryEntries.forEach(in: UnsafeRawBufferPointer(rebasing: records[..<count])) { name, type in
        let kind = DirectoryEntries.kind(type)
        guard name.starts(with: prefix) else {
          listing.add(stray: name, kind: kind)
          return
        }
        switch kind {
        case .folder: listing.add(member: name, prefix)
        case let kind?: listing.oddities.append(.notAFile([UInt8](name), kind))
        case nil: unclear.append([UInt8](name))
        }
      }
    }
    for name in unclear {
      guard let kind = try status(ofEntry: name, in: folder)?.kind else { continue }
      if kind == .folder {
        name.withUnsafeBytes { listing.add(member: $0, prefix) }
      } else {
        listing.oddities.append(.notAFile(name, kind))
      }
    }
    listing.members.sort()
    return listing
  }
}

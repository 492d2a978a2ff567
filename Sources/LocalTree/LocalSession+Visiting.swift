internal import LinuxSystem
package import ManifestModel
package import StoredTree

/// What a storage is asked of names, assets and runs.
extension LocalSession: TreeSession {
  // MARK: Visiting

  /// Reaches the files of an asset from its folder, which is open and stays so, until another one is visited.
  package func enter(_ asset: AssetIdentifier, _ folder: Int32) { visited = (asset, folder) }

  package func leave() { visited = nil }

  package func visit(_ asset: AssetIdentifier, _ body: () -> Void) throws(TreeFault) {
    try withFolder(of: asset) { folder throws(SystemError) in
      let former = visited
      defer { visited = former }
      enter(asset, folder)
      body()
    }
  }

  /// Opens the folder of an asset, with a descriptor of its own also where it is visited, since a listing moves on in
  /// the one it is made from.
  private func withFolder<R>(
    of asset: AssetIdentifier, _ body: (Int32) throws(SystemError) -> R
  ) throws(TreeFault) -> R {
    try TreeFault.telling { () throws(SystemError) in
      let base = beginPath(in: asset)
      path.append(".")
      let folder = try fileSystem.openFolder(path.pointer, in: base)
      defer { close(folder) }
      return try body(folder)
    }
  }

  // MARK: What there is

  package func look(at file: TreeFile, of asset: AssetIdentifier) -> FileOnDisk {
    look { () throws(SystemError) in try status(of: file, of: asset) }
  }

  func look(_ status: () throws(SystemError) -> FileStatus?) -> FileOnDisk {
    do throws(SystemError) {
      return try status().map { .present($0.revision) } ?? .absent
    } catch {
      return .unknown
    }
  }

  package func pause(microseconds: UInt32) { fileSystem.sleep(microseconds: microseconds) }

  package func assets(of name: String) throws(TreeFault) -> NameList {
    try TreeFault.telling { () throws(SystemError) in
      let folder = try openFolder(MetadataLayout.namePrefix, name)
      defer { close(folder) }
      return try list(folder, prefix: MetadataLayout.idPrefix).members
    }
  }

  package func runs(of asset: AssetIdentifier) throws(TreeFault) -> NameList {
    try withFolder(of: asset) { folder throws(SystemError) in
      try list(folder, prefix: MetadataLayout.runPrefix).members
    }
  }

  package func others(besidesRun id: String, of asset: AssetIdentifier) throws(TreeFault) -> [String] {
    try withFolder(of: asset) { folder throws(SystemError) in try RunFolderRemoval.others(id, in: folder, fileSystem) }
  }

  package func hasRun(_ id: String, of asset: AssetIdentifier) -> Bool {
    let folder = beginPath(in: asset)
    path.append(MetadataLayout.runPrefix)
    path.append(id)
    return kind(in: folder) == .some(.folder)
  }

  // MARK: What is gone

  package func isGone(name: String) -> Bool {
    path.set(MetadataLayout.namePrefix, name)
    return isFolderGone()
  }

  package func isGone(_ asset: AssetIdentifier) -> Bool {
    setPath(of: asset, "")
    return isFolderGone()
  }

  package func isGone(run: String, of asset: AssetIdentifier) -> Bool {
    setPath(of: asset, MetadataLayout.runMark)
    path.append(run)
    return isFolderGone()
  }

  private func isFolderGone() -> Bool {
    guard let kind = kind(in: descriptor) else { return false }
    return kind != .folder
  }

  /// The kind of what lies at the path: `.some(nil)` if there is nothing, `nil` if that cannot be told.
  private func kind(in folder: Int32) -> FileKind?? {
    do throws(SystemError) {
      return .some(try statusAtPath(in: folder)?.kind)
    } catch {
      return nil
    }
  }
}

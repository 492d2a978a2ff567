internal import Glibc
internal import LinuxSystem
internal import LocalTree
internal import ManifestModel
internal import ManifestStore
internal import ObjectTree
internal import StoredTree

/// What questions read from the tree itself: one manifest, one run's metadata, or whether an artifact is there.
struct TreeAccess: Sendable {
  let root: String
  let layout: MetadataLayout

  let fileSystem: any FileSystem
  /// The root, if it is in a bucket.
  let remote: RemoteRoot?

  /// Opens the tree.
  func storage() throws(StoreError) -> any TreeStorage {
    if let remote { return try remote.tree() }
    return try folder()
  }

  /// Opens the tree in a folder.
  private func folder() throws(StoreError) -> MetadataTree {
    try MetadataTree(root: root, metadataFolder: layout.folder, fileSystem: fileSystem)
  }

  /// Opens the tree to remove runs from it, which can only be done in a folder.
  ///
  /// - Throws: `cannotWrite` where the root is in a bucket.
  func folderToPrune() throws(CatalogError) -> MetadataTree {
    if remote != nil {
      throw CatalogError(
        .cannotWrite, "\(root) is in a bucket, where the catalog deletes nothing: let a lifecycle rule do it.")
    }
    do throws(StoreError) { return try folder() } catch { throw CatalogError(error) }
  }

  /// The manifest that lies at the path of an asset; `nil` where there is none.
  func manifest(of asset: AssetIdentifier) throws(CatalogError) -> Manifest? {
    let path = root + "/" + layout.manifestPath(asset)
    let found: FileObservation<Manifest>
    do throws(StoreError) {
      found = try TreeReader(try storage()).readWholeManifest(of: asset)
    } catch {
      throw CatalogError(error)
    }
    switch found {
    case .absent: return nil
    case .good(let manifest, _): return manifest
    case .torn: throw CatalogError(.busy, "\(path) is being written: try again.")
    case .bad(let kind, let message, _):
      throw CatalogError(
        kind == .unreadable ? .inputOutput : .badData, "\(path) is no manifest that can be read: \(message)")
    }
  }

  /// What a run's metadata says of its artifacts, nothing where there is no such file; `nil` where it cannot be read at
  /// present.
  func artifactFacts(ofRun run: String, of asset: AssetIdentifier) -> [ArtifactFacts]? {
    // The id is what a manifest says, and may be anything.
    guard MetadataLayout.isValidComponent(run) else { return [] }
    guard let tree = try? storage() else { return nil }
    switch try? TreeReader(tree).readRun(run, of: asset) {
    case .good(let metadata, _): return metadata.artifacts ?? []
    case .absent: return []
    case .torn, .bad, nil: return nil
    }
  }

  /// The absolute paths of the storage root: as it was given, and without links.
  var roots: [String] {
    guard remote == nil, let real = realpath(root, nil) else { return [root] }
    defer { free(real) }
    let path = String(cString: real)
    return path.utf8.elementsEqual(root.utf8) ? [root] : [root, path]
  }

  /// The one spelling of a path that a caller gives, who may reach the root by links of his own.
  func given(_ path: String) -> String {
    if remote != nil {
      let isBelow = path.utf8.starts(with: "\(root)/".utf8)
      return ArtifactPath.relative(
        isBelow ? String(decoding: path.utf8.dropFirst(root.utf8.count), as: UTF8.self) : path)
    }
    guard path.utf8.first == UInt8(ascii: "/") else { return ArtifactPath.relative(path) }
    let relative = ArtifactPath.relative(path, roots: roots)
    // What is shorter was below the root by its text.
    guard relative.utf8.elementsEqual(ArtifactPath.relative(path).utf8) else { return relative }
    guard let status = try? FileStatus.of(root, followingLinks: true) else { return relative }
    let components = relative.utf8.split(separator: UInt8(ascii: "/"))
    var absolute = ""
    for (index, component) in components.enumerated().dropLast() {
      absolute += "/" + String(decoding: component, as: UTF8.self)
      guard let folder = try? FileStatus.of(absolute, followingLinks: true) else { break }
      if folder.isSameFile(as: status) {
        return components[(index + 1)...].map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
      }
    }
    return relative
  }

  /// Whether a file or folder is there: below the root, leading slashes notwithstanding, as mad_prefect resolves a
  /// path; or where an absolute path below the root leads.
  ///
  /// In a bucket it is an object, or there is one below it.
  ///
  /// - Parameter bytes: the size that it must have, as a file; `nil` if it does not matter.
  /// - Throws: where the store does not say.
  func artifactExists(_ path: String, bytes: Int64? = nil) throws(CatalogError) -> Bool {
    guard MetadataTree.isBelowRoot(path) else { return false }
    if let remote {
      do throws(StoreError) { return try remote.tree().holds(given(path), bytes: bytes) } catch {
        throw CatalogError(error)
      }
    }
    let relative = ArtifactPath.relative(path)
    if isThere(relative, bytes: bytes) { return true }
    guard path.utf8.first == UInt8(ascii: "/") else { return false }
    let below = ArtifactPath.relative(path, roots: roots)
    return !below.utf8.elementsEqual(relative.utf8) && MetadataTree.isBelowRoot(below) && isThere(below, bytes: bytes)
  }

  private func isThere(_ relative: String, bytes: Int64?) -> Bool {
    guard let status = try? FileStatus.of(root + "/" + relative, followingLinks: true) else { return false }
    guard let bytes else { return true }
    return status.kind == .file && status.size == bytes
  }
}

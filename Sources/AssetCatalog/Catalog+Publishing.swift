internal import ArtifactInspection
internal import LocalTree
internal import ManifestModel
internal import ManifestStore
internal import ObjectTree
internal import StoredTree

/// The way into the tree, wherever it lies.
extension Catalog {
  /// - Parameters:
  ///   - makingFolders: whether a metadata folder that is missing is made, where there are folders.
  ///   - warn: told what goes well in the end; `nil` for the one of the options.
  func publisher(
    makingFolders: Bool, onWarning warn: (@Sendable (String) -> Void)? = nil
  ) throws(CatalogError) -> any TreePublisher {
    do throws(StoreError) {
      if let remote = tree.remote {
        let warn = warn ?? options.onWarning
        return ObjectPublisher(try remote.tree()) { warn?($0) }
      }
      let folder =
        makingFolders
        ? try MetadataTree.openForWriting(
          root: root, metadataFolder: layout.folder, fileSystem: options.writableFileSystem)
        : try MetadataTree(root: root, metadataFolder: layout.folder, fileSystem: options.fileSystem)
      return LocalPublisher(folder, through: options.writableFileSystem, durable: durable)
    } catch {
      throw CatalogError(error)
    }
  }

  /// What changes when an artifact in a bucket is written: an object, or all that are below one.
  ///
  /// - Parameter limit: no more objects are asked for than one beyond this number.
  /// - Returns: how many objects there are, their bytes, and what tells their contents and times from others; `nil`
  ///   where there is none, or the root is a folder.
  package func stamp(
    ofArtifactInBucket path: String, atMost limit: Int
  ) throws(CatalogError) -> (count: Int, bytes: Int64, content: UInt64)? {
    guard let remote = tree.remote, MetadataTree.isBelowRoot(path) else { return nil }
    do throws(StoreError) { return try remote.tree().stamp(of: tree.given(path), atMost: limit) } catch {
      throw CatalogError(error)
    }
  }

  /// Fills in what the artifacts of a run tell about themselves, where the caller gave only their paths.
  func inspected(_ report: RunReport, in storage: any TreeStorage) -> RunReport {
    guard case .succeeded = report.event, let artifacts = report.artifacts else { return report }
    var result = report
    result.artifacts = artifacts.map { artifact in
      artifact == ArtifactFacts(path: artifact.path) ? inspected(artifact.path, in: storage) ?? artifact : artifact
    }
    return result
  }

  /// - Returns: `nil` for what is not there, or cannot be read.
  private func inspected(_ path: String, in storage: any TreeStorage) -> ArtifactFacts? {
    if let folder = storage as? MetadataTree {
      guard let descriptor = folder.openArtifact(path) else { return nil }
      defer { folder.closeArtifact(descriptor) }
      return ArtifactInspector.inspect(descriptor: descriptor, path: path)
    }
    guard MetadataTree.isBelowRoot(path), let object = (storage as? ObjectTree)?.openArtifact(path) else { return nil }
    return ArtifactInspector.inspect(object, path: path)
  }
}

extension ArtifactObject: ArtifactSource {}

internal import CatalogIndex
internal import ObjectTree
internal import StoredTree
internal import Synchronization

/// Where the index of a catalog is, found when it is first needed and then kept.
///
/// What keeps it from being found concerns questions. A record needs no index, and is not to fail for want of one.
final class LazyIndexLocation: Sendable {
  private let explicit: String?
  private let root: String
  private let metadataFolder: String
  private let remote: RemoteRoot?
  private let found = Mutex<IndexLocation?>(nil)

  /// - Parameters: as those of `IndexLocation.resolve`.
  init(explicit: String?, root: String, metadataFolder: String, remote: RemoteRoot?) {
    self.explicit = explicit
    self.root = root
    self.metadataFolder = metadataFolder
    self.remote = remote
  }

  /// The place; one that was not found is looked for again.
  func location() throws(IndexError) -> IndexLocation {
    try found.withLock { found throws(IndexError) in
      if let found { return found }
      let location = try resolve()
      found = location
      return location
    }
  }

  private func resolve() throws(IndexError) -> IndexLocation {
    let environment = SystemEnvironment.variables
    guard let remote else {
      return try IndexLocation.resolve(
        explicit: explicit, root: root, metadataFolder: metadataFolder, environment: environment)
    }
    let identity: TreeIdentity
    do throws(StoreError) { identity = try remote.tree().identity } catch {
      throw IndexError(error.code == .noSuchRoot ? .noSuchRoot : .inputOutput, error.message)
    }
    return try IndexLocation.resolve(
      explicit: explicit, ofRemoteRoot: root, identity: identity, environment: environment)
  }

  /// The index for people, also where it cannot be there.
  var path: String {
    do throws(IndexError) {
      return try location().path
    } catch {
      return explicit ?? (remote == nil ? "\(root)/\(metadataFolder)/.index/catalog.sqlite" : "catalog.sqlite")
    }
  }
}

internal import CatalogIndex
internal import Synchronization

/// Where the index of a catalog is, found when it is first needed and then kept.
///
/// What keeps it from being found concerns questions. A record needs no index, and is not to fail for want of one.
final class PlaceOfIndex: Sendable {
  private let explicit: String?
  private let root: String
  private let metadataFolder: String
  private let found = Mutex<IndexLocation?>(nil)

  /// - Parameters: as those of `IndexLocation.resolve`.
  init(explicit: String?, root: String, metadataFolder: String) {
    self.explicit = explicit
    self.root = root
    self.metadataFolder = metadataFolder
  }

  /// The place; one that was not found is looked for again.
  func location() throws(IndexError) -> IndexLocation {
    try found.withLock { found throws(IndexError) in
      if let found { return found }
      let location = try IndexLocation.resolve(
        explicit: explicit, root: root, metadataFolder: metadataFolder, environment: SystemEnvironment.variables)
      found = location
      return location
    }
  }

  /// The index for people, also where it cannot be there.
  var path: String {
    do throws(IndexError) {
      return try location().path
    } catch {
      return explicit ?? "\(root)/\(metadataFolder)/.index/catalog.sqlite"
    }
  }
}

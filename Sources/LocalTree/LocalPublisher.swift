internal import LinuxSystem
internal import ManifestModel
package import StoredTree

/// Writes into a tree in a file system: under locks, by drafts that are renamed.
///
/// Many changes share three calls of syncfs(2), one after each step, where the kernel and the file system keep its
/// promise. It also waits for what other programs have written to the same file system: with little to write, and where
/// much else is written, one fsync(2) for each file is the lesser evil. Elsewhere each file and folder is put on the
/// disk by itself, as with few changes. A call to put something on the disk that fails is an error and is not repeated,
/// since the system may have dropped what it could not write.
package final class LocalPublisher: TreePublisher {
  /// Above this many changes, one call for the whole file system is cheaper than one for each file.
  static let fewChanges = 16
  /// Descriptors that a group takes beside those of its locks, and that are left to other threads and to the index.
  private static let reserve = 32

  let tree: MetadataTree
  let fileSystem: any WritableFileSystem
  let durable: DurableFiles

  /// - Parameters:
  ///   - fileSystem: the system calls through which it is written.
  ///   - durable: what this process has written before.
  package init(
    _ tree: MetadataTree, through fileSystem: any WritableFileSystem, durable: DurableFiles = DurableFiles()
  ) {
    self.tree = tree
    self.fileSystem = fileSystem
    self.durable = durable
  }

  package var storage: any TreeStorage { tree }
  package var traits: PublishingTraits { PublishingTraits(isDurableAtOnce: false, canRemove: true) }

  /// Each lock takes two descriptors. A few always fit.
  package func mostHeld(of count: Int) -> Int {
    guard count > Self.fewChanges, let left = fileSystem.freeDescriptors() else { return count }
    return max(1, (left - Self.reserve) / 2)
  }

  package func beginBatch(of changes: Int) -> any PublicationBatch { LocalBatch(self, of: changes) }

  package func pause(microseconds: UInt32) { fileSystem.sleep(microseconds: microseconds) }
}

/// Assets of a tree in a file system that are written together, and put on the disk together if they are many.
final class LocalBatch: PublicationBatch {
  private let publisher: LocalPublisher
  private let syncsEachFile: Bool
  /// How long a file that does not parse may count as half-written is told by the clock of the file system: the time of
  /// the reports may be any.
  private let session: LocalSession

  init(_ publisher: LocalPublisher, of changes: Int) {
    self.publisher = publisher
    let isSmall = changes <= LocalPublisher.fewChanges
    syncsEachFile =
      isSmall || !publisher.fileSystem.canSynchronizeFileSystem(of: publisher.tree.descriptor)
    session = LocalSession(tree: publisher.tree)
  }

  func hold(_ asset: AssetIdentifier, makingIt: Bool) throws(TreeFault) -> AssetHold {
    try TreeFault.telling { () throws(SystemError) in
      guard let folder = try LockedAssetFolder.open(asset, in: publisher.tree, publisher.fileSystem) else {
        return .busy
      }
      if !makingIt, folder.isNew {
        folder.removeIfMadeForNothing()
        return .gone
      }
      return .held(
        LocalPublication(
          folder, publisher, session, syncsEachFile: syncsEachFile || !folder.isOnDeviceOfTree))
    }
  }

  func settle(_ publications: [any AssetPublication]) throws(TreeFault) {
    if syncsEachFile { return }
    for publication in publications {
      guard let folder = (publication as? LocalPublication)?.folder, folder.isOnDeviceOfTree else { continue }
      return try TreeFault.telling { () throws(SystemError) in
        try publisher.fileSystem.synchronizeFileSystem(of: folder.descriptor)
      }
    }
  }
}

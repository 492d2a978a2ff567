package import ManifestModel
package import StoredTree
internal import Synchronization

/// The files that this process has put in place, with every folder that leads to them on the disk.
///
/// A file that is there proves nothing of the folders above it: mad_prefect puts nothing on the disk, and a manifest of
/// ours looks like one of its own. So a writer trusts only what it has done itself: a file that still has the revision
/// under which it was left in an asset's folder. Whoever does not know a file puts the folders on the disk once more,
/// which costs little where there is nothing to be written.
package final class DurableFiles: Sendable {
  /// One file in one asset's folder; inodes are used again, change times are not.
  private struct Key: Hashable {
    let asset: AssetIdentifier
    let file: Revision
  }

  /// Beyond this, everything is forgotten: some 16 MiB.
  private static let capacity = 100_000
  private let files = Mutex<Set<Key>>([])

  package init() {}

  package func contains(_ file: Revision, of asset: AssetIdentifier) -> Bool {
    files.withLock { $0.contains(Key(asset: asset, file: file)) }
  }

  /// - Parameter former: What the file replaces, if it is known.
  package func insert(_ file: Revision, of asset: AssetIdentifier, replacing former: Revision?) {
    files.withLock { files in
      if let former { files.remove(Key(asset: asset, file: former)) }
      if files.count >= Self.capacity { files.removeAll() }
      files.insert(Key(asset: asset, file: file))
    }
  }
}

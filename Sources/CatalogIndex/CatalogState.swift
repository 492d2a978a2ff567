package import ManifestModel

/// The row about the index itself.
package struct CatalogState: Sendable {
  /// How this program reads files into rows. Counted up whenever that changes, so that every file is read again.
  package static let currentProjection: Int64 = 3

  package var root: String
  package var metadataFolder: String
  /// Device and inode of the metadata folder, to notice that another one lies in its place.
  package var device: UInt64
  package var inode: UInt64
  package var projectionVersion: Int64
  /// When the last complete reconcile began: what was true in the tree then is true here.
  package var startedAt: Timestamp?
  package var endedAt: Timestamp?
  /// `reconcile`, `full` or `rebuild`.
  package var kind: String?
  package var filesRead: Int64
  package var added: Int64
  package var changed: Int64
  package var removed: Int64
  package var unchanged: Int64
  /// How many reconciles and rebuilds have come to their end in this index, this one included. They come one after the
  /// other: of two that end after one looks here, the second has begun after that look.
  package var number: Int64
  /// The database file that this was written in; `nil` where an older program wrote it.
  package var file: File?

  /// One file of the file system.
  package struct File: Sendable, Equatable {
    package var device: UInt64
    package var inode: UInt64

    package init(device: UInt64, inode: UInt64) {
      self.device = device
      self.inode = inode
    }
  }

  package init(
    root: String, metadataFolder: String, device: UInt64, inode: UInt64, projectionVersion: Int64,
    startedAt: Timestamp?, endedAt: Timestamp?, kind: String?, filesRead: Int64, added: Int64, changed: Int64,
    removed: Int64, unchanged: Int64, number: Int64, file: File?
  ) {
    self.root = root
    self.metadataFolder = metadataFolder
    self.device = device
    self.inode = inode
    self.projectionVersion = projectionVersion
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.kind = kind
    self.filesRead = filesRead
    self.added = added
    self.changed = changed
    self.removed = removed
    self.unchanged = unchanged
    self.number = number
    self.file = file
  }

  /// Whether this tells of a tree.
  ///
  /// An index that lies in the tree belongs to it, wherever that is mounted: a remount gives another device number, and
  /// another root is what a container sees. One elsewhere is bound to the path or, where that was renamed, to the
  /// folder.
  ///
  /// - Parameters:
  ///   - device: that of the metadata folder.
  ///   - inode: likewise.
  package func isOf(
    root: String, metadataFolder: String, device: UInt64, inode: UInt64, at location: IndexLocation
  ) -> Bool {
    isOf(root: root, metadataFolder: metadataFolder, device: device, inode: inode)
      || location.isInTree(root: root, metadataFolder: metadataFolder)
  }

  /// Whether this tells of a tree, wherever the index lies.
  package func isOf(root: String, metadataFolder: String, device: UInt64, inode: UInt64) -> Bool {
    if inode == self.inode, device == self.device { return true }
    // An address, and no path: a bucket of that name is in many stores.
    guard root.utf8.first == UInt8(ascii: "/") else { return false }
    return root.utf8.elementsEqual(self.root.utf8) && metadataFolder.utf8.elementsEqual(self.metadataFolder.utf8)
  }
}

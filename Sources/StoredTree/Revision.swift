package import ManifestModel

/// A version of a file as a storage tells it from others, so that an unchanged file need not be read again.
///
/// Compared for equality only, never for order: clocks step back. What stands in the fields is the storage's own
/// affair: a file system gives size, times and inode (git and borg compare the same); a store of objects fills them
/// from an entity tag. Only when the file was written counts for others, ``writtenAt``.
package struct Revision: Hashable, Sendable {
  /// Bytes; 0 for a folder, whose size means nothing.
  package var size: Int64
  /// `st_mtim`, in nanoseconds since the epoch.
  package var modifiedNanoseconds: Int64
  /// `st_ctim`, in nanoseconds since the epoch: unlike the above, nobody can set it back.
  package var changedNanoseconds: Int64
  package var inode: UInt64

  package init(size: Int64, modifiedNanoseconds: Int64, changedNanoseconds: Int64, inode: UInt64) {
    self.size = size
    self.modifiedNanoseconds = modifiedNanoseconds
    self.changedNanoseconds = changedNanoseconds
    self.inode = inode
  }

  /// When the file was written, as far as the storage knows: anybody may have set it.
  package var writtenAt: Timestamp { Timestamp(microseconds: modifiedNanoseconds / 1_000) }

  /// Of a file that is not there.
  package static let none = Revision(size: 0, modifiedNanoseconds: 0, changedNanoseconds: 0, inode: 0)

  /// How long after the modification the change is, in nanoseconds: what the index holds, since it is mostly 0. It
  /// wraps, so that no two times are too far apart.
  package var changeLagNanoseconds: Int64 { changedNanoseconds &- modifiedNanoseconds }

  /// The later of both times, in nanoseconds since the epoch.
  package var latestNanoseconds: Int64 { max(modifiedNanoseconds, changedNanoseconds) }
}

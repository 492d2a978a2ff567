package import LinuxSystem
internal import ManifestModel
package import StoredTree

extension FileStatus {
  /// By what a file is known again: a folder has no size, since that says how it is kept, and not what is in it.
  package var revision: Revision {
    Revision(
      size: kind == .folder ? 0 : size, modifiedNanoseconds: modifiedNanoseconds,
      changedNanoseconds: changedNanoseconds,
      inode: inode)
  }
}

internal import Glibc
package import LinuxSystem
package import StoredTree

extension TreeFault {
  /// What a failed system call says of the tree.
  package init(_ error: SystemError) {
    let kind: Kind =
      switch error.number {
      case ENOENT: .absence
      case ENOTDIR: .notAFolder
      case EISDIR, EEXIST: .obstacle
      case ELOOP, EXDEV: .link
      case EACCES, EPERM: .denied
      case EROFS: .readOnly
      case ENOSPC, EDQUOT: .full
      case EFBIG: .tooLarge
      case ENAMETOOLONG: .nameTooLong
      case EMFILE, ENFILE: .noDescriptors
      case ENOMEM: .noMemory
      default: .other
      }
    self.init(kind, error.text)
  }

  /// Runs `body` and says what its error means of the tree.
  static func telling<R>(_ body: () throws(SystemError) -> R) throws(TreeFault) -> R {
    do throws(SystemError) { return try body() } catch { throw TreeFault(error) }
  }
}

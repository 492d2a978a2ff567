internal import Glibc
package import LinuxSystem
package import StoredTree

extension StoreError {
  /// What a failed system call means to the one who wanted to write.
  ///
  /// - Parameters:
  ///   - path: The absolute path of what could not be written.
  ///   - again: What to do once the cause is gone.
  package init(writing path: String, _ error: SystemError, again: String = "record the run again") {
    switch error.number {
    case ENOSPC, EDQUOT:
      self.init(.cannotWrite, "\(path) cannot be written: \(error.text); make room and \(again).")
    case EFBIG:
      self.init(
        .cannotWrite, "\(path) cannot be written: \(error.text); raise the limit on the size of files and \(again).")
    case EACCES, EPERM:
      self.init(.cannotWrite, "\(path) cannot be written: \(error.text); record as a user who may write there.")
    case EROFS:
      self.init(.cannotWrite, "\(path) cannot be written: \(error.text); mount it for writing.")
    case ELOOP, EXDEV:
      self.init(
        .cannotWrite, "\(path) cannot be written: a symbolic link is on the way; put the real folder in its place.")
    case ENOTDIR, EISDIR, EEXIST:
      self.init(.cannotWrite, "\(path) cannot be written: \(error.text); move away what is in its place.")
    case ENAMETOOLONG:
      self.init(.refused, "\(path) cannot be written: \(error.text); choose shorter names.")
    case EMFILE, ENFILE, ENOMEM:
      self.init(
        .inputOutput, "\(path) cannot be written: \(error.text); raise the limit, or record fewer runs at once.")
      isExhaustion = true
    case ENOENT:
      self.init(.inputOutput, "\(path) cannot be written: its folder was removed meanwhile; \(again).")
    default:
      self.init(.inputOutput, "\(path) cannot be written: \(error.text); check the disk, and \(again).")
    }
  }
}

internal import Glibc

extension StoreError {
  /// What a failed system call means to the one who wanted to write.
  ///
  /// - Parameter path: The absolute path of what could not be written.
  init(writing path: String, _ error: SystemError) {
    switch error.number {
    case ENOSPC, EDQUOT:
      self.init(.cannotWrite, "\(path) cannot be written: \(error.text); make room and record the run again.")
    case EFBIG:
      self.init(
        .cannotWrite,
        "\(path) cannot be written: \(error.text); raise the limit on the size of files and record the run again.")
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
      self.init(.inputOutput, "\(path) cannot be written: its folder was removed meanwhile; record the run again.")
    default:
      self.init(.inputOutput, "\(path) cannot be written: \(error.text); check the disk, and record the run again.")
    }
  }
}

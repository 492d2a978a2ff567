import Glibc

/// Replaces a file that the user named: whole or not at all, whenever the process ends.
///
/// The bytes go into a new file beside it, are synced, and take its name. The mode is that of the file that was there, else
/// 0666 without the umask: whoever could read the old one can read the new one.
enum OutputFile {
  /// - Throws: 73 where the file cannot be written, and for a link, folder or device, which is not ours to replace.
  static func replace(_ path: String, with bytes: [UInt8], named what: String) throws(CommandFailure) {
    func failure(_ reason: String) -> CommandFailure {
      CommandFailure(.cannotWrite, "the \(what) \(quoted(path)) cannot be written: \(reason)")
    }
    var status = stat()
    let exists = lstat(path, &status) == 0
    guard !exists || status.st_mode & S_IFMT == S_IFREG else {
      throw failure("it is a link, a folder or a device; name a file")
    }
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let directory = path.utf8.contains(UInt8(ascii: "/")) ? (folder.isEmpty ? "/" : folder) : "."
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let draft = "\(directory)/.\(name).\(getpid()).tmp"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard file >= 0 else { throw failure(systemMessage(errno)) }
    var isOpen = true
    do throws(CommandFailure) {
      if exists, fchmod(file, status.st_mode & 0o7777) != 0 { throw failure(systemMessage(errno)) }
      var written = 0
      while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        if count >= 0 { written += count } else if errno != EINTR { throw failure(systemMessage(errno)) }
      }
      guard fsync(file) == 0 else { throw failure(systemMessage(errno)) }
      isOpen = false
      guard close(file) == 0, rename(draft, path) == 0 else { throw failure(systemMessage(errno)) }
    } catch {
      if isOpen { close(file) }
      unlink(draft)
      throw error
    }
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }
}

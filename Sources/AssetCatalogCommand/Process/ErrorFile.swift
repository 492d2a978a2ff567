import Glibc
import LinuxSystem

/// The file that is both standard output and standard error, from the place at which a command begins to write.
struct ErrorFile {
  private let descriptor: Int32
  private let start: off_t

  /// `nil` where the two are not one regular file that can be read.
  init?() {
    guard let output = try? FileStatus.of(STDOUT_FILENO), let errors = try? FileStatus.of(STDERR_FILENO),
      errors.kind == .file, errors.isSameFile(as: output)
    else { return nil }
    let flags = fcntl(STDERR_FILENO, F_GETFL)
    guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { return nil }
    // Opened once more: the place at which the command writes must not move.
    let descriptor = open("/proc/self/fd/2", O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
    start = flags & O_APPEND != 0 ? off_t(errors.size) : lseek(STDERR_FILENO, 0, SEEK_CUR)
  }

  /// The end of what was written since, by whomever. To be called once.
  func tail(keeping count: Int) -> [UInt8] {
    defer { close(descriptor) }
    let end = lseek(STDERR_FILENO, 0, SEEK_CUR)
    guard end > 0 else { return [] }
    // Somebody may have emptied the file meanwhile.
    let begin = max(start <= end ? start : 0, end - off_t(count))
    var bytes = [UInt8](repeating: 0, count: Int(end - begin))
    var done = 0
    while done < bytes.count {
      let step = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress! + done, $0.count - done, begin + off_t(done))
      }
      if step < 0 && errno == EINTR { continue }
      if step <= 0 { break }
      done += step
    }
    return Array(bytes[..<done])
  }
}

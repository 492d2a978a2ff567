internal import Glibc
internal import LinuxSystem
internal import StoredTree

/// A file without a name, which goes when it is closed.
final class SpoolFile: Sendable {
  private let descriptor: Int32
  private let folder: String

  /// - Parameter folder: where it is to be; where that is not possible, a folder for temporary files.
  init(in folder: String) throws(StoreError) {
    var temporary = ["/var/tmp", "/tmp"]
    if let chosen = getenv("TMPDIR") { temporary.insert(String(cString: chosen), at: 0) }
    var failure = SystemError(ENOENT)
    for place in [folder] + temporary {
      let path = "\(place)/.listing-\(getpid())-\(UInt64.random(in: 0 ... .max))"
      let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard descriptor >= 0 else {
        failure = SystemError(errno)
        continue
      }
      unlink(path)
      self.descriptor = descriptor
      self.folder = place
      return
    }
    throw StoreError(
      .inputOutput, "A listing of the tree cannot be kept in \(folder) nor in /var/tmp: \(failure.text).")
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) throws(StoreError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count == 0 || errno != EINTR {
        throw fault("written", count == 0 ? ENOSPC : errno)
      }
    }
  }

  func read(_ count: Int, at offset: Int64) throws(StoreError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let found = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
        if found > 0 {
          filled += found
        } else if found == 0 || errno != EINTR {
          failure = found == 0 ? EIO : errno
          return
        }
      }
    }
    guard failure == 0 else { throw fault("read", failure) }
    return bytes
  }

  private func fault(_ verb: String, _ code: Int32) -> StoreError {
    StoreError(
      .inputOutput, "The listing of the tree that is kept in \(folder) cannot be \(verb): \(SystemError(code).text).")
  }
}

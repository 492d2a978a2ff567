internal import Glibc
internal import LinuxSystem

/// Files of settings, read whole.
enum SmallFile {
  /// More than any file of settings or any token has, in bytes.
  static let limit = 1 << 20

  /// - Returns: `nil` if there is no such file.
  static func read(_ path: String) throws(SystemError) -> [UInt8]? {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      let error = SystemError.latest
      if error.isAbsence { return nil }
      throw error
    }
    defer { close(file) }
    return try readAll(file)
  }

  /// Reads a descriptor to its end.
  static func readAll(_ file: Int32) throws(SystemError) -> [UInt8] {
    let bytes = try Descriptors.bytes(of: file, limit: limit)
    guard bytes.count <= limit else { throw SystemError(EFBIG) }
    return bytes
  }
}

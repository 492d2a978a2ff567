internal import Glibc
internal import LinuxSystem

/// Why the bytes of a zone file are not there.
enum ZoneFileFailure: Error {
  case system(Int32)
  /// A folder, a device or a FIFO, which nobody may be made to wait for.
  case notAFile
  /// Larger than any zone file.
  case tooLarge
}

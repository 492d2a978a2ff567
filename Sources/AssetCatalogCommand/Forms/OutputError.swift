import Glibc
import LinuxSystem
import ManifestModel

/// Why standard output did not take what was written.
struct OutputError: Error {
  let errno: Int32

  /// Nobody reads any more: `asset-catalog list | head`.
  var isBrokenPipe: Bool { errno == EPIPE }

  var message: String { "cannot write to standard output: \(SystemError(errno).text)" }
}

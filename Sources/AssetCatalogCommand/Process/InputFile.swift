import Glibc
import LinuxSystem

/// Reads the files that a command line names. One that is a FIFO is waited for, as `cat` waits for it.
enum InputFile {
  /// More than anyone writes by hand.
  static let limit = 4 << 20

  /// The bytes of a file; of standard input for `-`.
  ///
  /// - Parameter mayWait: `false` for one that nobody has named, and that must not be waited for.
  static func bytes(
    of path: String, named what: String, limit: Int = limit, mayWait: Bool = true
  ) throws(CommandFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    try read(path, named: what, mayWait: mayWait) { chunk throws(CommandFailure) in
      bytes.append(contentsOf: chunk)
      if bytes.count > limit { throw failure(path, what, "it is larger than \(limit >> 20) MiB") }
    }
    return bytes
  }

  /// The end of a file, of standard input for `-`, and whether anything stood before it.
  static func tail(
    of path: String, named what: String, keeping count: Int
  ) throws(CommandFailure) -> (bytes: [UInt8], isCut: Bool) {
    var bytes: [UInt8] = []
    var isCut = false
    try read(path, named: what) { chunk throws(CommandFailure) in
      bytes.append(contentsOf: chunk)
      guard bytes.count > 2 * count else { return }
      bytes.removeFirst(bytes.count - count)
      isCut = true
    }
    return (Array(bytes.suffix(count)), isCut || bytes.count > count)
  }

  private static func read(
    _ path: String, named what: String, mayWait: Bool = true,
    _ body: (UnsafeRawBufferPointer) throws(CommandFailure) -> Void
  ) throws(CommandFailure) {
    let isStandardInput = path == "-"
    let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (mayWait ? 0 : O_NONBLOCK)
    let descriptor = isStandardInput ? STDIN_FILENO : open(path, flags)
    guard descriptor >= 0 else { throw failure(path, what, SystemError.latest.text) }
    defer { if !isStandardInput { close(descriptor) } }
    if !mayWait {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw failure(path, what, SystemError.latest.text) }
      guard status.st_mode & S_IFMT != S_IFIFO else { throw failure(path, what, "it is a FIFO") }
    }
    try Descriptors.readAll(descriptor, failing: { failure(path, what, $0.text) }) { part throws(CommandFailure) in
      try body(part)
      return true
    }
  }

  private static func failure(_ path: String, _ what: String, _ reason: String) -> CommandFailure {
    let place = path == "-" ? "standard input" : quoted(path: path)
    return CommandFailure(.badData, "the \(what) \(place) cannot be read: \(reason); name a readable file")
  }
}

import Glibc

/// Reads the small files that a command line names.
enum InputFile {
  /// More than anyone writes by hand.
  static let limit = 4 << 20

  /// The bytes of a file; of standard input for `-`.
  static func bytes(of path: String, named what: String) throws(CommandFailure) -> [UInt8] {
    let isStandardInput = path == "-"
    let descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw failure(path, what, systemMessage(errno)) }
    defer { if !isStandardInput { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count > 0 {
        bytes.append(contentsOf: chunk[..<count])
      } else if count == 0 {
        return bytes
      } else if errno != EINTR {
        throw failure(path, what, systemMessage(errno))
      }
      if bytes.count > limit { throw failure(path, what, "it is larger than 4 MiB") }
    }
  }

  private static func failure(_ path: String, _ what: String, _ reason: String) -> CommandFailure {
    let place = path == "-" ? "standard input" : quoted(path)
    return CommandFailure(.badData, "the \(what) \(place) cannot be read: \(reason); name a readable file")
  }
}

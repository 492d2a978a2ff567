import Glibc
import LinuxSystem

/// The lines of a file, a stretch at a time, so that a file of any size takes little memory.
struct InputLines: ~Copyable {
  /// Four times what a manifest or run metadata may have, so that escapes in a report do not count against it.
  private static let longestLine = 64 << 20

  private let descriptor: Int32
  private let name: String
  private let separator: UInt8
  private var rest: [UInt8] = []
  /// How much of the rest is known to hold no end of a line.
  private var searched = 0
  private var isAtEnd = false

  /// - Parameters:
  ///   - path: `-` for standard input.
  ///   - separator: what ends a line.
  init(path: String, separator: UInt8 = UInt8(ascii: "\n")) throws(CommandFailure) {
    self.separator = separator
    name = path == "-" ? "standard input" : quoted(path)
    descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      throw CommandFailure(.badData, "\(name) cannot be read: \(SystemError(errno).text); name a readable file")
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The next lines without their ends: as many as there are at hand, but at least one and at most `count`; none at the
  /// end of the file.
  mutating func next(_ count: Int) throws(CommandFailure) -> [[UInt8]] {
    while true {
      let lines = take(count)
      if !lines.isEmpty { return lines }
      if isAtEnd {
        defer { (rest, searched) = ([], 0) }
        return rest.isEmpty ? [] : [rest]
      }
      try fill()
    }
  }

  private mutating func take(_ count: Int) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var start = 0
    while lines.count < count, let end = rest[max(start, searched)...].firstIndex(of: separator) {
      lines.append(Array(rest[start..<end]))
      start = end + 1
    }
    searched = lines.count < count ? rest.count - start : 0
    rest.removeFirst(start)
    return lines
  }

  /// Reads on until nothing more is at hand for now, or enough for a while.
  private mutating func fill() throws(CommandFailure) {
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw CommandFailure(.inputOutput, "\(name) cannot be read: \(SystemError(errno).text); check its disk")
      }
      if count == 0 {
        isAtEnd = true
        return
      }
      rest.append(contentsOf: chunk[..<count])
      if rest.count > Self.longestLine, !chunk[..<count].contains(separator) {
        throw CommandFailure(.badData, "\(name) has a line of more than 64 MiB; write each on a line of its own")
      }
      var more = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if rest.count >= 1 << 20 || poll(&more, 1, 0) <= 0 { return }
    }
  }
}

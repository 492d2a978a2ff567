import Glibc
import Synchronization

/// Hands on what a command writes to standard error, on a thread of its own, and keeps the end of it.
final class ErrorPump: Sendable {
  /// Bytes of standard error that are kept.
  static let kept = 64 << 10

  private let source: (read: Int32, write: Int32)
  private let wake: (read: Int32, write: Int32)
  private let bytes = Mutex<[UInt8]>([])
  private let thread = Mutex<pthread_t?>(nil)

  private init(source: (read: Int32, write: Int32), wake: (read: Int32, write: Int32)) {
    self.source = source
    self.wake = wake
    // Only this end: the command's own end must not fail to write when the pipe is full.
    _ = fcntl(source.read, F_SETFL, O_NONBLOCK)
  }

  deinit {
    for descriptor in [source.read, wake.read, wake.write] { close(descriptor) }
  }

  /// Begins to read; `nil` where there are no pipes or no thread to be had. A command is better off without a pipe that
  /// nobody reads.
  static func started() -> ErrorPump? {
    guard let source = makePipe() else { return nil }
    guard let wake = makePipe() else {
      close(source.read)
      close(source.write)
      return nil
    }
    let pump = ErrorPump(source: source, wake: wake)
    if pump.startThread() { return pump }
    pump.closeInput()
    return nil
  }

  /// The end of the pipe that the command writes to.
  var input: Int32 { source.write }

  /// To be called once the command has its copy of ``input``.
  func closeInput() {
    close(source.write)
  }

  /// Takes in what the command had written when it ended, and gives the end of all.
  ///
  /// What it left running may hold the pipe open, and write to it for ever: nobody waits for that.
  func finish() -> [UInt8] {
    var byte: UInt8 = 0
    _ = write(wake.write, &byte, 1)
    if let thread = thread.withLock({ $0 }) { pthread_join(thread, nil) }
    return bytes.withLock { Array($0.suffix(Self.kept)) }
  }

  private func startThread() -> Bool {
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self)
    let number = pthread_create(
      &thread, nil,
      { pump in
        if let pump { Unmanaged<ErrorPump>.fromOpaque(pump).takeRetainedValue().run() }
        return nil
      }, this.toOpaque())
    guard number == 0 else {
      this.release()
      return false
    }
    self.thread.withLock { $0 = thread }
    return true
  }

  private func run() {
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      var waiting = [
        pollfd(fd: source.read, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&waiting, 2, -1) < 0 && errno != EINTR { return }
      if waiting[1].revents != 0 { return takeRest(&chunk) }
      if waiting[0].revents != 0 && take(&chunk, atMost: chunk.count) == nil { return }
    }
  }

  /// What lies in the pipe now, and nothing that comes later.
  private func takeRest(_ chunk: inout [UInt8]) {
    var size: Int32 = 0
    guard ioctl(source.read, UInt(FIONREAD), &size) == 0 else { return }
    var left = Int(size)
    while left > 0, let count = take(&chunk, atMost: min(left, chunk.count)), count > 0 { left -= count }
  }

  /// - Returns: how many bytes there were for now; `nil` once there will be none.
  private func take(_ chunk: inout [UInt8], atMost limit: Int) -> Int? {
    var count = read(source.read, &chunk, limit)
    while count < 0 && errno == EINTR { count = read(source.read, &chunk, limit) }
    guard count > 0 else { return count < 0 && errno == EAGAIN ? 0 : nil }
    keep(chunk[..<count])
    Self.pass(chunk[..<count])
    return count
  }

  private func keep(_ new: ArraySlice<UInt8>) {
    bytes.withLock { bytes in
      bytes.append(contentsOf: new)
      if bytes.count > 2 * Self.kept { bytes.removeFirst(bytes.count - Self.kept) }
    }
  }

  /// What cannot be written is lost, as it would be for the command.
  private static func pass(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { all in
      var rest = all[...]
      while !rest.isEmpty {
        let count = write(STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          var waiting = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
          _ = poll(&waiting, 1, -1)
        } else if errno != EINTR {
          return
        }
      }
    }
  }

  private static func makePipe() -> (read: Int32, write: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

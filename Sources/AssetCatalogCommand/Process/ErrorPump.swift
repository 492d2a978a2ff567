import Glibc
import Synchronization

/// Hands on what a command writes to standard error, on a thread of its own, and keeps the end of it.
final class ErrorPump: Sendable {
  /// Bytes of standard error that are kept.
  static let kept = 64 << 10
  /// How long standard error may keep this process from its end.
  private static let patience = Duration.seconds(1)

  private typealias Ends = (read: Int32, write: Int32)

  private let source: Ends
  private let wake: Ends
  /// Has a byte once the thread has done its work.
  private let done: Ends
  private let bytes = Mutex<[UInt8]>([])

  private init(source: Ends, wake: Ends, done: Ends) {
    self.source = source
    self.wake = wake
    self.done = done
    // Only this end: the command's own end must not fail to write when the pipe is full.
    _ = fcntl(source.read, F_SETFL, O_NONBLOCK)
  }

  deinit {
    for descriptor in [source.read, wake.read, wake.write, done.read, done.write] { close(descriptor) }
  }

  /// Begins to read; `nil` where there are no pipes or no thread to be had. A command is better off without a pipe that
  /// nobody reads.
  static func started() -> ErrorPump? {
    let pipes = (0..<3).compactMap { _ in makePipe() }
    guard pipes.count == 3 else {
      for pipe in pipes {
        close(pipe.read)
        close(pipe.write)
      }
      return nil
    }
    let pump = ErrorPump(source: pipes[0], wake: pipes[1], done: pipes[2])
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
  /// What it left running may hold the pipe open, and write to it for ever: nobody waits for that. Nor for one who reads
  /// standard error too slowly, or not at all: what cannot be handed on within ``patience`` is lost to him, but kept here.
  func finish() -> [UInt8] {
    var byte: UInt8 = 0
    _ = write(wake.write, &byte, 1)
    if !Self.waits(for: done.read, until: ContinuousClock.now + Self.patience * 2) {
      // The thread is held in a write, as to a terminal that is full. It is left there.
      takeRest(passingOnUntil: nil)
    }
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
    pthread_detach(thread)
    return true
  }

  private func run() {
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    var isOpen = true
    while isOpen {
      var waiting = [
        pollfd(fd: source.read, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&waiting, 2, -1) < 0 && errno != EINTR { break }
      if waiting[1].revents != 0 {
        takeRest(passingOnUntil: ContinuousClock.now + Self.patience)
        break
      }
      if waiting[0].revents == 0 { continue }
      isOpen = take(&chunk, atMost: chunk.count).map { pass($0[...]) } != nil
    }
    var byte: UInt8 = 0
    _ = write(done.write, &byte, 1)
  }

  /// What lies in the pipe now, and nothing that comes later; handed on as far as that is possible in time.
  private func takeRest(passingOnUntil deadline: ContinuousClock.Instant?) {
    var size: Int32 = 0
    guard ioctl(source.read, UInt(FIONREAD), &size) == 0 else { return }
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    var rest: [UInt8] = []
    while rest.count < size, let new = take(&chunk, atMost: min(Int(size) - rest.count, chunk.count)), !new.isEmpty {
      rest += new
    }
    if let deadline { Self.pass(rest[...], until: deadline) }
  }

  /// - Returns: what there is for now, which is kept; `nil` once there will be nothing.
  private func take(_ chunk: inout [UInt8], atMost limit: Int) -> [UInt8]? {
    var count = read(source.read, &chunk, limit)
    while count < 0 && errno == EINTR { count = read(source.read, &chunk, limit) }
    guard count > 0 else { return count < 0 && errno == EAGAIN ? [] : nil }
    keep(chunk[..<count])
    return Array(chunk[..<count])
  }

  private func keep(_ new: ArraySlice<UInt8>) {
    bytes.withLock { bytes in
      bytes.append(contentsOf: new)
      if bytes.count > 2 * Self.kept { bytes.removeFirst(bytes.count - Self.kept) }
    }
  }

  /// Hands on while the command runs, for as long as it takes, as the command itself would wait; after its end in haste.
  private func pass(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      var waiting = [
        pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&waiting, 2, -1) < 0 && errno != EINTR { return }
      if waiting[1].revents != 0 { return Self.pass(rest, until: ContinuousClock.now + Self.patience) }
      if waiting[0].revents != 0 && !Self.passPiece(&rest) { return }
    }
  }

  private static func pass(_ bytes: ArraySlice<UInt8>, until deadline: ContinuousClock.Instant) {
    var rest = bytes
    while !rest.isEmpty, waits(for: STDERR_FILENO, POLLOUT, until: deadline), passPiece(&rest) {}
  }

  /// Writes no more than a pipe takes at once when it takes anything.
  ///
  /// - Returns: whether more can be written. What cannot is lost, as it would be for the command.
  private static func passPiece(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, min($0.count, Int(PIPE_BUF))) }
    if count > 0 { rest = rest.dropFirst(count) }
    return count > 0 || errno == EINTR || errno == EAGAIN
  }

  private static func waits(for descriptor: Int32, _ event: Int32 = POLLIN, until deadline: ContinuousClock.Instant)
    -> Bool
  {
    while true {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { return false }
      var waiting = pollfd(fd: descriptor, events: Int16(event), revents: 0)
      let count = poll(&waiting, 1, Int32(left / .milliseconds(1)) + 1)
      if count > 0 { return true }
      if count < 0 && errno != EINTR { return false }
    }
  }

  private static func makePipe() -> Ends? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

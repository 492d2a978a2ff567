import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// Forwards what a command writes to standard error, on a thread of its own, and keeps the end of it.
///
/// What the command leaves running may go on writing when this program has ended: a process that is left behind hands
/// that on, for as long as somebody can write.
final class ErrorPump: Sendable {
  /// Bytes of standard error that are kept.
  static let kept = 64 << 10
  /// How long standard error may keep this process from its end.
  private static let patience = Duration.seconds(1)

  private typealias Ends = (reading: Int32, writing: Int32)

  private struct State {
    /// The end of what was read.
    var tail: [UInt8] = []
    /// What was read and nobody took in time.
    var unpassed: [UInt8] = []
    /// Whether the reader of standard error has gone away.
    var isBroken = false
  }

  private let source: ErrorSource
  private let wake: Ends
  /// Has a byte once the thread has done its work.
  private let done: Ends
  private let state = Mutex(State())

  private init(source: ErrorSource, wake: Ends, done: Ends) {
    self.source = source
    self.wake = wake
    self.done = done
  }

  deinit {
    for descriptor in [source.reading, wake.reading, wake.writing, done.reading, done.writing] { close(descriptor) }
  }

  /// Begins to read; `nil` where there are no pipes or no thread to be had. A command is better off without a pipe that
  /// nobody reads.
  static func started() -> ErrorPump? {
    guard let source = ErrorSource.make() else { return nil }
    let pipes = (0..<2).compactMap { _ in PipeEnds.make() }
    guard pipes.count == 2 else {
      for descriptor in pipes.flatMap({ [$0.reading, $0.writing] }) + [source.reading, source.writing] {
        close(descriptor)
      }
      return nil
    }
    let pump = ErrorPump(source: source, wake: pipes[0], done: pipes[1])
    if SystemThread.detach({ pump.run() }) { return pump }
    pump.closeInput()
    return nil
  }

  /// The end that the command writes to.
  var input: Int32 { source.writing }

  /// To be called once the command has its copy of ``input``.
  func closeInput() {
    close(source.writing)
  }

  /// To be called when the terminal has another size.
  func adoptSize() {
    source.adoptSize()
  }

  /// Takes in what the command had written when it ended, and gives the end of all.
  ///
  /// Nobody is waited for: what the command left running may write for ever, and who reads standard error may be slow.
  /// What could not be passed on within ``patience``, and what is still to come, is left to a process of its own.
  func finish() -> [UInt8] {
    var byte: UInt8 = 0
    _ = write(wake.writing, &byte, 1)
    if !Self.waits(for: done.reading, until: ContinuousClock.now + Self.patience * 2) {
      // The thread is held in a write, as to a terminal that is full. It is left there.
      let rest = takeRest()
      state.withLock { $0.unpassed += rest }
    }
    let (tail, unpassed, isBroken) = state.withLock { ($0.tail, $0.unpassed, $0.isBroken) }
    if !isBroken, !unpassed.isEmpty || !source.hasEnded {
      _ = unpassed.withUnsafeBufferPointer {
        catalog_leave_reader(source.reading, STDERR_FILENO, $0.baseAddress, $0.count)
      }
    }
    return Array(tail.suffix(Self.kept))
  }

  private func run() {
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    var isOpen = true
    while isOpen {
      var waiting = [
        pollfd(fd: source.reading, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&waiting, 2, -1) < 0 && errno != EINTR { break }
      if waiting[1].revents != 0 {
        pass(takeRest()[...])
        break
      }
      if waiting[0].revents == 0 { continue }
      isOpen = take(&chunk, atMost: chunk.count).map { pass($0[...]) } != nil
      if state.withLock(\.isBroken) {
        closeReading()
        break
      }
    }
    var byte: UInt8 = 0
    _ = write(done.writing, &byte, 1)
  }

  /// Lets the command learn that nobody reads its errors any more, as it would without this program in between.
  private func closeReading() {
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard nothing >= 0 else { return }
    // The number stays taken until the end, so that nobody else's descriptor is closed with it.
    if dup2(nothing, source.reading) >= 0 { _ = fcntl(source.reading, F_SETFD, FD_CLOEXEC) }
    close(nothing)
  }

  /// What lies there now, and nothing that comes later.
  private func takeRest() -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    var rest: [UInt8] = []
    // A terminal does not say what is under way in it, so that a moment must pass without anything. What it holds is
    // less.
    var size: Int32 = 64 << 10
    if !source.isTerminal, ioctl(source.reading, UInt(FIONREAD), &size) != 0 { return [] }
    while rest.count < size {
      if source.isTerminal, !Self.waits(for: source.reading, until: .now + .milliseconds(20)) { break }
      guard let new = take(&chunk, atMost: min(Int(size) - rest.count, chunk.count)), !new.isEmpty else { break }
      rest += new
    }
    return rest
  }

  /// - Returns: what there is for now, which is kept; `nil` once there will be nothing.
  private func take(_ chunk: inout [UInt8], atMost limit: Int) -> [UInt8]? {
    var count = read(source.reading, &chunk, limit)
    while count < 0 && errno == EINTR { count = read(source.reading, &chunk, limit) }
    guard count > 0 else { return count < 0 && errno == EAGAIN ? [] : nil }
    let new = Array(chunk[..<count])
    state.withLock { state in
      state.tail += new
      if state.tail.count > 2 * Self.kept { state.tail.removeFirst(state.tail.count - Self.kept) }
    }
    return new
  }

  /// Forwards while the command runs, for as long as it takes, as the command itself would wait; after its end in
  /// haste.
  private func pass(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    var deadline: ContinuousClock.Instant?
    // Nothing overtakes what waits.
    while !rest.isEmpty, state.withLock(\.unpassed.isEmpty) {
      if let deadline {
        guard Self.waits(for: STDERR_FILENO, POLLOUT, until: deadline) else { break }
      } else {
        var waiting = [
          pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0),
          pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
        ]
        if poll(&waiting, 2, -1) < 0 && errno != EINTR { return }
        if waiting[1].revents != 0 { deadline = ContinuousClock.now + Self.patience }
        if waiting[0].revents == 0 { continue }
      }
      if !passPiece(&rest) { return }
    }
    state.withLock { $0.unpassed += rest }
  }

  /// Writes no more than a pipe takes at once when it takes anything.
  ///
  /// - Returns: whether more can be written. What cannot is lost, as it would be for the command.
  private func passPiece(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, min($0.count, Int(PIPE_BUF))) }
    if count > 0 { rest = rest.dropFirst(count) }
    if count > 0 || errno == EINTR || errno == EAGAIN { return true }
    if errno == EPIPE { state.withLock { $0.isBroken = true } }
    return false
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
}

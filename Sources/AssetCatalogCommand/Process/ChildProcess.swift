import Glibc
import Synchronization

/// How a command ended.
enum ChildEnd: Equatable, Sendable {
  case exited(Int32)
  case signalled(Int32)
  /// It never began; the number is the system's.
  case notStarted(Int32)

  /// What a shell would report: the status itself, 128 more than the signal, 127 and 126 for what cannot be run.
  var status: Int32 {
    switch self {
    case .exited(let status): status
    case .signalled(let signal): 128 + signal
    case .notStarted(let number): number == ENOENT ? 127 : 126
    }
  }
}

/// Runs a command as if it had been called directly: same standard input and output, same process group, and the signals
/// that are sent to this process handed on. Standard error passes through, and its end is kept.
struct ChildProcess {
  /// Sent to this process, these are meant for the command.
  private static let forwarded = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2]

  private let waited: sigset_t
  private let formerMask: sigset_t

  /// Holds back signals from here on: what is sent before the command runs is not lost.
  init() {
    signal(SIGCHLD, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    for number in Self.forwarded + [SIGCHLD] { sigaddset(&set, number) }
    var former = sigset_t()
    pthread_sigmask(SIG_BLOCK, &set, &former)
    waited = set
    formerMask = former
  }

  /// Runs the command and waits for its end.
  ///
  /// - Parameter environment: variables to set beside those of this process.
  func run(_ command: [String], environment: [(name: String, value: String)]) -> (end: ChildEnd, errors: [UInt8]) {
    if let early = pendingSignal() { return (.signalled(early), []) }
    for (name, value) in environment { setenv(name, value, 1) }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return (.notStarted(errno), []) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let spawned = spawn(command, errors: ends[1])
    close(ends[1])
    guard case .success(let process) = spawned else {
      close(ends[0])
      if case .failure(let error) = spawned { return (.notStarted(error.number), []) }
      return (.notStarted(EIO), [])
    }
    let pump = ErrorPump(source: ends[0])
    let thread = pump.start()
    let end = wait(for: process)
    pump.finish(thread)
    return (end, pump.tail)
  }

  private struct SpawnError: Error { let number: Int32 }

  private func spawn(_ command: [String], errors: Int32) -> Result<pid_t, SpawnError> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var mask = formerMask
    posix_spawnattr_setsigmask(&attributes, &mask)
    // This program ignores a broken pipe; others rely on it.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let number = posix_spawnp(&process, command[0], &actions, &attributes, arguments, environ)
    return number == 0 ? .success(process) : .failure(SpawnError(number: number))
  }

  private func wait(for process: pid_t) -> ChildEnd {
    var set = waited
    while true {
      var information = siginfo_t()
      let number = sigwaitinfo(&set, &information)
      if number == SIGCHLD || number < 0 {
        var status: Int32 = 0
        let found = waitpid(process, &status, WNOHANG)
        if found == process { return ChildEnd(waitStatus: status) }
        if found < 0 && errno == ECHILD { return .exited(ExitStatus.internalError.rawValue) }
      } else if information.si_code <= SI_USER {
        // A process sent it. What comes from the terminal has reached the command already, which is in the same group.
        kill(process, number)
      }
    }
  }

  /// A signal that asked this process to end before there was a command to hand it to.
  private func pendingSignal() -> Int32? {
    var set = waited
    sigdelset(&set, SIGCHLD)
    var now = timespec()
    while true {
      let number = sigtimedwait(&set, nil, &now)
      guard number > 0 else { return nil }
      if number != SIGUSR1 && number != SIGUSR2 { return number }
    }
  }
}

extension ChildEnd {
  /// What the bits of `waitpid` say (wait(2); its macros are invisible to Swift).
  init(waitStatus status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
  }
}

/// Hands on what a command writes to standard error, and keeps the end of it.
private final class ErrorPump: Sendable {
  /// Bytes of standard error that are kept.
  private static let kept = 64 << 10

  private let source: Int32
  private let wake: (read: Int32, write: Int32)
  private let bytes = Mutex<[UInt8]>([])

  init(source: Int32) {
    self.source = source
    // Only this end: the command's own end must not fail to write when the pipe is full.
    _ = fcntl(source, F_SETFL, O_NONBLOCK)
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 { for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) } }
    wake = (ends[0], ends[1])
  }

  deinit {
    for descriptor in [source, wake.read, wake.write] where descriptor >= 0 { close(descriptor) }
  }

  var tail: [UInt8] { bytes.withLock { Array($0.suffix(Self.kept)) } }

  func start() -> pthread_t? {
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self)
    let number = pthread_create(
      &thread, nil,
      { pump in
        if let pump { Unmanaged<ErrorPump>.fromOpaque(pump).takeRetainedValue().run() }
        return nil
      }, this.toOpaque())
    if number == 0 { return thread }
    this.release()
    return nil
  }

  /// Takes in what the command had written when it ended. Its own children may hold the pipe open: nobody waits for them.
  func finish(_ thread: pthread_t?) {
    var byte: UInt8 = 0
    _ = write(wake.write, &byte, 1)
    if let thread { pthread_join(thread, nil) } else { _ = drain() }
  }

  private func run() {
    while true {
      var waiting = [
        pollfd(fd: source, events: Int16(POLLIN), revents: 0), pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&waiting, 2, -1) < 0 && errno != EINTR { return }
      let isOver = waiting[1].revents != 0
      if drain() || isOver { return }
    }
  }

  /// - Returns: whether the pipe is at its end.
  private func drain() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = read(source, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return count == 0 || errno != EAGAIN }
      keep(chunk[..<count])
      Self.pass(chunk[..<count])
    }
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
}

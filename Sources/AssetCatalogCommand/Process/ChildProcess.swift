import Glibc
import LinuxSystem

/// Runs a command as if it had been called directly: same standard input and output, same process group, and the
/// signals that are sent to this process are forwarded to it. The end of what it writes to standard error is kept.
///
/// The terminal sends its signals to the whole process group, so the command has them already; forwarded are those that
/// a process sent. Whoever sends to a group reaches the command twice: the receiver of a signal cannot tell.
struct ChildProcess {
  /// Sent to this process, these are meant for the command.
  private static let relayed = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH]

  private let waited: sigset_t
  private let formerMask: sigset_t

  /// Holds back signals from here on: what is sent before the command runs is not lost. Those that the caller ignores,
  /// as `nohup` does, are ignored by the command too, and stay so.
  init() {
    signal(SIGCHLD, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    for number in Self.relayed + [SIGCHLD] where !Self.isIgnored(number) { sigaddset(&set, number) }
    var former = sigset_t()
    pthread_sigmask(SIG_BLOCK, &set, &former)
    waited = set
    formerMask = former
  }

  /// What came of a command.
  struct Outcome {
    let end: ChildEnd
    /// Who asked for the end, if anybody did.
    let request: EndRequest?
    /// The end of what it wrote to standard error.
    let errors: [UInt8]
  }

  /// How long a command may take.
  struct TimeLimit {
    /// After this it is asked to end.
    let timeout: Duration
    /// How long after it was asked it is killed; `nil` for never.
    let killAfter: Duration?
  }

  /// Whether a signal that came already asks for the end, once signals are held back.
  static var isAskedToEnd: Bool {
    var pending = sigset_t()
    sigpending(&pending)
    return ChildEnd.requests.contains { sigismember(&pending, $0) == 1 }
  }

  /// Runs the command and waits for its end.
  ///
  /// - Parameters:
  ///   - command: the words, the first of which is looked for in `PATH`.
  ///   - environment: variables to set beside those of this process.
  ///   - limit: how long it may take.
  func run(
    _ command: [[UInt8]], environment: [(name: String, value: String)], limit: TimeLimit? = nil
  ) -> Outcome {
    if let early = takeRequest(within: .zero) {
      return Outcome(end: .signalled(early), request: .signal(early), errors: [])
    }
    for (name, value) in environment { setenv(name, value, 1) }
    let capture = ErrorCapture.begun()
    let (process, number) = spawn(command, errors: capture.input)
    capture.closeInput()
    guard number == 0 else { return Outcome(end: .notStarted(number), request: nil, errors: capture.finish()) }
    let (end, request) = wait(for: process, limit, capture)
    return Outcome(end: end, request: request, errors: capture.finish())
  }

  /// - Returns: the process, or the number of the system's error.
  private func spawn(_ command: [[UInt8]], errors: Int32?) -> (process: pid_t, number: Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let errors { posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var mask = formerMask
    posix_spawnattr_setsigmask(&attributes, &mask)
    // This program ignores a broken pipe, for one; others rely on it.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in StandardStreams.signalsToRestore { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    var number = Self.withArguments(command) { posix_spawnp(&process, $0, &actions, &attributes, $1, environ) }
    if number == ENOEXEC, let script = ExecutableSearch.path(of: command[0]) {
      // A script that does not say what runs it is one for the shell, as execvp(3) has it.
      let words = [Array("/bin/sh".utf8), script] + command.dropFirst()
      number = Self.withArguments(words) { posix_spawn(&process, $0, &actions, &attributes, $1, environ) }
    }
    return (process, number)
  }

  private static func withArguments<Result>(
    _ words: [[UInt8]], _ body: (_ path: [CChar], _ arguments: [UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let texts = words.map { word in (word + [0]).map { CChar(bitPattern: $0) } }
    let arguments = texts.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    return body(texts[0], arguments + [nil])
  }

  private func wait(
    for process: pid_t, _ limit: TimeLimit?, _ capture: ErrorCapture
  ) -> (end: ChildEnd, request: EndRequest?) {
    var relay = SignalRelay(process: process)
    var request: EndRequest?
    var deadline = limit.map { ContinuousClock.now + $0.timeout }
    var isTimedOut = false
    while true {
      var information = siginfo_t()
      let number = nextSignal(&information, until: deadline)
      // What the command did before the signal came decides what the signal means.
      if let end = relay.observe() { return (end, request) }
      if let number {
        if ChildEnd.requests.contains(number), relay.isFromOutside(information) { request = request ?? .signal(number) }
        if number == SIGWINCH { capture.adoptSize() }
        if number != SIGCHLD { relay.relay(number, information) }
      } else if let limit, let due = deadline, due <= .now {
        if isTimedOut {
          kill(process, SIGKILL)
          if case .signal? = request {} else { request = .timeout(isKilled: true) }
          deadline = nil
        } else {
          isTimedOut = true
          kill(process, SIGTERM)
          // One that is stopped could not end.
          kill(process, SIGCONT)
          request = request ?? .timeout(isKilled: false)
          deadline = limit.killAfter.map { ContinuousClock.now + $0 }
        }
      }
      relay.stopWithCommand()
    }
  }

  /// The next signal that came; `nil` when the time is up, or for no reason.
  private func nextSignal(_ information: inout siginfo_t, until deadline: ContinuousClock.Instant?) -> Int32? {
    var set = waited
    var number: Int32
    if let deadline {
      // A day at most: nobody waits for longer without looking again.
      let left = min(max(ContinuousClock.now.duration(to: deadline), .zero), .seconds(86_400)).components
      var time = timespec(tv_sec: Int(left.seconds), tv_nsec: Int(left.attoseconds / 1_000_000_000))
      number = sigtimedwait(&set, &information, &time)
    } else {
      number = sigwaitinfo(&set, &information)
    }
    return number > 0 ? number : nil
  }

  /// A signal that asks this process to end while there is no command to hand it to; taken, so that it asks only once.
  func takeRequest(within time: Duration) -> Int32? {
    var set = sigset_t()
    sigemptyset(&set)
    // What does not ask to end waits for the command.
    for number in ChildEnd.requests where isWaitedFor(number) { sigaddset(&set, number) }
    let (seconds, attoseconds) = time.components
    var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    let number = sigtimedwait(&set, nil, &left)
    return number > 0 ? number : nil
  }

  private func isWaitedFor(_ number: Int32) -> Bool {
    var set = waited
    return sigismember(&set, number) == 1
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    // SIG_IGN is no function, but the number 1.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}

/// Finds a command as `execvp` does.
private enum ExecutableSearch {
  static func path(of name: [UInt8]) -> [UInt8]? {
    if name.contains(UInt8(ascii: "/")) { return name }
    let path = getenv("PATH").map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    for folder in (path ?? Array("/bin:/usr/bin".utf8)).split(
      separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    {
      let candidate = (folder.isEmpty ? Array(".".utf8) : Array(folder)) + [UInt8(ascii: "/")] + name
      let text = (candidate + [0]).map { CChar(bitPattern: $0) }
      let kind = (try? FileStatus.of(text, followingLinks: true))?.kind
      if kind == .file, access(text, X_OK) == 0 { return candidate }
    }
    return nil
  }
}

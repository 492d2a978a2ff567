import Glibc

/// Runs a command as if it had been called directly: same standard input and output, same process group, and the signals
/// that are sent to this process handed on. Standard error passes through, and its end is kept.
///
/// The terminal sends its signals to the whole process group, so the command has them already; handed on are those that a
/// process sent. Whoever sends to a group reaches the command twice: the receiver of a signal cannot tell.
struct ChildProcess {
  /// Sent to this process, these are meant for the command.
  private static let relayed = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT]

  private let waited: sigset_t
  private let formerMask: sigset_t

  /// Holds back signals from here on: what is sent before the command runs is not lost. Those that the caller ignores, as
  /// `nohup` does, are ignored by the command too, and stay so.
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

  /// Runs the command and waits for its end.
  ///
  /// - Parameters:
  ///   - command: the words, the first of which is looked for in `PATH`.
  ///   - environment: variables to set beside those of this process.
  func run(_ command: [[UInt8]], environment: [(name: String, value: String)]) -> (end: ChildEnd, errors: [UInt8]) {
    if let early = pendingSignal() { return (.signalled(early), []) }
    for (name, value) in environment { setenv(name, value, 1) }
    let pump = ErrorPump.started()
    let (process, number) = spawn(command, errors: pump?.input)
    pump?.closeInput()
    let end = number == 0 ? wait(for: process) : .notStarted(number)
    return (end, pump?.finish() ?? [])
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
    // This program ignores a broken pipe; others rely on it.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    if !StandardStreams.brokenPipeWasIgnored { sigaddset(&defaults, SIGPIPE) }
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

  private func wait(for process: pid_t) -> ChildEnd {
    var set = waited
    var relay = SignalRelay(process: process)
    while true {
      var information = siginfo_t()
      let number = sigwaitinfo(&set, &information)
      if number == SIGCHLD || number < 0 {
        var status: Int32 = 0
        let found = waitpid(process, &status, WNOHANG)
        if found == process { return ChildEnd(waitStatus: status) }
        if found < 0 && errno == ECHILD { return .exited(ExitStatus.internalError.rawValue) }
      } else {
        relay.relay(number, information)
      }
    }
  }

  /// A signal that asked this process to end before there was a command to hand it to.
  private func pendingSignal() -> Int32? {
    var set = waited
    // A stop and a continuation wait for the command.
    for number in [SIGCHLD, SIGTSTP, SIGCONT] { sigdelset(&set, number) }
    var now = timespec()
    while true {
      let number = sigtimedwait(&set, nil, &now)
      guard number > 0 else { return nil }
      if number != SIGUSR1 && number != SIGUSR2 { return number }
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    // SIG_IGN is no function, but the number 1.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}

/// Decides which signals go to the command, and stops and continues with it.
private struct SignalRelay {
  let process: pid_t
  /// Whether a stop was handed on that no continuation has followed.
  private var owesContinuation = false

  init(process: pid_t) {
    self.process = process
  }

  mutating func relay(_ number: Int32, _ information: siginfo_t) {
    // The command itself sends to its group, in which this process is: `kill 0` of a shell. It must not get that back.
    let isSent = information.si_code <= SI_USER && information._sifields._kill.si_pid != process
    switch number {
    case SIGTSTP:
      if isSent {
        kill(process, SIGTSTP)
        owesContinuation = true
      }
      stop()
    case SIGCONT:
      // A shell continues the whole group.
      if owesContinuation || isStopped { kill(process, SIGCONT) }
      owesContinuation = false
    case SIGHUP where information.si_code > SI_USER && getsid(0) == getpid():
      // When a terminal goes away, only the leader of the session is told.
      kill(process, SIGHUP)
    default:
      if isSent { kill(process, number) }
    }
  }

  /// Stops this process until it is continued; does nothing where nobody could continue it, as the system has it.
  private func stop() {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTSTP)
    raise(SIGTSTP)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  private var isStopped: Bool {
    var information = siginfo_t()
    let number = waitid(P_PID, id_t(process), &information, WSTOPPED | WNOHANG | WNOWAIT)
    return number == 0 && information._sifields._sigchld.si_pid == process
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
      var status = stat()
      let text = (candidate + [0]).map { CChar(bitPattern: $0) }
      if stat(text, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(text, X_OK) == 0 { return candidate }
    }
    return nil
  }
}

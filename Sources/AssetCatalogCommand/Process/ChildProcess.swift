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

  /// What came of a command.
  struct Outcome {
    let end: ChildEnd
    /// Whether a signal asked for the end.
    let isAsked: Bool
    /// The end of what it wrote to standard error.
    let errors: [UInt8]
  }

  /// Whether a signal that came already asks for the end.
  var isAskedToEnd: Bool {
    var pending = sigset_t()
    sigpending(&pending)
    return ChildEnd.requests.contains { sigismember(&pending, $0) == 1 }
  }

  /// Runs the command and waits for its end.
  ///
  /// - Parameters:
  ///   - command: the words, the first of which is looked for in `PATH`.
  ///   - environment: variables to set beside those of this process.
  func run(_ command: [[UInt8]], environment: [(name: String, value: String)]) -> Outcome {
    if let early = pendingSignal() { return Outcome(end: .signalled(early), isAsked: true, errors: []) }
    for (name, value) in environment { setenv(name, value, 1) }
    let pump = ErrorPump.started()
    let (process, number) = spawn(command, errors: pump?.input)
    pump?.closeInput()
    let (end, isAsked) = number == 0 ? wait(for: process) : (.notStarted(number), false)
    return Outcome(end: end, isAsked: isAsked, errors: pump?.finish() ?? [])
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

  private func wait(for process: pid_t) -> (end: ChildEnd, isAsked: Bool) {
    var set = waited
    var relay = SignalRelay(process: process)
    var isAsked = false
    while true {
      var information = siginfo_t()
      let number = sigwaitinfo(&set, &information)
      // What the command did before the signal came decides what the signal means.
      if let end = relay.observe() { return (end, isAsked) }
      if ChildEnd.requests.contains(number) { isAsked = true }
      if number > 0 && number != SIGCHLD { relay.relay(number, information) }
      relay.stopWithCommand()
    }
  }

  /// A signal that asked this process to end before there was a command to hand it to.
  private func pendingSignal() -> Int32? {
    var set = waited
    // What does not ask to end waits for the command.
    for number in [SIGCHLD, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2] { sigdelset(&set, number) }
    var now = timespec()
    let number = sigtimedwait(&set, nil, &now)
    return number > 0 ? number : nil
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
      var status = stat()
      let text = (candidate + [0]).map { CChar(bitPattern: $0) }
      if stat(text, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(text, X_OK) == 0 { return candidate }
    }
    return nil
  }
}

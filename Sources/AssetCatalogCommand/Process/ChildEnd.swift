import Glibc

/// How a command ended.
enum ChildEnd: Equatable, Sendable {
  case exited(Int32)
  case signalled(Int32)
  /// It never began; the number is the system's.
  case notStarted(Int32)

  /// Signals by which a process is asked to end, and after which its caller may do otherwise than after an exit status:
  /// a loop of a shell, for one, ends when its command died of SIGINT, and goes on when it ended with 130.
  static let requests = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]

  /// What a shell would report: the status itself, 128 more than the signal, 127 and 126 for what cannot be run.
  var status: Int32 {
    switch self {
    case .exited(let status): status
    case .signalled(let signal): 128 + signal
    case .notStarted(let number): number == ENOENT ? 127 : 126
    }
  }

  /// Ends this process as the command ended: by the same signal if somebody asked the command to end, else with its
  /// status.
  func passOn() -> Never {
    if case .signalled(let number) = self, Self.requests.contains(number) {
      // What is to be seen in a core file is in that of the command.
      var none = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
      signal(number, SIG_DFL)
      var set = sigset_t()
      sigemptyset(&set)
      sigaddset(&set, number)
      raise(number)
      pthread_sigmask(SIG_UNBLOCK, &set, nil)
      // The first process of a container lives on.
    }
    exit(status)
  }
}

extension ChildEnd {
  /// What the bits of `waitpid` say (wait(2); its macros are invisible to Swift).
  init(waitStatus status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
  }
}

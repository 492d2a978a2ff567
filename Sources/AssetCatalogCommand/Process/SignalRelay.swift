import Glibc

/// Decides which signals go to the command, and stops and continues with it.
///
/// Whether a stop takes effect is for the command to say, which may ignore it, put it off, or stop of its own accord.
/// So this process stops when the system reports that the command did: then its shell has the terminal back.
struct SignalRelay {
  private let process: pid_t
  /// Whether the command was stopped when it was last looked at.
  private var isStopped = false
  /// Whether it has stopped since, and this process has not.
  private var owesStop = false
  /// Whether a stop was asked for that no continuation has followed.
  private var isStopAsked = false
  /// Whether a stop was forwarded of which the command may not have taken notice yet.
  private var owesContinuation = false

  init(process: pid_t) {
    self.process = process
  }

  /// Looks how the command is.
  ///
  /// - Returns: its end, if it has ended.
  mutating func observe() -> ChildEnd? {
    while true {
      var status: Int32 = 0
      let found = waitpid(process, &status, WNOHANG | WUNTRACED | WCONTINUED)
      if found < 0 && errno == EINTR { continue }
      if found < 0 { return .exited(ExitStatus.internalError.rawValue) }
      guard found == process else { return nil }
      // The macros of wait(2) are invisible to Swift.
      if status == 0xFFFF {
        (isStopped, owesStop) = (false, false)
      } else if status & 0xFF == 0x7F {
        (isStopped, owesContinuation) = (true, false)
        // Somebody who stops only the command with SIGSTOP may well continue only the command.
        let isJobControl = [SIGTSTP, SIGTTIN, SIGTTOU].contains(status >> 8 & 0xFF)
        owesStop = isJobControl || isStopAsked
      } else {
        return ChildEnd(waitStatus: status)
      }
    }
  }

  /// Whether somebody other than the command sent a signal: `kill 0` of a shell reaches the whole group.
  func isFromOutside(_ information: siginfo_t) -> Bool {
    information.si_code > SI_USER || information._sifields._kill.si_pid != process
  }

  mutating func relay(_ number: Int32, _ information: siginfo_t) {
    // The command itself sends to its group, in which this process is: `kill 0` of a shell. It must not get that back.
    let isSent = information.si_code <= SI_USER && information._sifields._kill.si_pid != process
    switch number {
    case SIGTSTP:
      isStopAsked = true
      if isStopped {
        owesStop = true
      } else if isSent {
        kill(process, SIGTSTP)
        owesContinuation = true
      }
    case SIGCONT:
      // A shell continues the whole group.
      if owesContinuation || isStopped { kill(process, SIGCONT) }
      (owesContinuation, owesStop, isStopAsked) = (false, false, false)
    case SIGHUP where information.si_code > SI_USER && getsid(0) == getpid():
      // When a terminal goes away, only the leader of the session is told.
      kill(process, SIGHUP)
    default:
      if isSent { kill(process, number) }
    }
  }

  /// Stops this process, if the command has stopped, until it is continued; does nothing where nobody could continue
  /// it, as the system has it.
  mutating func stopWithCommand() {
    guard owesStop else { return }
    owesStop = false
    // A stop discards a continuation that has come already.
    var pending = sigset_t()
    sigpending(&pending)
    if sigismember(&pending, SIGCONT) == 1 { return }
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTSTP)
    raise(SIGTSTP)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }
}

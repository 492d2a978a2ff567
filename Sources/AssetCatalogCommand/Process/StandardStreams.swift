import Glibc
import Synchronization

/// What the program does with the three descriptors that it is given.
enum StandardStreams {
  /// Makes the descriptors safe to use. To be called before any file is opened.
  ///
  /// A descriptor that was closed is given to `/dev/null`, opened the wrong way round so that its use still fails:
  /// otherwise the next file to be opened, perhaps a database, would take its number, and what is printed would go into
  /// that file. A broken pipe and a file that grows beyond the limit become errors of `write`, so that neither a reader
  /// of standard error that goes away nor a small limit ends a rebuild, or a record between its two files.
  static func prepare() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
    LostMemory.expect()
    for number in [SIGPIPE, SIGXFSZ] {
      // SIG_IGN is no function, but the number 1.
      if unsafeBitCast(signal(number, SIG_IGN), to: Int.self) == 1 { continue }
      formerlyDefault.bitwiseOr(1 << UInt64(number), ordering: .relaxed)
    }
  }

  /// Signals that this program ignores and a command that it runs must not. The caller may have had some ignored
  /// himself, as systemd has a broken pipe; the command should then ignore those, too.
  static var signalsToRestore: [Int32] {
    let set = formerlyDefault.load(ordering: .relaxed)
    return [SIGPIPE, SIGXFSZ].filter { set >> UInt64($0) & 1 == 1 }
  }

  private static let formerlyDefault = Atomic<UInt64>(0)

  /// From here on, nobody who does not read standard error keeps the program from its work for more than a second a
  /// line.
  static func limitPatience() {
    patience.store(1_000, ordering: .relaxed)
  }

  private static let patience = Atomic<Int32>(-1)

  /// Ends the program as a broken pipe ends any other: quietly.
  static func endAfterBrokenPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    exit(ExitStatus.inputOutput.rawValue)
  }

  /// Writes one line to standard error; what cannot be written there is lost.
  static func complain(_ line: String) {
    var waiting = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    if poll(&waiting, 1, patience.load(ordering: .relaxed)) == 0 { return }
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// The columns of the terminal behind a descriptor; `nil` where there is none.
  static func terminalWidth(of descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return Environment.process["COLUMNS"].flatMap { Int($0) } ?? 80
  }
}

/// The environment variables, as far as they are asked for.
struct Environment: Sendable {
  /// Those of this process.
  static let process = Environment { name in getenv(name).map { String(cString: $0) } }

  private let lookUp: @Sendable (String) -> String?

  init(_ lookUp: @escaping @Sendable (String) -> String?) {
    self.lookUp = lookUp
  }

  /// The value of a variable; `nil` also for an empty one.
  subscript(name: String) -> String? {
    lookUp(name).flatMap { $0.isEmpty ? nil : $0 }
  }

  func isSetAndEmpty(_ name: String) -> Bool { lookUp(name)?.isEmpty == true }
}

import Glibc

/// Where the command's standard error goes instead of that of this program: a pipe, or where that is a terminal, a
/// terminal.
struct ErrorSource {
  /// The end from which it is read; never waited for.
  let reading: Int32
  /// The end that the command gets.
  let writing: Int32
  let isTerminal: Bool

  /// `nil` where there is none to be had.
  static func make() -> ErrorSource? {
    let source = isatty(STDERR_FILENO) == 1 ? makeTerminal() ?? makePipe() : makePipe()
    // Only this end: the command's own end must not fail to write when the pipe is full.
    if let source { _ = fcntl(source.reading, F_SETFL, O_NONBLOCK) }
    return source
  }

  private static func makePipe() -> ErrorSource? {
    guard let (reading, writing) = PipeEnds.make() else { return nil }
    return ErrorSource(reading: reading, writing: writing, isTerminal: false)
  }

  /// A terminal that passes the bytes on as they are: what is done to them, the real one does.
  private static func makeTerminal() -> ErrorSource? {
    let reading = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard reading >= 0 else { return nil }
    var (number, locked): (UInt32, Int32) = (0, 0)
    // TIOCGPTN and TIOCSPTLCK (asm-generic/ioctls.h), which glibc's Swift module does not show.
    guard ioctl(reading, 0x8004_5430, &number) == 0, ioctl(reading, 0x4004_5431, &locked) == 0 else {
      close(reading)
      return nil
    }
    let writing = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var settings = termios()
    guard writing >= 0, tcgetattr(writing, &settings) == 0 else {
      if writing >= 0 { close(writing) }
      close(reading)
      return nil
    }
    cfmakeraw(&settings)
    tcsetattr(writing, TCSANOW, &settings)
    let source = ErrorSource(reading: reading, writing: writing, isTerminal: true)
    source.adoptSize()
    return source
  }

  /// Makes the terminal as large as the real one; nothing where it is a pipe.
  func adoptSize() {
    guard isTerminal else { return }
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 { _ = ioctl(reading, UInt(TIOCSWINSZ), &size) }
  }

  /// Whether nothing lies in it, and nobody is left who could write to it.
  var hasEnded: Bool {
    var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, 0) > 0 && waiting.revents & Int16(POLLIN) == 0
  }
}

/// The two ends of a pipe that no command inherits.
enum PipeEnds {
  static func make() -> (reading: Int32, writing: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

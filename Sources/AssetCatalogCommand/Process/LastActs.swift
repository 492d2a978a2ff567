import Glibc
import LinuxSystem
import Synchronization

/// What is still done when a signal ends the program: the progress line goes away, and so does a file that is not
/// whole.
///
/// The program then ends as it would have without: whoever waits for it sees the signal.
enum LastActs {
  private static let showsLine = Atomic<Bool>(false)

  /// From here on, Ctrl-C takes away the line that standard error shows.
  static func eraseLine() {
    showsLine.store(true, ordering: .relaxed)
    install(SIGINT)
  }

  /// From here on, a file that has not taken its place is removed.
  static func removeUnfinishedFile() {
    // Makes it now: a signal handler must not be the first to touch it.
    _ = showsLine.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { install(number) }
  }

  private static func install(_ number: Int32) {
    let former = signal(number) { number in
      // Only what is safe inside a signal handler.
      ReplacedFile.removeUnfinished()
      if LastActs.showsLine.load(ordering: .relaxed) {
        var erase: (UInt8, UInt8, UInt8, UInt8) = (0x0D, 0x1B, 0x5B, 0x4B)
        _ = write(STDERR_FILENO, &erase, 4)
      }
      signal(number, SIG_DFL)
      raise(number)
    }
    // A caller that ignores the signal, such as nohup's kin, goes on ignoring it.
    if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
  }
}

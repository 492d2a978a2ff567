import Glibc
import LinuxSystem

/// Memory that is a file, which somebody cuts while it is in use.
///
/// SQLite shares the state of the log between processes in a mapped file (`-shm`), and there is no other way for them
/// to read and write at once. Nothing else is mapped. Whoever may write that file can cut it, and the next access is
/// then a signal that nobody can go on after: the program ends with one sentence instead of a trace. Files of the tree
/// are whole whenever that is, and the index is sound: SQLite makes the memory again.
enum LostMemory {
  private static let sentence: StaticString =
    "asset-catalog: A file beside the index was cut by another program while it was in use: try again.\n"

  static func expect() {
    signal(SIGBUS) { _ in
      // Only what is safe inside a signal handler.
      ReplacedFile.removeUnfinished()
      _ = write(STDERR_FILENO, LostMemory.sentence.utf8Start, LostMemory.sentence.utf8CodeUnitCount)
      _exit(ExitStatus.inputOutput.rawValue)
    }
    // Makes them now: a signal handler must not be the first to touch them.
    _ = sentence.utf8CodeUnitCount
    _ = ExitStatus.inputOutput.rawValue
    ReplacedFile.removeUnfinished()
  }
}

import Glibc
import LinuxSystem

/// How the end of a command's standard error becomes known.
enum ErrorCapture {
  /// The command writes to a pipe or a terminal of ours, and a thread hands that on.
  case pumped(ErrorPump)
  /// Standard output and standard error are one file: two ways to it would mix up the lines, so the command has the
  /// file itself, and its end is read there.
  case read(ErrorFile)
  /// There is no pipe to be had: the command has standard error as it is.
  case none

  static func begun() -> ErrorCapture {
    if let file = ErrorFile() { return .read(file) }
    return ErrorPump.started().map { .pumped($0) } ?? .none
  }

  /// What the command gets for its standard error; `nil` for that of this program.
  var input: Int32? {
    if case .pumped(let pump) = self { pump.input } else { nil }
  }

  /// To be called once the command has its copy of ``input``.
  func closeInput() {
    if case .pumped(let pump) = self { pump.closeInput() }
  }

  /// To be called when the terminal has another size.
  func adoptSize() {
    if case .pumped(let pump) = self { pump.adoptSize() }
  }

  /// The end of what the command wrote.
  func finish() -> [UInt8] {
    switch self {
    case .pumped(let pump): pump.finish()
    case .read(let file): file.tail(keeping: ErrorPump.kept)
    case .none: []
    }
  }
}

import Glibc
import LinuxSystem

/// A file that the user named and that an answer replaces: whole or not at all, whenever the process ends.
struct OutputFile: ~Copyable {
  private let file: ReplacedFile
  private let path: String
  private let what: String

  /// Makes the new file beside it, so that a place where nothing can be written is told of before any work begins.
  ///
  /// - Throws: 73 where the file cannot be written, and for a link, folder or device, which is not ours to replace.
  init(_ path: String, named what: String) throws(CommandFailure) {
    LastActs.removeUnfinishedFile()
    do throws(ReplacedFile.Fault) {
      file = try ReplacedFile(path)
    } catch {
      throw Self.failure(path, what, error)
    }
    (self.path, self.what) = (path, what)
  }

  /// Where to write.
  var descriptor: Int32 { file.descriptor }

  /// Gives the new file the name, once everything is written.
  consuming func publish() throws(CommandFailure) {
    let (path, what) = (self.path, self.what)
    do throws(ReplacedFile.Fault) {
      try file.publish()
    } catch {
      throw Self.failure(path, what, error)
    }
  }

  /// What to say of an error of `write`.
  func failure(_ error: OutputError) -> CommandFailure {
    Self.failure(path, what, .system(error.errno))
  }

  private static func failure(_ path: String, _ what: String, _ fault: ReplacedFile.Fault) -> CommandFailure {
    let reason =
      switch fault {
      case .notAFile: "it is a link, a folder or a device; name a file"
      case .system(let number): "\(SystemError(number).text); \(wayOut(of: number))"
      }
    return CommandFailure(.cannotWrite, "the \(what) \(quoted(path)) cannot be written: \(reason)")
  }

  /// What to do where a file cannot be written.
  private static func wayOut(of number: Int32) -> String {
    switch number {
    case ENOENT: "make its folder, or name another file"
    case ENOTDIR: "name a file in a folder"
    case EACCES, EPERM, EROFS: "name a file that you may write"
    case ENOSPC, EDQUOT: "make room, or name a file elsewhere"
    case EFBIG: "raise the limit on the size of files"
    case EMFILE, ENFILE: "raise the limit on open files"
    case ENAMETOOLONG: "choose a shorter name"
    default: "check its disk, or name another file"
    }
  }

  /// Replaces a file by bytes that are all there already.
  static func replace(_ path: String, with bytes: [UInt8], named what: String) throws(CommandFailure) {
    let file = try OutputFile(path, named: what)
    do throws(ReplacedFile.Fault) {
      try file.file.write(bytes)
    } catch {
      throw failure(path, what, error)
    }
    try file.publish()
  }
}

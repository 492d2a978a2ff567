internal import Glibc

/// The folder that relative paths start from.
package enum CurrentFolder {
  /// Why it cannot be told.
  package enum Fault: Error, Equatable {
    /// It was removed, or cannot be reached from the root of the file system.
    case gone
    /// Its path is not UTF-8, so that a text would name another one.
    case notUTF8
    /// The system says no more than this number.
    case unknown(Int32)

    /// The end of a sentence that begins with the path that was to be found.
    package var reason: String {
      switch self {
      case .gone: "the current folder is gone: change to another, or give a path from /"
      case .notUTF8: "the path of the current folder is not UTF-8: change to another, or give a path from /"
      case .unknown(let number):
        "the current folder cannot be told (\(SystemError(number).text)): give a path from /"
      }
    }
  }

  /// Its absolute path.
  package static func path() throws(Fault) -> String {
    guard let bytes = getcwd(nil, 0) else {
      throw errno == ENOENT ? .gone : .unknown(errno)
    }
    defer { free(bytes) }
    guard let path = String(validatingCString: bytes) else { throw .notUTF8 }
    // The kernel writes "(unreachable)" before a path outside the root of the process.
    guard path.hasPrefix("/") else { throw .gone }
    return path
  }
}

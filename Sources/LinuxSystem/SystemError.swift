internal import Glibc

/// The system's error number, as a typed error.
package struct SystemError: Error, Hashable, Sendable {
  package let number: Int32

  package init(_ number: Int32) {
    self.number = number
  }

  /// That of the call that has just failed.
  package static var latest: SystemError { SystemError(errno) }

  /// The system's words for the number, such as "no space left on device".
  package var text: String {
    String(cString: strerror(number)).lowercased()
  }

  /// Whether the path leads to nothing, as opposed to what cannot be reached.
  package var isAbsence: Bool { number == ENOENT || number == ENOTDIR }

  /// Whether a symbolic link is in the way, or another file system.
  package var isLink: Bool { number == ELOOP || number == EXDEV }
}

import Glibc

/// Who asked a command to end.
enum EndRequest: Equatable, Sendable {
  /// Whoever sent this signal, or typed it.
  case signal(Int32)
  /// The limit that the caller set; it may have been killed in the end.
  case timeout(isKilled: Bool)
}

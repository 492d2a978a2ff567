/// Who asks. No description of it, however it is asked for, holds the secret.
struct Credentials: Hashable, Sendable {
  var accessKey: String
  var secret: String
  /// Of a session; `nil` for keys that last.
  var token: String?
  /// When they end, in seconds since 1970-01-01T00:00:00Z; `nil` for never, as far as is known.
  var end: Int64?
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "credentials" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// What went wrong in a run.
public struct RunError: Hashable, Sendable {
  /// The kind of error, such as `ValueError`.
  public var type: String?
  /// What the error said.
  public var message: String
  /// The stack, or whatever else the writer gave as details.
  public var traceback: String?

  /// An error from its parts.
  public init(type: String? = nil, message: String, traceback: String? = nil) {
    self.type = type
    self.message = message
    self.traceback = traceback
  }
}

/// Why a question could not be answered or a file not be written.
///
/// The message is one sentence that names the file and the way out.
public struct CatalogError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  public enum Code: Sendable {
    /// There is no tree at the root, or it is not the one that the index knows.
    case noSuchRoot
    /// The caller asked for something that makes no sense: a name with a slash, a negative age.
    case invalidArgument
    /// A file, a time or an SQL text of the caller is not well formed.
    case badData
    /// Another process is at it, and waiting was not wanted or took too long.
    case busy
    /// The index or the tree cannot be written.
    case cannotWrite
    /// Reading or writing failed.
    case inputOutput
    /// The query took longer than it may.
    case timedOut
    /// The index was made by a newer program.
    case newerIndex
    /// A defect of the catalog itself.
    case `internal`
  }

  public let code: Code
  public let message: String
  public var description: String { message }

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

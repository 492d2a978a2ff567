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
    /// A run of the asset is under way, and none was to begin then.
    case running
    /// There is no such run to record the end or a sign of life of, or it has ended.
    case noSuchRun
    /// The index or the tree cannot be written.
    case cannotWrite
    /// Reading or writing failed, or there is no index and none may be made.
    case inputOutput
    /// The query took longer than it may.
    case timedOut
    /// The index is damaged. It is a cache: ``Catalog/rebuild(wait:)`` brings it back from the tree.
    case damagedIndex
    /// The index was made by a newer program.
    case newerIndex
    /// A defect of the catalog itself.
    case `internal`
  }

  /// A way out that is worth offering, for those who word it for people.
  public enum Remedy: Sendable {
    /// The question can be answered at once from the index as it is: ask with ``Catalog/Reconciling/never``.
    case answerAsItIs
    /// Times ahead of the clock can be recorded: with ``Catalog/Options/allowsFutureTimes``.
    case allowTimesAhead
  }

  /// The kind of failure.
  public let code: Code
  /// One sentence that names the file and the way out.
  public let message: String
  /// The message.
  public var description: String { message }

  /// A way out beside that of the message; `nil` where there is none.
  public let remedy: Remedy?

  /// An error from its parts.
  public init(_ code: Code, _ message: String, remedy: Remedy? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }
}

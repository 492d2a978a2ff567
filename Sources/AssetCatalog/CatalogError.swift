public import ManifestModel

/// Why a question could not be answered or a file not be written.
///
/// The message is one sentence that names the file and the way out.
public struct CatalogError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// There is no tree at the root, or it is not the one that the index knows.
    public static let noSuchRoot = Code(kind: .noSuchRoot)
    /// The caller asked for something that makes no sense: a name with a slash, a negative age.
    public static let invalidArgument = Code(kind: .invalidArgument)
    /// A file, a time or an SQL text of the caller is not well formed.
    public static let badData = Code(kind: .badData)
    /// Another process is at it, and waiting was not wanted or took too long.
    public static let busy = Code(kind: .busy)
    /// A run of the asset is under way, and none was to begin then.
    public static let running = Code(kind: .running)
    /// There is no such run to record the end or a sign of life of, or it has ended.
    public static let noSuchRun = Code(kind: .noSuchRun)
    /// The index or the tree cannot be written.
    public static let cannotWrite = Code(kind: .cannotWrite)
    /// Reading or writing failed, or there is no index and none may be made.
    public static let inputOutput = Code(kind: .inputOutput)
    /// The query took longer than it may.
    public static let timedOut = Code(kind: .timedOut)
    /// The index is damaged. It is a cache: ``Catalog/rebuild(wait:)`` brings it back from the tree.
    public static let damagedIndex = Code(kind: .damagedIndex)
    /// The index was made by a newer program.
    public static let newerIndex = Code(kind: .newerIndex)
    /// A defect of the catalog itself.
    public static let `internal` = Code(kind: .`internal`)

    /// For a `switch` that must know them all.
    package enum Kind: Hashable, Sendable {
      case noSuchRoot, invalidArgument, badData, busy, running, noSuchRun, cannotWrite, inputOutput, timedOut
      case damagedIndex, newerIndex, `internal`
    }

    package let kind: Kind
    /// Its name, such as `busy`.
    public var description: String { "\(kind)" }
  }

  /// The kind of failure.
  public let code: Code
  /// One sentence that names the file and the way out.
  public let message: String
  /// The message.
  public var description: String { message }

  /// Ways out, for those who word them for people: ``message`` says the first one already.
  public let remedies: [Remedy]
  /// What is wrong with a damaged index, as a sentence without its end.
  let damage: String?

  /// An error from its parts.
  package init(_ code: Code, _ message: String, remedies: [Remedy] = []) {
    self.init(code, message, remedies: remedies, damage: nil)
  }

  init(_ code: Code, _ message: String, remedies: [Remedy], damage: String?) {
    self.code = code
    self.message = message
    self.remedies = remedies
    self.damage = damage
  }
}

public import ManifestModel

/// Runs that have not ended, those that take too long included.
public struct UnfinishedSummary: Hashable, Sendable {
  /// How many there are.
  public let count: Int
  /// The earliest start among them; `nil` where there are none.
  public let oldestStart: Timestamp?
}

/// What the index could not see, so that an answer may lack it: what was not read is not known to be well.
public struct AnswerGaps: Hashable, Sendable {
  /// Files that did not parse, and were touched so recently that a writer may be at them.
  public let unsettledFiles: Int
  /// Folders that could not be listed, of whose assets or runs nothing is known.
  public let unreadableFolders: Int
  /// Runs whose metadata cannot be read: they may have failed.
  public let unreadableRuns: Int
  /// Manifests that cannot be read; of those that were good before the last good values stay.
  public let unreadableManifests: Int
  /// Manifests and runs that say more than the index holds: artifacts beyond the first 10,000, ends of long texts.
  public let truncatedFiles: Int

  /// Gaps from their parts; none without arguments.
  package init(
    unsettledFiles: Int = 0, unreadableFolders: Int = 0, unreadableRuns: Int = 0, unreadableManifests: Int = 0,
    truncatedFiles: Int = 0
  ) {
    self.unsettledFiles = unsettledFiles
    self.unreadableFolders = unreadableFolders
    self.unreadableRuns = unreadableRuns
    self.unreadableManifests = unreadableManifests
    self.truncatedFiles = truncatedFiles
  }
}

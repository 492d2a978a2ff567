/// What a reconcile or a rebuild did.
public struct ReconcileSummary: Sendable {
  /// Assets that were not in the index.
  public let added: Int
  /// Assets of which at least one fact or file changed.
  public let changed: Int
  /// Assets that are gone.
  public let removed: Int
  /// Assets that are as they were.
  public let unchanged: Int
  /// Problems in the index afterwards.
  public let problems: Int
  /// Manifests and run metadata that were read.
  public let filesRead: Int
  /// How long it took.
  package let seconds: Double
  /// In a dry run: the paths that would be read or removed, each with what would happen. Otherwise empty.
  package let planned: [PlannedChange]

  /// How long it took.
  public var duration: Duration { .seconds(seconds) }
}

/// What came of asking for an asset, see ``Catalog/claim(_:runID:assetPath:parameters:heartbeatEvery:)``.
public enum Claim: Sendable {
  /// It was due: this run of it has begun, and it is the caller's to do and to end.
  case started(RecordedRun)
  /// Another run of it is under way: the one of this id.
  case taken(by: String)
  /// It is not due any more.
  case notDue(NotDueReason)
}

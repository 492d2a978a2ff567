/// What an index says of itself.
package struct IndexState: Sendable {
  package let root: String
  package let metadataFolder: String
  /// When the last complete reconcile began, in microseconds: what was true in the tree then is in the index.
  package let reconcileStartedAt: Int64?
  package let reconcileEndedAt: Int64?
}

/// One thing that a reconcile would do.
package struct PlannedChange: Sendable {
  /// What would happen to a path.
  package enum Action: String, Sendable {
    /// It would be read, and is not in the index.
    case add
    /// It would be read again.
    case change
    /// What the index holds of it would be removed.
    case remove
  }

  /// What would happen.
  package let action: Action
  /// Relative to the storage root.
  package let path: String
}

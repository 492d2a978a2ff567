package import ManifestModel

/// What a reconcile or rebuild did.
package struct ReconcileReport: Sendable {
  package var added = 0
  package var changed = 0
  package var removed = 0
  package var unchanged = 0
  package var problems = 0
  package var filesRead = 0
  package var seconds = 0.0
  /// When the look at the names of a scope began, if it was one at these alone.
  package var scopeStartedAt: Timestamp?
  /// About how many pages of a listing were asked for, if it was a look at some names alone.
  package var scopePages = 0
  /// What a dry run would do.
  package var planned: [(action: PlannedAction, path: String)] = []

  package init() {}
}

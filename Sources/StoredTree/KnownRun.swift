/// What the index knows of one run's file.
package struct KnownRun: Sendable {
  package var id: String
  package var state: FileState
  package var seen: SeenFile
  /// Whether its file is looked at by every reconcile.
  package var isWatched: Bool

  package init(id: String, state: FileState, seen: SeenFile, isWatched: Bool) {
    self.id = id
    self.state = state
    self.seen = seen
    self.isWatched = isWatched
  }
}

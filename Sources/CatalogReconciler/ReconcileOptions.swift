package import ManifestModel

/// How a reconcile or rebuild is done.
package struct ReconcileOptions: Sendable {
  /// Look at the files of finished runs too.
  package var isFull = false
  /// Write nothing, only say what would be read and removed.
  package var isDryRun = false
  /// How long to wait for other processes, all waits taken together: 0 throws `busy` at once, `nil` waits for another
  /// reconcile as long as that takes.
  package var patienceMilliseconds: Int?
  /// Take a tree that is empty, or another than the index remembers, for what it is.
  package var acceptsRoot = false
  /// One that began to look at the tree after this one was asked for is as good.
  package var takesWorkOfOthers = false
  /// `nil` for as many as suit the storage.
  package var threads: OrderedPipeline.Threads?
  /// Changed assets to collect before writing begins: a short transaction where little changed, flat memory where much
  /// did.
  package var mostCollected = 20_000
  package var now: @Sendable () -> Timestamp
  /// Called with a sentence about something that went well in the end, such as a damaged index that was replaced.
  package var onWarning: (@Sendable (String) -> Void)?
  /// Called with a sentence once another process has been waited for for some seconds.
  package var onLongWait: (@Sendable (String) -> Void)?
  /// Called with how many names were looked at, and how many there are; 0 where that is not known yet.
  package var onProgress: (@Sendable (_ completed: Int, _ total: Int) -> Void)?

  package init(now: @escaping @Sendable () -> Timestamp) {
    self.now = now
  }
}

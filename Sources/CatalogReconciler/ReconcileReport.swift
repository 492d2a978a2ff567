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
  package var now: @Sendable () -> Timestamp
  /// Called with a sentence about something that went well in the end, such as a damaged index that was replaced.
  package var onWarning: (@Sendable (String) -> Void)?
  /// Called with a sentence once another process has been waited for for some seconds.
  package var onLongWait: (@Sendable (String) -> Void)?
  package var onProgress: (@Sendable (_ completed: Int, _ total: Int) -> Void)?

  package init(now: @escaping @Sendable () -> Timestamp) {
    self.now = now
  }
}

/// What a reconcile or rebuild did.
package struct ReconcileReport: Sendable {
  package var added = 0
  package var changed = 0
  package var removed = 0
  package var unchanged = 0
  package var problems = 0
  package var filesRead = 0
  package var seconds = 0.0
  /// What a dry run would do.
  package var planned: [(action: PlannedAction, path: String)] = []

  package init() {}
}

/// Why a reconcile did not take place. Nothing was changed.
package struct ReconcileError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable {
    /// There is no tree, or not the one that the index knows.
    case noSuchRoot
    /// The system has nothing to work with at the moment.
    case busy
  }

  package let code: Code
  package let message: String
  /// How a program can help with the way out.
  package let remedies: [Remedy]
  package var description: String { message }

  package init(_ code: Code, _ message: String, _ remedies: Remedy...) {
    self.code = code
    self.message = message
    self.remedies = remedies
  }
}

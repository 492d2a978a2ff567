internal import CatalogIndex
internal import SQLiteDatabase

/// What one reconcile has found so far, and how it gets into the index.
struct ReconcileSession {
  /// Changed assets to collect before writing begins: a short transaction where little changed, flat memory where much did.
  private static let patience = 20_000

  private var applier: ChangeApplier
  private var waiting: [ScannedPiece] = []
  private var waitingChanges = 0
  /// Pieces taken in so far.
  private(set) var collected = 0
  private(set) var filesRead = 0

  var tally: ChangeApplier.Tally { applier.tally }
  /// Whether no more is to be collected.
  var isFull: Bool { waitingChanges > Self.patience }

  init(applier: ChangeApplier) {
    self.applier = applier
  }

  mutating func collect(_ piece: ScannedPiece) {
    collected += 1
    count(piece)
    guard piece.hasNews else { return }
    waiting.append(piece)
    waitingChanges += piece.changes.count
  }

  mutating func writeCollected(to index: borrowing Connection) throws {
    for piece in waiting { try applier.apply(piece, to: index) }
    waiting = []
  }

  mutating func write(_ piece: ScannedPiece, to index: borrowing Connection) throws {
    count(piece)
    try applier.apply(piece, to: index)
  }

  /// Removes what is gone.
  mutating func finish(in index: borrowing Connection, rootProblems: ProblemScope) throws {
    try applier.finish(in: index)
    try TreeRows.write(rootProblems, at: applier.startedAt, into: index)
  }

  private mutating func count(_ piece: ScannedPiece) {
    filesRead += piece.filesRead
    applier.count(unchanged: piece.unchanged)
  }
}

extension ScannedPiece {
  fileprivate var hasNews: Bool {
    !(folders.isEmpty && missingFolders.isEmpty && missingAssets.isEmpty && changes.isEmpty && problems.isEmpty)
  }
}

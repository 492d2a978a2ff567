internal import CatalogIndex
internal import ManifestModel

/// What one reconcile has found so far, and how it gets into the index.
struct ReconcileSession {
  /// Changed assets to collect before writing begins.
  private let patience: Int
  /// Bytes of findings to collect before writing begins.
  private static let capacity = 64 << 20

  private var applier: ChangeApplier
  private var waiting: [StretchPiece] = []
  private var waitingChanges = 0
  private var waitingWeight = 0
  /// The first parts of a piece that is not here as a whole yet.
  private var begun: [StretchPiece] = []
  /// Pieces taken in so far, each as a whole.
  private(set) var collected = 0
  private(set) var filesRead = 0

  var tally: ChangeApplier.Tally { applier.tally }
  /// How what was found is proven to be true by the time it is written.
  var proof: ChangeApplier.Proof {
    get { applier.proof }
    set { applier.proof = newValue }
  }
  /// Whether no more is to be collected.
  private(set) var isFull = false

  init(applier: ChangeApplier, mostCollected: Int) {
    self.applier = applier
    patience = mostCollected
  }

  /// Takes in a part of a piece.
  ///
  /// Once it is too much, a piece that is not here as a whole is given up: it has to be read again for being written.
  mutating func collect(_ part: StretchPiece, isLast: Bool) {
    waitingWeight += part.weight
    if isLast {
      for part in begun + [part] { keep(part) }
      begun = []
      collected += 1
    } else {
      begun.append(part)
    }
    guard waitingChanges > patience || waitingWeight > Self.capacity else { return }
    isFull = true
    begun = []
  }

  private mutating func keep(_ part: StretchPiece) {
    count(part)
    guard part.hasNews else { return }
    waiting.append(part)
    waitingChanges += part.changes.count
  }

  /// Those of some assets of which there is something to write.
  func concerned(among assets: [AssetIdentifier]) -> [AssetIdentifier] {
    guard !assets.isEmpty else { return [] }
    var found: Set<AssetIdentifier> = []
    var names: Set<String> = []
    for part in waiting {
      found.formUnion(part.changes.lazy.map(\.asset))
      found.formUnion(part.missingAssets)
      names.formUnion(part.missingFolders)
    }
    return assets.filter { found.contains($0) || names.contains($0.name) }
  }

  mutating func writeCollected(to index: borrowing IndexWriter) throws {
    // From the end, so that what is written need not be held any longer.
    waiting.reverse()
    while let part = waiting.popLast() { try applier.apply(part, to: index) }
  }

  mutating func write(_ part: StretchPiece, to index: borrowing IndexWriter) throws {
    count(part)
    try applier.apply(part, to: index)
  }

  /// Removes what is gone.
  ///
  /// - Parameter rootProblems: what is wrong with the tree's own entries; `nil` where nobody looked at all of them.
  mutating func finish(in index: borrowing IndexWriter, rootProblems: ProblemScope?) throws {
    try applier.finish(in: index)
    guard let rootProblems else { return }
    try index.write(rootProblems, at: applier.startedAt)
  }

  private mutating func count(_ piece: StretchPiece) {
    filesRead += piece.filesRead
    applier.count(unchanged: piece.unchanged)
  }
}

extension StretchPiece {
  fileprivate var hasNews: Bool {
    !(folders.isEmpty && missingFolders.isEmpty && missingAssets.isEmpty && changes.isEmpty && problems.isEmpty)
  }
}

internal import CatalogIndex
internal import LinuxSystem
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// Writes what a scan found into the index, inside one write transaction.
///
/// Additions and changes come as the pieces come, removals last, so that a renamed asset is never absent (notmuch's
/// order). Whatever the scan read is compared with the disk once more: under the write lock nothing newer can slip into
/// the index, so that a record which landed meanwhile is not overwritten by what was read before it. Where a look would
/// be a request to another host, the notes of those who record tell which assets that concerns, and these were read
/// again before.
struct ChangeApplier {
  /// How many assets were added, changed, removed and found unchanged.
  struct Tally: Sendable {
    var added = 0
    var changed = 0
    var removed = 0
    var unchanged = 0
  }

  /// How a finding is proven to be true by the time it is written.
  enum Proof: Sendable {
    /// By a look at the tree.
    case look
    /// Only records of this host can have come since, and these are the assets of all of them; what is missing was
    /// proven. Others were recorded before, and read again since.
    case notRecorded(Set<AssetIdentifier>, readAgain: [AssetIdentifier: RecordedAsset] = [:])
  }

  let scanner: StretchReader
  let startedAt: Timestamp
  var proof = Proof.look
  private(set) var tally = Tally()
  private var missingFolders: [String] = []
  private var missingAssets: [AssetIdentifier] = []

  private var session: any TreeSession { scanner.reader.session }

  init(scanner: StretchReader, startedAt: Timestamp) {
    self.scanner = scanner
    self.startedAt = startedAt
  }

  /// Takes in what a piece says without a change, which needs no transaction.
  mutating func count(unchanged: Int) {
    tally.unchanged += unchanged
  }

  mutating func apply(_ piece: StretchPiece, to database: borrowing IndexWriter) throws {
    for (name, seen) in piece.folders { try database.write(folder: name, seen) }
    for scope in piece.problems { try database.write(scope, at: startedAt) }
    let scanner = scanner
    for change in piece.changes {
      try apply(change, to: database) { try scanner.readAll(of: $0.asset) }
    }
    missingFolders += piece.missingFolders
    missingAssets += piece.missingAssets
  }

  /// Removes what was missing from complete listings and is not found by a direct look either.
  mutating func finish(in database: borrowing IndexWriter) throws {
    for asset in missingAssets {
      if isGone(asset) { try remove(asset, from: database) } else { try readIfRecorded(asset, database) }
    }
    for name in missingFolders where isGone(name: name) {
      let lost = try database.assets(of: name)
      if lost.contains(where: isRecorded) {
        for asset in lost {
          if isRecorded(asset) {
            try readIfRecorded(asset, database)
          } else {
            try remove(asset, from: database)
          }
        }
        continue
      }
      for asset in lost { try remove(asset, from: database) }
      try database.remove(folder: name)
      try database.removeProblems(beneath: path(MetadataLayout.component(forName: name)))
    }
  }

  /// Takes an asset for what it is by now that was missing, and of which this host has recorded something since.
  private mutating func readIfRecorded(_ asset: AssetIdentifier, _ database: borrowing IndexWriter) throws {
    guard case .notRecorded = proof else { return }
    let found = if let again = recordedAsset(asset) { again.change } else { try scanner.readAll(of: asset) }
    guard let change = found else { return try remove(asset, from: database) }
    try apply(change, to: database) { _ in change }
  }

  /// Whether this host has recorded something of an asset since it was compared.
  private func isRecorded(_ asset: AssetIdentifier) -> Bool {
    guard case .notRecorded(let recorded, let readAgain) = proof else { return false }
    return recorded.contains(asset) || readAgain[asset] != nil
  }

  /// An asset that was read after the last record of it.
  private func recordedAsset(_ asset: AssetIdentifier) -> RecordedAsset? {
    guard case .notRecorded(let recorded, let readAgain) = proof, !recorded.contains(asset) else { return nil }
    return readAgain[asset]
  }

  private func isGone(_ asset: AssetIdentifier) -> Bool {
    if case .notRecorded = proof { return !isRecorded(asset) }
    return session.isGone(asset)
  }

  private func isGone(name: String) -> Bool {
    if case .notRecorded = proof { return true }
    return session.isGone(name: name)
  }

  private func isGone(run: String, of asset: AssetIdentifier) -> Bool {
    if case .notRecorded(let recorded, _) = proof, !recorded.contains(asset) {
      return recordedAsset(asset).map { $0.hasProven(run) } ?? true
    }
    return session.isGone(run: run, of: asset)
  }

  private mutating func remove(_ asset: AssetIdentifier, from database: borrowing IndexWriter) throws {
    guard let old = try database.load(asset), let key = old.key else { return }
    try database.remove(assetKey: key)
    try database.removeProblems(beneath: Array(scanner.layout.assetPath(asset).utf8))
    if old.isKnown { tally.removed += 1 }
  }

  private func path(_ component: String) -> [UInt8] {
    Array("\(scanner.layout.folder)/\(component)".utf8)
  }

  // MARK: One asset

  /// - Parameter readAgain: reads the asset again if the change is no longer true; `nil` if the asset is gone.
  mutating func apply(
    _ found: AssetChange, to database: borrowing IndexWriter, readAgain: (AssetChange) throws -> AssetChange?
  ) throws {
    var change = found
    if let again = recordedAsset(found.asset) {
      guard let found = again.change else { return }
      change = found
    } else if !isStillTrue(found) {
      // Read under the write lock, it is newer than whatever the index can have.
      guard let again = try readAgain(found) else { return }
      change = again
    }
    var old = try load(change, from: database)
    var new = old ?? IndexedAsset(change.asset)
    let forgotten = keepRunsThatExist(&change, in: new)
    new.apply(change)
    if new.needsAllRuns {
      old = try load(change, asPart: false, from: database)
      new = old ?? new
      new.apply(change)
    }
    if let old, let key = old.key {
      try database.update(new, from: old, key: key)
    } else {
      try database.insert(new)
    }
    for run in forgotten {
      try database.removeProblems(
        beneath: Array(scanner.layout.runPath(change.asset, runID: run).utf8))
    }
    for scope in change.problems { try database.write(scope, at: startedAt) }
    switch (old?.isKnown ?? false, new.isKnown) {
    case (false, true): tally.added += 1
    case (true, false): tally.removed += 1
    case (true, true): if new.hasSameContent(as: old!) { tally.unchanged += 1 } else { tally.changed += 1 }
    case (false, false): break
    }
  }

  /// Reads what the index has of an asset, as far as a change can touch it.
  private func load(
    _ change: AssetChange, asPart: Bool = true, from database: borrowing IndexWriter
  ) throws(IndexError) -> IndexedAsset? {
    var old =
      asPart && change.listedRuns == nil
      ? try database.loadPart(of: change.asset, concerning: change.concernedRuns)
      : try database.load(change.asset, concerning: change.concernedRuns)
    if let key = old?.key, case .current? = change.manifest {
      old?.artifacts = try database.artifacts(ofKey: key)
    }
    return old
  }

  private func isStillTrue(_ change: AssetChange) -> Bool {
    if case .notRecorded(let recorded, _) = proof { return !recorded.contains(change.asset) }
    if let manifest = change.manifest {
      if !manifest.isStillTrue(session.look(at: .manifest, of: change.asset)) { return false }
    }
    for (run, found) in change.runs {
      if !found.isStillTrue(session.look(at: .run(run), of: change.asset)) { return false }
    }
    return true
  }

  /// Adds to the listing the runs that the index has, the listing has not, and the disk has: they came after it.
  ///
  /// - Returns: the runs that are gone for good.
  private func keepRunsThatExist(_ change: inout AssetChange, in asset: IndexedAsset) -> [String] {
    guard let listed = change.listedRuns else { return [] }
    var (kept, gone) = ([String](), [String]())
    var next = listed.startIndex
    for run in asset.runs where run.state != .manifestOnly {
      while next < listed.endIndex, listed[next].precedesInBytes(run.id) { next += 1 }
      if next < listed.endIndex, listed[next].hasSameBytes(as: run.id) { continue }
      if isGone(run: run.id, of: change.asset) { gone.append(run.id) } else { kept.append(run.id) }
    }
    if !kept.isEmpty {
      change.listedRuns = (listed + kept).sorted { $0.precedesInBytes($1) }
    }
    return gone
  }
}

extension FileChange {
  /// Whether the file still is what was read.
  fileprivate func isStillTrue(_ now: FileOnDisk) -> Bool {
    switch (self, now) {
    case (.absent, .absent): true
    case (.current(_, let seen), .present(let revision)): seen.revision == revision
    // Without a revision the file is read again next time in any case.
    case (.bad(let seen), _) where seen.revision == .none: true
    case (.bad(let seen), .present(let revision)): seen.revision == revision
    default: false
    }
  }
}

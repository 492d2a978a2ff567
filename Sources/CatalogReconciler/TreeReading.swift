internal import CatalogIndex
internal import ManifestModel
internal import StoredTree

extension StretchReader {
  /// Reads everything in the folders `names`, in the order of their bytes.
  ///
  /// What cannot be read now keeps the values that `known` has of it: a folder whole, a file its last good ones.
  ///
  /// - Parameters:
  ///   - known: the index so far, asked for only where something cannot be read.
  ///   - take: gets each asset as the index would hold it. Those in name folders that cannot be read come last, out of
  ///     order.
  ///   - passOn: gets what else was read, after the assets that it goes with, where it is much; the rest is given back.
  func readAll(
    _ names: [String], known: () throws(IndexError) -> KnownFolders.Reader?, take: (IndexedAsset) throws -> Void,
    passOn: (ReadPiece) throws -> Void
  ) throws -> ReadPiece {
    let rest = try scan(names: names, known: [], runs: { _ in [] }) { part in
      try passOn(try read(part, known, take))
    }
    return try read(rest, known, take)
  }

  private func read(
    _ piece: StretchPiece, _ known: () throws(IndexError) -> KnownFolders.Reader?, _ take: (IndexedAsset) throws -> Void
  ) throws -> ReadPiece {
    var result = ReadPiece()
    result.folders = piece.folders
    result.problems = piece.problems
    result.filesRead = piece.filesRead
    result.names = piece.names
    for change in piece.changes {
      try take(try asset(change, known))
      result.problems += change.problems
    }
    for folder in piece.folders where folder.seen == .unseen {
      for asset in try tolerant({ () throws(IndexError) in try known()?.assets(of: folder.name) }) ?? [] {
        guard var old = try lastGood(asset, known) else { continue }
        old.folder = .unseen
        try take(old)
      }
    }
    return result
  }

  private func asset(
    _ change: AssetChange, _ known: () throws(IndexError) -> KnownFolders.Reader?
  ) throws(IndexError) -> IndexedAsset {
    var asset = IndexedAsset(change.asset)
    if change.isOfUnreadFolder {
      asset = try lastGood(change.asset, known) ?? asset
    } else if change.hasBadFile, let old = try lastGood(change.asset, known) {
      asset.keep(valuesOf: old, for: change)
    }
    asset.apply(change)
    return asset
  }

  private func lastGood(
    _ asset: AssetIdentifier, _ known: () throws(IndexError) -> KnownFolders.Reader?
  ) throws(IndexError) -> IndexedAsset? {
    try tolerant { () throws(IndexError) in try known()?.wholeAsset(asset) }
  }

  /// What an index says, unless it turns out damaged: then it has nothing to tell.
  private func tolerant<R>(_ ask: () throws(IndexError) -> R?) throws(IndexError) -> R? {
    do throws(IndexError) {
      return try ask()
    } catch {
      if error.code == .damaged { return nil }
      throw error
    }
  }
}

extension AssetChange {
  fileprivate var isOfUnreadFolder: Bool { folder == .unseen }

  fileprivate var hasBadFile: Bool {
    if case .bad = manifest { return true }
    return runs.contains { if case .bad = $0.change { true } else { false } }
  }
}

extension IndexedAsset {
  /// Starts from the last good values of the files that are bad now.
  fileprivate mutating func keep(valuesOf old: IndexedAsset, for change: AssetChange) {
    if case .bad = change.manifest {
      facts = old.facts
      artifacts = old.artifacts
    }
    runs = old.runs.filter { run in
      change.runs.contains { id, found in
        if case .bad = found { id.hasSameBytes(as: run.id) } else { false }
      }
    }
  }
}

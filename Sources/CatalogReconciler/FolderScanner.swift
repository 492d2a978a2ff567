internal import CatalogIndex
internal import LinuxSystem
internal import ManifestModel
internal import ManifestStore
internal import SQLiteDatabase

/// What one thread found in a stretch of the tree.
struct ScannedPiece: Sendable {
  /// Name folders whose listing was news.
  var folders: [(name: String, seen: SeenFile)] = []
  /// Name folders that the index has and the listing of the tree has not.
  var missingFolders: [String] = []
  /// Assets that the index has and the listing of their name folder has not.
  var missingAssets: [AssetIdentifier] = []
  var changes: [AssetChange] = []
  /// What is wrong with name folders.
  var problems: [ProblemScope] = []
  var unchanged = 0
  var filesRead = 0
  var names = 0
  var planned: [(action: PlannedAction, path: String)] = []
  /// About how many bytes all of this takes.
  private(set) var weight = 0

  mutating func append(_ change: AssetChange) {
    changes.append(change)
    weight += change.weight
  }
}

/// What a reconcile would do to one path.
package enum PlannedAction: String, Sendable {
  case add, change, remove
}

/// Compares a stretch of the tree with the index and reads what differs. Belongs to one thread.
///
/// For each name folder, in this order:
/// 1. Nothing differs if the folder, each asset folder in it, each manifest and the metadata of each watched run have the
///    fingerprint that the index trusts. That takes one stat each, opens nothing and lists nothing.
/// 2. Otherwise the name folder is opened, and listed unless its own fingerprint stands.
/// 3. Each asset folder is listed unless its fingerprint stands, and a plan is made of what must be read.
/// 4. What the plan names is read. When the manifest is news or the asset folder was listed, every run is looked at, and the
///    metadata of the last run of a manifest that is news is read in any case: a run id can be reused.
final class FolderScanner {
  struct Mode {
    /// Look at the files of finished runs too, for edits by hand.
    var isFull = false
    /// Read nothing, only say what would be read.
    var isDryRun = false
    /// Fill an empty index: there is nothing to compare with, and no problem to lift.
    var isReadingAnew = false
    /// Change nothing in the tree either: what writers that died left behind stays.
    var isReadOnly = false
  }

  let reader: TreeReader
  let mode: Mode
  let layout: MetadataLayout
  private var piece = ScannedPiece()
  /// Files that had been read when the piece began.
  private var before = 0
  var isReadingAnew: Bool { mode.isReadingAnew }

  init(reader: TreeReader, mode: Mode) {
    self.reader = reader
    self.mode = mode
    layout = MetadataLayout(folder: reader.tree.metadataFolder)
  }

  /// Takes what was found so far, so that no more has to be held than a part of it.
  typealias Outlet = (ScannedPiece) throws -> Void

  /// Bytes of findings that are handed on before there are more. A stretch of usual assets has less.
  private static let partWeight = 1 << 20

  /// Scans the folders `names`; `known` is all that the index has in the same stretch. Both are in the order of their bytes.
  ///
  /// - Parameter handOn: gets what was found, where it is much, before the rest is looked for.
  /// - Returns: the rest.
  func scan(
    names: [String], known: [KnownFolder], runs: (Int64) throws -> [KnownRun], handOn: Outlet = { _ in }
  ) throws -> ScannedPiece {
    piece = ScannedPiece()
    before = reader.filesRead
    var rest = known[...]
    for name in names {
      while let first = rest.first, first.name.precedesInBytes(name) {
        piece.missingFolders.append(first.name)
        rest.removeFirst()
      }
      var match: KnownFolder?
      if let first = rest.first, first.name.hasSameBytes(as: name) { match = rest.removeFirst() }
      piece.names += 1
      if let match, !mode.isFull, isUnchanged(match) {
        piece.unchanged += match.knownCount
      } else {
        try scan(name, known: match, runs: runs, handOn)
      }
    }
    piece.missingFolders += rest.map(\.name)
    return takePiece()
  }

  private func takePiece() -> ScannedPiece {
    defer { piece = ScannedPiece() }
    piece.filesRead = reader.filesRead - before
    before = reader.filesRead
    return piece
  }

  private func handOnIfLarge(_ handOn: Outlet) throws {
    if piece.weight >= Self.partWeight { try handOn(takePiece()) }
  }

  // MARK: Nothing differs

  private func isUnchanged(_ folder: KnownFolder) -> Bool {
    guard folder.seen.stands(lookAtFolder { () throws(SystemError) in try reader.status("asset_name=", folder.name) })
    else { return false }
    for asset in folder.assets where !isUnchanged(asset) { return false }
    return true
  }

  private func isUnchanged(_ asset: KnownAsset) -> Bool {
    guard
      asset.folder.stands(lookAtFolder { () throws(SystemError) in try reader.folderStatus(of: asset.asset) }),
      asset.manifest.stands(look { () throws(SystemError) in try reader.manifestStatus(of: asset.asset) })
    else { return false }
    for run in asset.watchedRuns {
      let found = look { () throws(SystemError) in try reader.runStatus(of: asset.asset, run: run.id) }
      if !run.seen.stands(found) { return false }
    }
    return true
  }

  func look(_ status: () throws(SystemError) -> FileStatus?) -> FileOnDisk {
    do throws(SystemError) {
      return try status().map { .present($0.fingerprint) } ?? .absent
    } catch {
      return .unknown
    }
  }

  private func lookAtFolder(_ status: () throws(SystemError) -> FileStatus?) -> FileOnDisk {
    look { () throws(SystemError) in
      guard let found = try status(), found.kind == .folder else { return nil }
      return found
    }
  }

  // MARK: A name folder

  private func scan(
    _ name: String, known: KnownFolder?, runs: (Int64) throws -> [KnownRun], _ handOn: Outlet
  ) throws {
    let folder: Int32
    do throws(SystemError) {
      folder = try reader.openFolder("asset_name=", name)
    } catch {
      try failed(error, name: name, known: known)
      return
    }
    defer { reader.close(folder) }
    let status: FileStatus
    let listing: FolderListing?
    do throws(SystemError) {
      status = try reader.status(of: folder)
      let stands = known.map { $0.seen.stands(.present(status.fingerprint)) } ?? false
      listing = stands && !mode.isFull ? nil : try reader.list(folder, prefix: "asset_id=")
    } catch {
      try failed(error, name: name, known: known)
      return
    }
    guard let listing else {
      for asset in known?.assets ?? [] {
        try scan(asset.asset, known: asset, in: folder, runs: runs)
        try handOnIfLarge(handOn)
      }
      return
    }
    let seen = SeenFile(status.fingerprint, isTrusted: reader.isTrustworthy(status.fingerprint))
    piece.folders.append((name, seen))
    if !listing.oddities.isEmpty || !isReadingAnew {
      let path = path(of: name)
      piece.problems.append(ProblemScope(scope: path, problems: problems(listing, in: path, asset: nil)))
    }
    var rest = (known?.assets ?? [])[...]
    for id in listing.members {
      while let first = rest.first, first.asset.id.precedesInBytes(id) {
        piece.missingAssets.append(first.asset)
        rest.removeFirst()
      }
      var match: KnownAsset?
      if let first = rest.first, first.asset.id.hasSameBytes(as: id) { match = rest.removeFirst() }
      try scan(AssetIdentifier(name: name, id: id), known: match, in: folder, runs: runs)
      try handOnIfLarge(handOn)
    }
    piece.missingAssets += rest.map(\.asset)
  }

  /// Keeps everything that the index has of a folder that cannot be read, and makes sure that the next scan tries again.
  private func failed(_ error: SystemError, name: String, known: KnownFolder?) throws(StoreError) {
    try reader.throwIfExhausted(error)
    if error.isAbsence {
      if known != nil { piece.missingFolders.append(name) }
      return
    }
    piece.unchanged += known?.knownCount ?? 0
    piece.folders.append((name, .unseen))
    let path = path(of: name)
    piece.problems.append(
      ProblemScope(scope: path, problems: [unreadableFolder(path, error, asset: nil)]))
  }

  private func path(of name: String) -> [UInt8] {
    Array("\(layout.folder)/asset_name=\(name)".utf8)
  }

  // MARK: An asset

  private func scan(
    _ asset: AssetIdentifier, known: KnownAsset?, in nameFolder: Int32, runs: (Int64) throws -> [KnownRun]
  ) throws {
    if let known, !mode.isFull, isUnchanged(known) {
      if known.isKnown { piece.unchanged += 1 }
      return
    }
    var change = AssetChange(asset)
    let folder: Int32
    do throws(SystemError) {
      folder = try reader.openFolder("asset_id=", asset.id, in: nameFolder)
    } catch {
      // Gone since its name folder was listed: the next scan will find that folder changed.
      if !error.isAbsence { try failed(&change, error) }
      return
    }
    defer { reader.close(folder) }
    var disk = AssetOnDisk(asset)
    do throws(SystemError) {
      let status = try reader.status(of: folder)
      let stands = known.map { $0.folder.stands(.present(status.fingerprint)) } ?? false
      if !stands || mode.isFull {
        let listing = try reader.list(folder, prefix: "asset_run_id=")
        // A draft that may yet turn out to be abandoned makes the next scan list the folder again.
        let hasDrafts =
          !listing.drafts.isEmpty && !mode.isDryRun && !mode.isReadOnly
          && reader.removeAbandoned(listing.drafts, in: folder)
        disk.folder = SeenFile(
          status.fingerprint, isTrusted: !hasDrafts && reader.isTrustworthy(status.fingerprint))
        disk.listedRuns = Array(listing.members)
        if !listing.oddities.isEmpty || !isReadingAnew {
          let path = Array(layout.assetPath(asset).utf8)
          change.problems.append(ProblemScope(scope: path, problems: problems(listing, in: path, asset: asset)))
        }
      }
    } catch {
      try failed(&change, error)
      return
    }
    if known != nil {
      disk.manifest = look { () throws(SystemError) in try reader.status("manifest.json", "", in: folder) }
    }
    let compared = try known.map { known in
      // Runs end in the manifest, so that one which is news is a reason to look at every run, finished or not. So is a
      // folder that was listed: a writer of ours that recorded a run again, and was then kept from the manifest or from
      // the index, has left its trace there.
      let looksAtAll = mode.isFull || disk.folder != nil || !known.manifest.stands(disk.manifest)
      return try (disk.folder == nil && !looksAtAll ? known.watchedRuns : runs(known.key)).map { run in
        // The id of a run that only the manifest tells of may be anything, a path to somewhere else for one.
        guard looksAtAll || run.isWatched, MetadataLayout.isValidComponent(run.id) else {
          return ComparedRun(known: run, found: nil)
        }
        let found = look { () throws(SystemError) in
          try reader.status("asset_run_id=", run.id, "/metadata.json", in: folder)
        }
        return ComparedRun(known: run, found: found)
      }
    }
    let plan = ReconciliationPlan(disk: disk, known: known, knownRuns: compared ?? [])
    if mode.isDryRun {
      note(plan, asset, isNew: known == nil)
      return
    }
    change.folder = disk.folder
    change.listedRuns = disk.listedRuns
    if plan.readsManifest { try readManifest(of: asset, in: folder, &change) }
    var runsToRead = plan.runsToRead
    if known != nil, case .current(let manifest, _) = change.manifest, let last = manifest.facts.lastRunID,
      MetadataLayout.isValidComponent(last), !runsToRead.contains(where: { $0.hasSameBytes(as: last) }),
      reader.exists(run: last, in: folder)
    {
      runsToRead.append(last)
    }
    for run in runsToRead { try readRun(run, of: asset, in: folder, &change) }
    piece.append(change)
  }

  private func failed(_ change: inout AssetChange, _ error: SystemError) throws(StoreError) {
    try reader.throwIfExhausted(error)
    let path = Array(layout.assetPath(change.asset).utf8)
    change.folder = .unseen
    // What was good before stays, marked; of an asset that is new it cannot be told how it stands.
    change.manifest = .bad(.unseen)
    change.problems = [ProblemScope(scope: path, problems: [unreadableFolder(path, error, asset: change.asset)])]
    piece.append(change)
  }

  /// Reads everything of one asset, whatever the index knows.
  func readAll(of asset: AssetIdentifier) throws -> AssetChange? {
    piece = ScannedPiece()
    let nameFolder: Int32
    do throws(SystemError) {
      nameFolder = try reader.openFolder("asset_name=", asset.name)
    } catch {
      return nil
    }
    defer { reader.close(nameFolder) }
    try scan(asset, known: nil, in: nameFolder) { _ in [] }
    return piece.changes.first
  }

  // MARK: Dry run

  private func note(_ plan: ReconciliationPlan, _ asset: AssetIdentifier, isNew: Bool) {
    if plan.readsManifest { piece.planned.append((isNew ? .add : .change, layout.manifestPath(asset))) }
    for run in plan.runsToRead {
      piece.planned.append((isNew ? .add : .change, layout.runMetadataPath(asset, runID: run)))
    }
    for run in plan.runsToForget { piece.planned.append((.remove, layout.runMetadataPath(asset, runID: run))) }
  }
}

extension KnownFolder {
  fileprivate var knownCount: Int { assets.count { $0.isKnown } }
}

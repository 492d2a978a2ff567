internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// Lets a storage find what differs from the index in a stretch of the tree, and reads it. Belongs to one thread.
///
/// Of each asset in which something differs a plan is made, and what the plan names is read. The metadata of the last
/// run of a manifest that is news is read in any case: a run id can be reused.
final class StretchReader {
  /// What a scan is for.
  enum Purpose: Equatable {
    /// To bring an index up to date. A full one also looks at the files of finished runs, for edits by hand.
    case reconcile(isFull: Bool)
    /// To say what a reconcile would read.
    case plan(isFull: Bool)
    /// To fill an empty index: there is nothing to compare with, and no problem to lift.
    case fill
    /// To compare everything, and change nothing in the tree either: what writers that died left behind stays.
    case check
  }

  let reader: TreeReader
  private let purpose: Purpose
  let layout: MetadataLayout
  private let surveyor: any StretchSurveyor
  private var piece = StretchPiece()
  /// Files that had been read when the piece began.
  private var before = 0
  /// Whether there is no problem that the index could still have of what is read.
  var hasNoPast: Bool { purpose == .fill || purpose == .check }

  init(_ surveyor: any StretchSurveyor, of storage: any TreeStorage, for purpose: Purpose) {
    self.surveyor = surveyor
    reader = TreeReader(surveyor.session, root: storage.root)
    self.purpose = purpose
    layout = MetadataLayout(folder: storage.metadataFolder)
  }

  /// Takes what was found so far, so that no more has to be held than a part of it.
  typealias Outlet = (StretchPiece) throws -> Void

  /// Bytes of findings that are passed on before there are more. A stretch of usual assets has less.
  private static let partWeight = 1 << 20

  /// Scans the folders `names`; `known` is all that the index has in the same stretch. Both are in the order of their
  /// bytes.
  ///
  /// - Parameter passOn: gets what was found, where it is much, before the rest is looked for.
  /// - Returns: the rest.
  func scan(
    names: [String], known: [KnownFolder], runs: (Int64) throws -> [KnownRun], passOn: Outlet = { _ in }
  ) throws -> StretchPiece {
    piece = StretchPiece()
    before = reader.session.filesRead
    let depth =
      switch purpose {
      case .reconcile(let isFull): SurveyDepth(isFull: isFull)
      case .plan(let isFull): SurveyDepth(isFull: isFull, isReadOnly: true)
      case .fill: SurveyDepth()
      case .check: SurveyDepth(isReadOnly: true)
      }
    let unchanged = try surveyor.survey(names, against: known, depth, runs: runs) { finding in
      try take(finding)
      if piece.weight >= Self.partWeight { try passOn(takePiece()) }
    }
    piece.unchanged += unchanged
    piece.names = names.count
    return takePiece()
  }

  private func takePiece() -> StretchPiece {
    defer { piece = StretchPiece() }
    piece.filesRead = reader.session.filesRead - before
    before = reader.session.filesRead
    return piece
  }

  /// Reads everything of one asset, whatever the index knows.
  ///
  /// - Returns: `nil` if it is gone.
  func readAll(of asset: AssetIdentifier) throws -> AssetChange? {
    piece = StretchPiece()
    try surveyor.survey(asset) { try take($0) }
    return piece.changes.first
  }

  // MARK: Findings

  private func take(_ finding: SurveyFinding) throws {
    switch finding {
    case .listed(let name, let seen, let oddities):
      piece.folders.append((name, seen))
      guard !oddities.isEmpty || !hasNoPast else { return }
      let path = path(of: name)
      piece.problems.append(ProblemScope(scope: path, problems: problems(oddities, in: path, asset: nil)))
    case .unlisted(let name, let fault): try keep(name, fault)
    case .missingName(let name): piece.missingFolders.append(name)
    case .missing(let asset): piece.missingAssets.append(asset)
    case .asset(let surveyed): try take(surveyed)
    case .unlooked(let asset, let fault): try keep(asset, fault)
    }
  }

  /// Keeps everything that the index has of a folder that cannot be read, and makes sure that the next scan tries
  /// again.
  private func keep(_ name: String, _ fault: TreeFault) throws(StoreError) {
    try reader.throwIfExhausted(fault)
    piece.folders.append((name, .unseen))
    let path = path(of: name)
    piece.problems.append(ProblemScope(scope: path, problems: [unreadableFolder(path, fault, asset: nil)]))
  }

  private func keep(_ asset: AssetIdentifier, _ fault: TreeFault) throws(StoreError) {
    try reader.throwIfExhausted(fault)
    let path = Array(layout.assetPath(asset).utf8)
    var change = AssetChange(asset)
    change.folder = .unseen
    // What was good before stays, marked; of an asset that is new it cannot be told how it stands.
    change.manifest = .bad(.unseen)
    change.problems = [ProblemScope(scope: path, problems: [unreadableFolder(path, fault, asset: asset)])]
    piece.append(change)
  }

  private func path(of name: String) -> [UInt8] {
    Array(layout.namePath(name).utf8)
  }

  private func take(_ surveyed: SurveyedAsset) throws {
    let asset = surveyed.disk.asset
    let plan = ReconciliationPlan(disk: surveyed.disk, known: surveyed.known, knownRuns: surveyed.knownRuns)
    if case .plan = purpose {
      note(plan, asset, isNew: surveyed.known == nil)
      return
    }
    var change = AssetChange(asset)
    change.folder = surveyed.disk.folder
    change.listedRuns = surveyed.disk.listedRuns
    if surveyed.disk.folder != nil, !surveyed.oddities.isEmpty || !hasNoPast {
      let path = Array(layout.assetPath(asset).utf8)
      change.problems.append(ProblemScope(scope: path, problems: problems(surveyed.oddities, in: path, asset: asset)))
    }
    if plan.readsManifest { try readManifest(of: asset, &change) }
    var runsToRead = plan.runsToRead
    if surveyed.known != nil, case .current(let manifest, _) = change.manifest, let last = manifest.facts.lastRunID,
      MetadataLayout.isValidComponent(last), !runsToRead.contains(where: { $0.hasSameBytes(as: last) }),
      reader.session.hasRun(last, of: asset)
    {
      runsToRead.append(last)
    }
    for run in runsToRead { try readRun(run, of: asset, &change) }
    if !reader.session.hasReadWhatWasListed { change.folder?.isTrusted = false }
    piece.append(change)
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

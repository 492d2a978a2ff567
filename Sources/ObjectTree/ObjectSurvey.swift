internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// A tree in a store of objects, listed at one time.
struct ObjectSurvey: TreeSurvey {
  let tree: ObjectTree
  let listing: Listing
  let stretches: TreeStretches
  let oddities: [TreeOddity]
  let memory: ListingMemory?

  func makeSurveyor(_ readers: SharedReadership?) -> any StretchSurveyor {
    ObjectSurveyor(ObjectSession(tree, readers: readers), listing: .whole(listing))
  }

  func makeLiveSurveyor(_ readers: SharedReadership?) -> any StretchSurveyor {
    ObjectSurveyor(ObjectSession(tree, readers: readers), listing: .live)
  }
}

/// Compares a stretch of a listing with the index. Belongs to one thread.
///
/// For each name, in this order:
/// 1. What was listed of it is brought together by assets. There is no order to rely on.
/// 2. Nothing differs in an asset whose digest stands: that of all revisions that were listed of it. Beside it the
///    manifest and the watched runs must stand, as in a file system.
/// 3. Otherwise every run is compared, and what is found is passed on beside what the index knows.
/// 4. What the index has and the listing has not is looked for, object by object. Only what the store says is not there
///    is missing: a listing can have holes, and a refusal is no absence. What cannot be asked ends the work.
final class ObjectSurveyor: StretchSurveyor {
  /// Where what was listed of a name is found.
  enum Source {
    case whole(Listing)
    case growing(GrowingListing)
    /// Each name is listed when it is asked for.
    case live
  }

  private let objects: ObjectSession
  private let listing: Source

  init(_ session: ObjectSession, listing: Source) {
    objects = session
    self.listing = listing
  }

  var session: any TreeSession { objects }

  /// What stands for the folder of a name, of which there is none: it never keeps anybody from looking.
  private static let nameFolder = SeenFile(
    Revision(size: 0, modifiedNanoseconds: 1, changedNanoseconds: 1, inode: 1), isTrusted: true)

  func survey(
    _ names: [String], against known: [KnownFolder], _ depth: SurveyDepth, runs: (Int64) throws -> [KnownRun],
    _ found: (SurveyFinding) throws -> Void
  ) throws -> Int {
    var unchanged = 0
    var lost = Dictionary(known.map { (Array($0.name.utf8), $0) }) { first, _ in first }
    for name in names {
      let match = lost.removeValue(forKey: Array(name.utf8))
      let listed = try list(name)
      if listed.isEmpty {
        // Only where it is listed now: gone since the names were.
        if let match { unchanged += try survey(lost: match, runs, found) }
        continue
      }
      unchanged += try survey(name, listed, against: match, runs: runs, found)
    }
    for folder in known {
      guard let folder = lost.removeValue(forKey: Array(folder.name.utf8)) else { continue }
      unchanged += try survey(lost: folder, runs, found)
    }
    return unchanged
  }

  func survey(_ asset: AssetIdentifier, _ found: (SurveyFinding) throws -> Void) throws {
    let listed = try objects.list(asset)
    guard let listed else { return }
    try report(listed, asset, known: nil, runs: [], found)
  }

  private func list(_ name: String) throws(StoreError) -> [ListedAsset] {
    switch listing {
    case .whole(let listing): try listing.assets(of: name)
    case .growing(let listing): try listing.assets(of: name)
    case .live: try objects.list(name)
    }
  }

  private func survey(
    _ name: String, _ listed: [ListedAsset], against match: KnownFolder?, runs: (Int64) throws -> [KnownRun],
    _ found: (SurveyFinding) throws -> Void
  ) throws -> Int {
    var unchanged = 0
    let oddities = listed.filter(\.isOdd).flatMap(\.oddities)
    if match?.seen != Self.nameFolder || !oddities.isEmpty || match == nil {
      // A name whose oddities may come or go is listed again each time.
      try found(.listed(name: name, SeenFile(Self.nameFolder.revision, isTrusted: oddities.isEmpty), oddities))
    }
    var known = (match?.assets ?? [])[...]
    for asset in listed where !asset.isOdd {
      while let first = known.first, first.asset.id.precedesInBytes(asset.id) {
        unchanged += try survey(lost: known.removeFirst(), runs, found)
      }
      var knownAsset: KnownAsset?
      if let first = known.first, first.asset.id.hasSameBytes(as: asset.id) { knownAsset = known.removeFirst() }
      unchanged += try survey(asset, of: name, against: knownAsset, runs: runs, found)
    }
    for asset in known { unchanged += try survey(lost: asset, runs, found) }
    return unchanged
  }

  // MARK: An asset

  private func survey(
    _ listed: ListedAsset, of name: String, against known: KnownAsset?, runs: (Int64) throws -> [KnownRun],
    _ found: (SurveyFinding) throws -> Void
  ) throws -> Int {
    let asset = AssetIdentifier(name: name, id: listed.id)
    guard let known else {
      try report(listed, asset, known: nil, runs: [], found)
      return 0
    }
    if isUnchanged(listed, known) { return known.isKnown ? 1 : 0 }
    var listed = listed
    let compared = try compare(runs(known.key), with: &listed, asset)
    if listed.manifest == nil, known.manifest != .nothing {
      listed.manifest = try objects.proof(that: .manifest, of: asset, isGoneAfter: known.manifest.revision)
    }
    try report(listed, asset, known: known, runs: compared, found)
    return 0
  }

  private func isUnchanged(_ listed: ListedAsset, _ known: KnownAsset) -> Bool {
    guard known.folder.stands(.present(listed.digest)), known.manifest.stands(look(listed.manifest)) else {
      return false
    }
    for run in known.watchedRuns where run.state != .manifestOnly {
      guard let place = listed.place(ofRun: run.id), run.seen.stands(.present(listed.runs[place].revision)) else {
        return false
      }
    }
    return true
  }

  private func look(_ revision: Revision?) -> FileOnDisk { revision.map { .present($0) } ?? .absent }

  /// Compares the runs that the index has with those that were listed, and adds to these what was not listed and is
  /// there.
  private func compare(
    _ known: [KnownRun], with listed: inout ListedAsset, _ asset: AssetIdentifier
  ) throws -> [SurveyedRun] {
    try known.map { run in
      if let place = listed.place(ofRun: run.id) {
        return SurveyedRun(known: run, found: .present(listed.runs[place].revision))
      }
      // The id of a run that only the manifest tells of may be anything.
      guard run.state != .manifestOnly, MetadataLayout.isValidComponent(run.id) else {
        return SurveyedRun(known: run, found: nil)
      }
      guard let revision = try objects.proof(that: .run(run.id), of: asset, isGoneAfter: run.seen.revision) else {
        return SurveyedRun(known: run, found: .absent)
      }
      let place = listed.runs.firstIndex { run.id.precedesInBytes($0.id) } ?? listed.runs.endIndex
      listed.runs.insert((run.id, revision), at: place)
      return SurveyedRun(known: run, found: .present(revision))
    }
  }

  private func report(
    _ listed: ListedAsset, _ asset: AssetIdentifier, known: KnownAsset?, runs: [SurveyedRun],
    _ found: (SurveyFinding) throws -> Void
  ) throws {
    var surveyed = SurveyedAsset(disk: AssetOnDisk(asset), known: known)
    surveyed.disk.folder = SeenFile(listed.digest, isTrusted: objects.isTrustworthy(listed.digest))
    surveyed.disk.listedRuns = listed.runs.map(\.id)
    surveyed.disk.manifest = look(listed.manifest)
    surveyed.knownRuns = runs
    surveyed.oddities = listed.oddities
    objects.enter(asset, listed)
    defer { objects.leave() }
    try found(.asset(surveyed))
  }

  // MARK: What was not listed

  private func survey(
    lost folder: KnownFolder, _ runs: (Int64) throws -> [KnownRun], _ found: (SurveyFinding) throws -> Void
  ) throws -> Int {
    var unchanged = 0
    var missing: [AssetIdentifier] = []
    for asset in folder.assets {
      if let there = try lookFor(asset, runs) {
        unchanged += try survey(there, of: folder.name, against: asset, runs: runs, found)
      } else {
        missing.append(asset.asset)
      }
    }
    if missing.count == folder.assets.count {
      try found(.missingName(folder.name))
    } else {
      for asset in missing { try found(.missing(asset)) }
    }
    return unchanged
  }

  private func survey(
    lost asset: KnownAsset, _ runs: (Int64) throws -> [KnownRun], _ found: (SurveyFinding) throws -> Void
  ) throws -> Int {
    guard let there = try lookFor(asset, runs) else {
      try found(.missing(asset.asset))
      return 0
    }
    return try survey(there, of: asset.asset.name, against: asset, runs: runs, found)
  }

  /// What the store has of an asset that was not listed, each object that the index has of it looked for.
  ///
  /// - Returns: `nil` only if the store says of each that it is not there.
  private func lookFor(_ asset: KnownAsset, _ runs: (Int64) throws -> [KnownRun]) throws -> ListedAsset? {
    var there = ListedAsset(id: asset.asset.id)
    if asset.manifest != .nothing {
      there.manifest = try objects.proof(that: .manifest, of: asset.asset, isGoneAfter: asset.manifest.revision)
    }
    for run in try runs(asset.key) where run.state != .manifestOnly && MetadataLayout.isValidComponent(run.id) {
      if let revision = try objects.proof(that: .run(run.id), of: asset.asset, isGoneAfter: run.seen.revision) {
        there.runs.append((run.id, revision))
      }
    }
    return there.manifest == nil && there.runs.isEmpty ? nil : there
  }
}

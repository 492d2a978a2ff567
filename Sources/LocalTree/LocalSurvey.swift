package import LinuxSystem
internal import ManifestModel
package import StoredTree

extension MetadataTree: TreeStorage {
  package func makeSession(_ readers: SharedReadership?) -> any TreeSession {
    LocalSession(tree: self, readers: readers)
  }

  package func makeSurveyorTrustingNothing(_ readers: SharedReadership?) -> any StretchSurveyor {
    let clock = FileSystemClock(nanoseconds: .min, slackNanoseconds: 0)
    return LocalSurveyor(LocalSession(tree: self, clock: clock, readers: readers))
  }

  package func beginSurvey(probingIn folder: String, stretchLength: Int) throws(StoreError) -> any TreeSurvey {
    // Stamps that lie shortly before this time prove nothing.
    let clock = clock(probingIn: folder)
    do throws(SystemError) {
      let listing = try LocalSession(tree: self, clock: clock).listNames()
      return LocalSurvey(
        tree: self, clock: clock, stretches: TreeStretches(listing.members, length: stretchLength),
        oddities: listing.oddities)
    } catch {
      throw StoreError(reading: path, TreeFault(error), "listed")
    }
  }
}

/// A tree in a file system, listed at one time.
struct LocalSurvey: TreeSurvey {
  let tree: MetadataTree
  let clock: FileSystemClock
  let stretches: TreeStretches
  let oddities: [TreeOddity]

  func makeSurveyor(_ readers: SharedReadership?) -> any StretchSurveyor {
    LocalSurveyor(LocalSession(tree: tree, clock: clock, readers: readers))
  }
}

/// Compares a stretch of the tree with the index. Belongs to one thread.
///
/// For each name folder, in this order:
/// 1. Nothing differs if the folder, each asset folder in it, each manifest and the metadata of each watched run have
///    the revision that the index trusts. That takes one stat each, opens nothing and lists nothing.
/// 2. Otherwise the name folder is opened, and listed unless its own revision stands.
/// 3. Each asset folder is listed unless its revision stands, and what is found is passed on beside what the index
///    knows. When the manifest is news or the asset folder was listed, every run is looked at.
final class LocalSurveyor: StretchSurveyor {
  private let local: LocalSession
  private var depth = SurveyDepth()
  private var unchanged = 0

  init(_ session: LocalSession) { local = session }

  var session: any TreeSession { local }

  func survey(
    _ names: [String], against known: [KnownFolder], _ depth: SurveyDepth, runs: (Int64) throws -> [KnownRun],
    _ found: (SurveyFinding) throws -> Void
  ) throws -> Int {
    self.depth = depth
    unchanged = 0
    try Self.match(names, with: known, by: \.name) { name, match in
      if let match, !depth.isFull, isUnchanged(match) {
        unchanged += match.knownCount
      } else {
        try survey(name, known: match, runs: runs, found)
      }
    } missing: {
      try found(.missingName($0.name))
    }
    return unchanged
  }

  func survey(_ asset: AssetIdentifier, _ found: (SurveyFinding) throws -> Void) throws {
    depth = SurveyDepth()
    let nameFolder: Int32
    do throws(SystemError) {
      nameFolder = try local.openFolder(MetadataLayout.namePrefix, asset.name)
    } catch {
      return
    }
    defer { local.close(nameFolder) }
    try survey(asset, known: nil, in: nameFolder, runs: { _ in [] }, found)
  }

  // MARK: Nothing differs

  private func isUnchanged(_ folder: KnownFolder) -> Bool {
    guard
      folder.seen.stands(
        lookAtFolder { () throws(SystemError) in try local.status(MetadataLayout.namePrefix, folder.name) })
    else { return false }
    for asset in folder.assets where !isUnchanged(asset) { return false }
    return true
  }

  private func isUnchanged(_ asset: KnownAsset) -> Bool {
    guard
      asset.folder.stands(lookAtFolder { () throws(SystemError) in try local.folderStatus(of: asset.asset) }),
      asset.manifest.stands(local.look(at: .manifest, of: asset.asset))
    else { return false }
    for run in asset.watchedRuns where !run.seen.stands(local.look(at: .run(run.id), of: asset.asset)) { return false }
    return true
  }

  private func lookAtFolder(_ status: () throws(SystemError) -> FileStatus?) -> FileOnDisk {
    local.look { () throws(SystemError) in
      guard let found = try status(), found.kind == .folder else { return nil }
      return found
    }
  }

  // MARK: A name folder

  private func survey(
    _ name: String, known: KnownFolder?, runs: (Int64) throws -> [KnownRun], _ found: (SurveyFinding) throws -> Void
  ) throws {
    let folder: Int32
    do throws(SystemError) {
      folder = try local.openFolder(MetadataLayout.namePrefix, name)
    } catch {
      try failed(error, name: name, known: known, found)
      return
    }
    defer { local.close(folder) }
    let status: FileStatus
    let listing: FolderListing?
    do throws(SystemError) {
      status = try local.status(of: folder)
      let stands = known.map { $0.seen.stands(.present(status.revision)) } ?? false
      listing = stands && !depth.isFull ? nil : try local.list(folder, prefix: MetadataLayout.idPrefix)
    } catch {
      try failed(error, name: name, known: known, found)
      return
    }
    guard let listing else {
      for asset in known?.assets ?? [] { try survey(asset.asset, known: asset, in: folder, runs: runs, found) }
      return
    }
    let seen = SeenFile(status.revision, isTrusted: local.isTrustworthy(status.revision))
    try found(.listed(name: name, seen, listing.oddities))
    try Self.match(listing.members, with: known?.assets ?? [], by: \.asset.id) { id, match in
      try survey(AssetIdentifier(name: name, id: id), known: match, in: folder, runs: runs, found)
    } missing: {
      try found(.missing($0.asset))
    }
  }

  /// Brings what is there together with what is known; both are in the order of their bytes.
  private static func match<Known>(
    _ present: some Sequence<String>, with known: [Known], by name: (Known) -> String,
    _ body: (String, Known?) throws -> Void, missing: (Known) throws -> Void
  ) rethrows {
    var rest = known[...]
    for found in present {
      while let first = rest.first, name(first).precedesInBytes(found) {
        try missing(first)
        rest.removeFirst()
      }
      var match: Known?
      if let first = rest.first, name(first).hasSameBytes(as: found) { match = rest.removeFirst() }
      try body(found, match)
    }
    for left in rest { try missing(left) }
  }

  private func failed(
    _ error: SystemError, name: String, known: KnownFolder?, _ found: (SurveyFinding) throws -> Void
  ) throws {
    if error.isAbsence {
      if known != nil { try found(.missingName(name)) }
      return
    }
    unchanged += known?.knownCount ?? 0
    try found(.unlisted(name: name, TreeFault(error)))
  }

  // MARK: An asset

  private func survey(
    _ asset: AssetIdentifier, known: KnownAsset?, in nameFolder: Int32, runs: (Int64) throws -> [KnownRun],
    _ found: (SurveyFinding) throws -> Void
  ) throws {
    if let known, !depth.isFull, isUnchanged(known) {
      if known.isKnown { unchanged += 1 }
      return
    }
    let folder: Int32
    do throws(SystemError) {
      folder = try local.openFolder(MetadataLayout.idPrefix, asset.id, in: nameFolder)
    } catch {
      // Gone since its name folder was listed: the next survey will find that folder changed.
      if !error.isAbsence { try found(.unlooked(asset, TreeFault(error))) }
      return
    }
    defer { local.close(folder) }
    local.enter(asset, folder)
    defer { local.leave() }
    var surveyed = SurveyedAsset(disk: AssetOnDisk(asset), known: known)
    do throws(SystemError) {
      try list(asset, folder, &surveyed)
    } catch {
      try found(.unlooked(asset, TreeFault(error)))
      return
    }
    if let known {
      surveyed.disk.manifest = local.look(at: .manifest, of: asset)
      try compareRuns(of: known, &surveyed, runs)
    }
    try found(.asset(surveyed))
  }

  private func list(_ asset: AssetIdentifier, _ folder: Int32, _ surveyed: inout SurveyedAsset) throws(SystemError) {
    let status = try local.status(of: folder)
    let stands = surveyed.known.map { $0.folder.stands(.present(status.revision)) } ?? false
    guard !stands || depth.isFull else { return }
    let listing = try local.list(folder, prefix: MetadataLayout.runPrefix)
    // A draft that may yet turn out to be abandoned makes the next survey list the folder again.
    let hasDrafts =
      !listing.drafts.isEmpty && !depth.isReadOnly && local.removeAbandoned(listing.drafts, in: folder)
    surveyed.disk.folder = SeenFile(status.revision, isTrusted: !hasDrafts && local.isTrustworthy(status.revision))
    surveyed.disk.listedRuns = Array(listing.members)
    surveyed.oddities = listing.oddities
  }

  private func compareRuns(
    of known: KnownAsset, _ surveyed: inout SurveyedAsset, _ runs: (Int64) throws -> [KnownRun]
  ) throws {
    // Runs end in the manifest, so that one which is news is a reason to look at every run, finished or not. So is a
    // folder that was listed: a writer of ours that recorded a run again, and was then kept from the manifest or from
    // the index, has left its trace there.
    let looksAtAll = depth.isFull || surveyed.disk.folder != nil || !known.manifest.stands(surveyed.disk.manifest)
    surveyed.knownRuns = try (looksAtAll ? runs(known.key) : known.watchedRuns).map { run in
      // The id of a run that only the manifest tells of may be anything, a path to somewhere else for one.
      guard looksAtAll || run.isWatched, MetadataLayout.isValidComponent(run.id) else {
        return SurveyedRun(known: run, found: nil)
      }
      return SurveyedRun(known: run, found: local.look(at: .run(run.id), of: known.asset))
    }
  }
}

extension KnownFolder {
  fileprivate var knownCount: Int { assets.count { $0.isKnown } }
}

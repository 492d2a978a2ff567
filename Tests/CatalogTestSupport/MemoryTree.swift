package import LinuxSystem
package import ManifestModel
package import StoredTree
internal import Synchronization

/// A tree in memory that behaves as a store of objects does: there are files and no folders, a listing carries the
/// revision of each file, what is read is whole, and every write makes a revision that never was before.
package final class MemoryTree: TreeStorage {
  package struct File: Sendable {
    package var bytes: [UInt8]
    package var revision: Revision
  }

  private struct State {
    /// By name, by id, and by file; names and ids by their bytes, since texts that look alike are not the same.
    var files: [Key: [TreeFile: File]] = [:]
    var writes: UInt64 = 0
    var unreachable: Set<Key> = []
    /// How many exclusive beginnings were put in place of each asset.
    var beginnings: [Key: Int] = [:]
  }

  /// An asset, in the order of the bytes of its name and id.
  fileprivate struct Key: Hashable, Comparable {
    let name: [UInt8]
    let id: [UInt8]

    init(_ asset: AssetIdentifier) {
      name = Array(asset.name.utf8)
      id = Array(asset.id.utf8)
    }

    static func < (left: Key, right: Key) -> Bool {
      left.name == right.name
        ? left.id.lexicographicallyPrecedes(right.id) : left.name.lexicographicallyPrecedes(right.name)
    }

    var asset: AssetIdentifier {
      AssetIdentifier(name: String(decoding: name, as: UTF8.self), id: String(decoding: id, as: UTF8.self))
    }
  }

  package let root: String
  package let metadataFolder = "_asset_metadata"
  package let identity: TreeIdentity
  private let state = Mutex(State())

  /// - Parameter root: a name for messages, by which the tree is known again.
  package init(root: String) {
    self.root = root
    var hash: UInt64 = 5381
    for byte in root.utf8 { hash = hash &* 33 &+ UInt64(byte) }
    identity = TreeIdentity(device: .max, inode: hash)
  }

  // MARK: Changes

  package func put(_ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier) {
    state.withLock { state in _ = Self.put(bytes, as: file, of: asset, in: &state) }
  }

  private static func put(
    _ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier, in state: inout State
  ) -> Revision {
    state.writes += 1
    let time = 1_700_000_000_000_000_000 + Int64(state.writes) * 1_000_000
    let revision = Revision(
      size: Int64(bytes.count), modifiedNanoseconds: time, changedNanoseconds: time, inode: state.writes)
    state.files[Key(asset), default: [:]][file] = File(bytes: bytes, revision: revision)
    return revision
  }

  /// Puts a file if it still is what was seen, all in one step.
  ///
  /// - Parameter beginnings: how many exclusive beginnings there were, where this is to be the next one.
  /// - Returns: the new revision; `nil` where there is another file, or another beginning.
  func put(
    _ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier, replacing former: Revision?, after beginnings: Int?
  ) -> Revision? {
    state.withLock { state in
      guard state.files[Key(asset)]?[file]?.revision == former else { return nil }
      if let beginnings {
        guard state.beginnings[Key(asset), default: 0] == beginnings else { return nil }
        state.beginnings[Key(asset)] = beginnings + 1
      }
      return Self.put(bytes, as: file, of: asset, in: &state)
    }
  }

  func beginnings(of asset: AssetIdentifier) -> Int { state.withLock { $0.beginnings[Key(asset), default: 0] } }

  package func remove(_ file: TreeFile, of asset: AssetIdentifier) {
    state.withLock { state in
      state.files[Key(asset)]?[file] = nil
      if state.files[Key(asset)]?.isEmpty == true { state.files[Key(asset)] = nil }
    }
  }

  package func remove(_ asset: AssetIdentifier) { state.withLock { $0.files[Key(asset)] = nil } }

  /// Lets every look into an asset fail, as for want of rights, or no longer.
  package func setReachable(_ isReachable: Bool, _ asset: AssetIdentifier) {
    state.withLock { state in
      if isReachable { state.unreachable.remove(Key(asset)) } else { state.unreachable.insert(Key(asset)) }
    }
  }

  // MARK: Storage

  package func makeSession(_ readers: SharedReadership?) -> any TreeSession {
    MemorySession(self, trustsRevisions: true)
  }

  package func makeSurveyorTrustingNothing(_ readers: SharedReadership?) -> any StretchSurveyor {
    MemorySurveyor(self, trustsRevisions: false)
  }

  package func beginSurvey(probingIn folder: String, stretchLength: Int) throws(StoreError) -> any TreeSurvey {
    MemorySurvey(tree: self, stretches: TreeStretches(names(), length: stretchLength))
  }

  fileprivate func names() -> NameList {
    list(Set(state.withLock { $0.files.keys.map(\.name) }))
  }

  fileprivate func assets(of name: String) -> [AssetIdentifier] {
    let wanted = Array(name.utf8)
    return state.withLock { state in state.files.keys.filter { $0.name == wanted }.sorted().map(\.asset) }
  }

  /// - Throws: where the asset is not to be reached.
  fileprivate func files(of asset: AssetIdentifier) throws(TreeFault) -> [TreeFile: File] {
    let (files, isReachable) = state.withLock { ($0.files[Key(asset)], !$0.unreachable.contains(Key(asset))) }
    guard isReachable else { throw TreeFault(.other, "permission denied") }
    return files ?? [:]
  }

  fileprivate func list(_ names: some Sequence<[UInt8]>) -> NameList {
    var list = NameList()
    for name in names { name.withUnsafeBytes { _ = list.append($0) } }
    list.sort()
    return list
  }
}

extension [TreeFile: MemoryTree.File] {
  fileprivate var runs: [[UInt8]] {
    keys.compactMap { if case .run(let id) = $0 { Array(id.utf8) } else { nil } }
  }
}

private final class MemorySession: TreeSession {
  private let tree: MemoryTree
  private let trustsRevisions: Bool
  private(set) var filesRead = 0

  init(_ tree: MemoryTree, trustsRevisions: Bool) {
    self.tree = tree
    self.trustsRevisions = trustsRevisions
  }

  func look(at file: TreeFile, of asset: AssetIdentifier) -> FileOnDisk {
    guard let files = try? tree.files(of: asset) else { return .unknown }
    return files[file].map { .present($0.revision) } ?? .absent
  }

  func read(_ file: TreeFile, of asset: AssetIdentifier, _ body: (LoadedFile) -> Void) {
    let found: MemoryTree.File?
    do throws(TreeFault) { found = try tree.files(of: asset)[file] } catch { return body(.unreadable(error)) }
    guard let found else { return body(.absent) }
    guard found.bytes.count <= TreeFile.mostBytes else { return body(.tooLarge(found.revision)) }
    filesRead += 1
    found.bytes.withUnsafeBytes { body(.bytes($0, found.revision)) }
  }

  func isSettled(_ revision: Revision) -> Bool { true }
  func isTrustworthy(_ revision: Revision) -> Bool { trustsRevisions }
  func pause(microseconds: UInt32) {}

  func assets(of name: String) throws(TreeFault) -> NameList {
    let assets = tree.assets(of: name)
    guard !assets.isEmpty else { throw TreeFault(.absence, "no such name") }
    return tree.list(assets.map { Array($0.id.utf8) })
  }

  func runs(of asset: AssetIdentifier) throws(TreeFault) -> NameList {
    let files = try tree.files(of: asset)
    guard !files.isEmpty else { throw TreeFault(.absence, "no such asset") }
    return tree.list(files.runs)
  }

  func hasRun(_ id: String, of asset: AssetIdentifier) -> Bool { (try? tree.files(of: asset))?[.run(id)] != nil }

  func others(besidesRun id: String, of asset: AssetIdentifier) throws(TreeFault) -> [String] {
    guard try tree.files(of: asset)[.run(id)] != nil else { throw TreeFault(.absence, "no such run") }
    return []
  }

  func visit(_ asset: AssetIdentifier, _ body: () -> Void) throws(TreeFault) {
    guard try !tree.files(of: asset).isEmpty else { throw TreeFault(.absence, "no such asset") }
    body()
  }

  func isGone(name: String) -> Bool { tree.assets(of: name).isEmpty }
  func isGone(_ asset: AssetIdentifier) -> Bool { (try? tree.files(of: asset))?.isEmpty ?? false }
  func isGone(run: String, of asset: AssetIdentifier) -> Bool {
    (try? tree.files(of: asset)).map { $0[.run(run)] == nil } ?? false
  }
}

private struct MemorySurvey: TreeSurvey {
  let tree: MemoryTree
  let stretches: TreeStretches
  var oddities: [TreeOddity] { [] }

  func makeSurveyor(_ readers: SharedReadership?) -> any StretchSurveyor { MemorySurveyor(tree, trustsRevisions: true) }
}

/// Compares every file's revision: a listing has them all, and proves nothing by itself.
private final class MemorySurveyor: StretchSurveyor {
  private let tree: MemoryTree
  let session: any TreeSession

  init(_ tree: MemoryTree, trustsRevisions: Bool) {
    self.tree = tree
    session = MemorySession(tree, trustsRevisions: trustsRevisions)
  }

  /// What stands for a folder, of which there is none: it never changes, and never keeps anybody from looking.
  private static let folder = SeenFile(
    Revision(size: 0, modifiedNanoseconds: 1, changedNanoseconds: 1, inode: 1), isTrusted: true)

  func survey(
    _ names: [String], against known: [KnownFolder], _ depth: SurveyDepth, runs: (Int64) throws -> [KnownRun],
    _ found: (SurveyFinding) throws -> Void
  ) throws -> Int {
    var unchanged = 0
    // By name, and in no order: that of the keys in a store of objects need not be the order of names.
    var lost = Dictionary(uniqueKeysWithValues: known.map { (Array($0.name.utf8), $0) })
    for name in names {
      let assets = tree.assets(of: name)
      if assets.isEmpty { continue }
      let match = lost.removeValue(forKey: Array(name.utf8))
      if match?.seen != Self.folder { try found(.listed(name: name, Self.folder, [])) }
      for lost in match?.assets ?? [] where !assets.contains(lost.asset) { try found(.missing(lost.asset)) }
      for asset in assets {
        unchanged += try survey(asset, match?.assets.first { $0.asset == asset }, depth, runs, found)
      }
    }
    for folder in lost.values { try found(.missingName(folder.name)) }
    return unchanged
  }

  func survey(_ asset: AssetIdentifier, _ found: (SurveyFinding) throws -> Void) throws {
    _ = try survey(asset, nil, SurveyDepth(), { _ in [] }, found)
  }

  private func survey(
    _ asset: AssetIdentifier, _ known: KnownAsset?, _ depth: SurveyDepth, _ runs: (Int64) throws -> [KnownRun],
    _ found: (SurveyFinding) throws -> Void
  ) throws -> Int {
    let files: [TreeFile: MemoryTree.File]
    do throws(TreeFault) { files = try tree.files(of: asset) } catch {
      try found(.unlooked(asset, error))
      return 0
    }
    if files.isEmpty { return 0 }
    func look(_ file: TreeFile) -> FileOnDisk { files[file].map { .present($0.revision) } ?? .absent }
    var surveyed = SurveyedAsset(disk: AssetOnDisk(asset), known: known)
    surveyed.disk.folder = Self.folder
    surveyed.disk.listedRuns = Array(tree.list(files.runs))
    if let known {
      surveyed.disk.manifest = look(.manifest)
      surveyed.knownRuns = try runs(known.key).map { SurveyedRun(known: $0, found: look(.run($0.id))) }
      let plan = surveyed.knownRuns
      let listed = surveyed.disk.listedRuns ?? []
      let isUnchanged =
        known.manifest.stands(surveyed.disk.manifest)
        && plan.allSatisfy { $0.known.state == .manifestOnly || $0.stands }
        && listed.allSatisfy { id in
          plan.contains { $0.known.id.hasSameBytes(as: id) && $0.known.state != .manifestOnly }
        }
      if isUnchanged, !depth.isFull { return known.isKnown ? 1 : 0 }
    }
    try found(.asset(surveyed))
    return 0
  }
}

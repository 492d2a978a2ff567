internal import LinuxSystem
internal import ManifestModel
internal import ObjectStorage
internal import StoredTree

/// One thread's way into a tree in a store of objects. Connections are the store's affair.
final class ObjectSession: TreeSession {
  private let tree: ObjectTree
  private let trustsRevisions: Bool
  private(set) var filesRead = 0
  /// The asset whose files are read at the time, as it was listed.
  private var current: (asset: AssetIdentifier, listed: ListedAsset)?
  private var hasDiffered = false
  /// Where it is noted what is read, for one who writes.
  private let ledger: ReadLedger?

  init(
    _ tree: ObjectTree, trustsRevisions: Bool = true, readers: SharedReadership?, ledger: ReadLedger? = nil
  ) {
    self.tree = tree
    self.ledger = ledger
    self.trustsRevisions = trustsRevisions
    // Who may ask the store is not written in any file: what comes from it is for the one who asked.
    var owner = Readership()
    owner.meet(mode: 0o600, group: 0, isFolder: false)
    readers?.meet(owner)
  }

  // MARK: Files

  func look(at file: TreeFile, of asset: AssetIdentifier) -> FileOnDisk {
    do throws(ObjectError) {
      let facts = try tree.store.look(ObjectKey.of(file, of: asset, in: tree))
      return facts.map { .present(Revision($0)) } ?? .absent
    } catch {
      return .unknown
    }
  }

  func read(_ file: TreeFile, of asset: AssetIdentifier, _ body: (LoadedFile) -> Void) {
    let object: Object?
    do throws(ObjectError) {
      object = try tree.store.get(ObjectKey.of(file, of: asset, in: tree), atMost: TreeFile.mostBytes + 1)
    } catch {
      hasDiffered = true
      return body(.unreadable(TreeFault(error)))
    }
    ledger?.note(file, object)
    guard let object else {
      note(file, of: asset, nil)
      return body(.absent)
    }
    let revision = Revision(object.facts)
    note(file, of: asset, revision)
    guard object.facts.size <= TreeFile.mostBytes else { return body(.tooLarge(revision)) }
    guard object.isWhole else {
      return body(.unreadable(TreeFault(.unavailable, "\(tree.root) gives a part of an object as all of it.")))
    }
    filesRead += 1
    object.bytes.withUnsafeBytes { body(.bytes($0, revision)) }
  }

  func isSettled(_ revision: Revision) -> Bool { true }
  func isTrustworthy(_ revision: Revision) -> Bool { trustsRevisions }
  func pause(microseconds: UInt32) {}

  /// How far the clocks of two hosts and of the store may differ, taken together, in microseconds.
  private static let clockTolerance: Int64 = 10_000_000

  /// Each sign of life is a write, and the store has one clock: where clocks differ, its stamp stands for what the run
  /// wrote down. Where they do not, that is the more exact.
  func time(ofLife sign: Timestamp, writtenAt written: Timestamp) -> Timestamp {
    guard let ahead = tree.store.secondsAhead else { return sign }
    let ours = ahead.saturatingMultiply(1_000_000)
    let theirs = written.microseconds.saturatingSubtract(sign.microseconds)
    let difference = ours.magnitude.addingReportingOverflow(theirs.magnitude)
    if !difference.overflow, difference.partialValue <= Self.clockTolerance { return sign }
    return Timestamp(microseconds: written.microseconds.saturatingSubtract(ours))
  }

  // MARK: The asset that is read

  /// Begins with an asset that was listed.
  func enter(_ asset: AssetIdentifier, _ listed: ListedAsset) {
    current = (asset, listed)
    hasDiffered = false
  }

  func leave() { current = nil }

  /// Whether what was read since the asset was entered is what had been listed of it.
  var hasReadWhatWasListed: Bool { !hasDiffered }

  private func note(_ file: TreeFile, of asset: AssetIdentifier, _ revision: Revision?) {
    guard let current, current.asset == asset else { return }
    let listed: Revision? =
      switch file {
      case .manifest: current.listed.manifest
      case .run(let run): current.listed.place(ofRun: run).map { current.listed.runs[$0].revision }
      }
    if listed != revision { hasDiffered = true }
  }

  // MARK: Listings

  func assets(of name: String) throws(TreeFault) -> NameList {
    let assets = try asking { () throws(StoreError) in try list(name) }.filter { !$0.isOdd }
    guard !assets.isEmpty else { throw TreeFault(.absence, "no such name") }
    return Self.list(assets.map(\.id))
  }

  func runs(of asset: AssetIdentifier) throws(TreeFault) -> NameList {
    let listed = try asking { () throws(StoreError) in try list(asset) }
    ledger?.note(runs: listed?.runs.map(\.id) ?? [])
    guard let listed else { throw TreeFault(.absence, "no such asset") }
    return Self.list(listed.runs.map(\.id))
  }

  func hasRun(_ id: String, of asset: AssetIdentifier) -> Bool {
    if let current, current.asset == asset, current.listed.place(ofRun: id) != nil { return true }
    if case .present = look(at: .run(id), of: asset) { return true }
    return false
  }

  func others(besidesRun id: String, of asset: AssetIdentifier) throws(TreeFault) -> [String] {
    let prefix = ObjectKey.of(run: id, of: asset, in: tree)
    let own = ObjectKey.of(.run(id), of: asset, in: tree)
    var others: Set<String> = []
    var isThere = false
    try asking { () throws(StoreError) in
      try tree.list(prefix) { facts in
        isThere = true
        guard facts.key != own, facts.key != prefix else { return }
        others.insert(
          String(decoding: facts.key.dropFirst(prefix.count).prefix { $0 != ObjectKey.slash }, as: UTF8.self))
      }
    }
    guard isThere else { throw TreeFault(.absence, "no such run") }
    return others.sorted()
  }

  func visit(_ asset: AssetIdentifier, _ body: () -> Void) throws(TreeFault) {
    guard try asking({ () throws(StoreError) in try list(asset) }) != nil else {
      throw TreeFault(.absence, "no such asset")
    }
    body()
  }

  /// What is listed of a name now.
  func list(_ name: String) throws(StoreError) -> [ListedAsset] {
    ListedAsset.gather(try objects(below: ObjectKey.of(name: name, in: tree)))
  }

  /// What is listed of an asset now; `nil` where there is nothing.
  func list(_ asset: AssetIdentifier) throws(StoreError) -> ListedAsset? {
    let listed = ListedAsset.gather(try objects(below: ObjectKey.of(asset, in: tree)))
    return listed.first { !$0.isOdd }
  }

  private func objects(below prefix: [UInt8]) throws(StoreError) -> [ListedObject] {
    var objects: [ListedObject] = []
    try tree.list(prefix) { facts in
      guard let member = ObjectKey.member(facts.key, from: tree.prefix.count), member.kind != .oddName else { return }
      objects.append(ListedObject(member, facts))
    }
    return objects
  }

  private func asking<R>(_ body: () throws(StoreError) -> R) throws(TreeFault) -> R {
    do throws(StoreError) { return try body() } catch {
      throw TreeFault(.unavailable, error.message)
    }
  }

  private static func list(_ names: [String]) -> NameList {
    var list = NameList()
    for name in names { Array(name.utf8).withUnsafeBytes { _ = list.append($0) } }
    list.sort()
    return list
  }

  // MARK: Absence

  /// Looks for an object that was not listed.
  ///
  /// - Parameter former: what it was; it counts as still that where the store refuses to say.
  /// - Returns: `nil` only if the store says that it is not there.
  /// - Throws: where the store does not answer.
  func proof(
    that file: TreeFile, of asset: AssetIdentifier, isGoneAfter former: Revision
  ) throws(StoreError) -> Revision? {
    do throws(ObjectError) {
      return try tree.store.look(ObjectKey.of(file, of: asset, in: tree)).map { Revision($0) }
    } catch {
      guard error.code == .denied else { throw StoreError(error) }
      return former
    }
  }

  func isGone(name: String) -> Bool {
    (try? list(name))?.isEmpty ?? false
  }

  func isGone(_ asset: AssetIdentifier) -> Bool {
    do { return try list(asset) == nil } catch { return false }
  }

  func isGone(run: String, of asset: AssetIdentifier) -> Bool {
    look(at: .run(run), of: asset) == .absent
  }
}

internal import CatalogIndex
internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// Opening and listing a tree, and refusing one that cannot be meant.
extension Reconciler {
  /// A tree that was opened and listed.
  struct Scan: Sendable {
    let storage: any TreeStorage
    let survey: any TreeSurvey
    let startedAt: Timestamp
    /// The names that it is about; `nil` for the whole tree.
    let scope: NameScope?
    /// Who may read all that was looked at: the index is for nobody else.
    let readers: SharedReadership
    /// What was known of the listing before.
    let memory: ListingMemory?

    var stretches: TreeStretches { survey.stretches }
    /// Where there is a request for each file, the last stretches are to be short: others wait for them.
    var stretchesToFill: TreeStretches {
      storage.isRemote ? TreeStretches(stretches.names, length: max(1, stretches.length / 4)) : stretches
    }
    var threads: OrderedPipeline.Threads { storage.isRemote ? .remote : .automatic }
    var threadsToFill: OrderedPipeline.Threads { storage.isRemote ? .remoteFill : .automatic }

    /// One that sees the tree as it is by now, for a second look.
    func makeLiveScanner(for purpose: StretchReader.Purpose) -> StretchReader {
      StretchReader(survey.makeLiveSurveyor(readers), of: storage, for: purpose)
    }

    func makeScanner(for purpose: StretchReader.Purpose = .reconcile(isFull: false)) -> StretchReader {
      StretchReader(survey.makeSurveyor(readers), of: storage, for: purpose)
    }
  }

  /// - Parameters:
  ///   - old: what the index says of its tree, to refuse another one; `nil` to take any.
  ///   - scope: the names to look at, where the storage can look at some alone.
  func begin(_ old: CatalogState?, only scope: NameScope? = nil) throws -> Scan {
    let startedAt = options.now()
    let storage = try openStorage()
    let part = try scope.flatMap { scope in
      try storage.beginSurvey(of: scope, probingIn: location.folder, stretchLength: Self.stretchLength)
    }
    let memory = memory(of: storage)
    let survey =
      try part
      ?? storage.beginSurvey(
        probingIn: location.folder, stretchLength: Self.stretchLength, recalling: memory, landmarks: landmarks(atMost:))
    let scan = Scan(
      storage: storage, survey: survey, startedAt: startedAt, scope: part == nil ? nil : scope,
      readers: SharedReadership(), memory: memory)
    try check(scan, old)
    return scan
  }

  /// What was known of the listing before.
  func memory(of storage: any TreeStorage) -> ListingMemory? {
    storage.isRemote ? location.listingMemory(of: storage.identity) : nil
  }

  /// Assets that the index knows, with equally many between each two.
  func landmarks(atMost most: Int) -> [AssetIdentifier] {
    (try? KnownFolders.Reader(location).landmarks(atMost: most)) ?? []
  }

  /// Refuses a tree that cannot be the one that is meant.
  ///
  /// - Parameter old: what the index says of its tree; `nil` to take any.
  func check(_ scan: Scan, _ old: CatalogState?) throws {
    let isEmpty = scan.scope == nil && scan.stretches.names.isEmpty
    // A store of objects has no folder that could be missing: nothing at all is what a root that was mistyped looks
    // like.
    if scan.storage.isRemote, !options.acceptsRoot, old?.startedAt == nil, scan.stretches.names.isEmpty {
      throw ReconcileError(
        .noSuchRoot, "There is nothing in \(scan.storage.path): correct the root, or accept it as it is.", .acceptRoot)
    }
    if let old, old.startedAt != nil, !options.acceptsRoot {
      try refuse(scan.storage, insteadOf: old, isEmpty: isEmpty)
    }
  }

  /// Refuses a tree in which every row of the index would be found missing, since a mount that failed looks like that.
  func refuse(_ tree: any TreeStorage, insteadOf old: CatalogState, isEmpty: Bool) throws {
    if isEmpty, try KnownFolders.Reader(location).hasAny() {
      throw ReconcileError(
        .noSuchRoot,
        "\(tree.path) is empty, but the index knows assets in it: \(tree.isRemote ? "correct the root" : "mount it"), or accept "
          + "it as it is.", .acceptRoot)
    }
    let isSame = old.isOf(
      root: root, metadataFolder: metadataFolder, device: tree.identity.device, inode: tree.identity.inode, at: location
    )
    if !isSame {
      throw ReconcileError(
        .noSuchRoot,
        "\(tree.path) is not the tree that the index \(location.path) knows (that of \(old.root)): "
          + "name the right root or index, or accept this one.",
        .acceptRoot)
    }
  }
}

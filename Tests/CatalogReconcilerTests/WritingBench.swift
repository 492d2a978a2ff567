import CatalogTestSupport
import LinuxSystem
import LocalTree
import ManifestModel
import ObjectTree
import StoredTree
import Synchronization

/// A storage that can be written, and in which other writers come in between, or a file cannot be put in place.
protocol WritingBench: StorageBench {
  func publisher() throws -> any TreePublisher
  /// What is done before a file is put in place of which the bytes are staged; `nil` for nothing.
  func beforePublishing(_ body: (@Sendable (TreeFile) -> Void)?) throws
  /// What is done after it was looked whether a file is there.
  func afterLooking(_ body: (@Sendable (TreeFile) -> Void)?) throws
  /// Which files cannot be put in place.
  func failPublishing(_ isFailing: (@Sendable (TreeFile) -> Bool)?) throws
}

extension WritingBench {
  func read(_ file: TreeFile, of asset: AssetIdentifier) throws -> FileInStorage? {
    var found: FileInStorage?
    try open().makeSession(nil).read(file, of: asset) { loaded in
      guard case .bytes(let bytes, let revision) = loaded else { return }
      found = FileInStorage(bytes: Array(bytes), revision: revision)
    }
    return found
  }
}

struct FileInStorage: Equatable {
  let bytes: [UInt8]
  let revision: Revision
}

/// What a publisher does besides putting files in place.
struct Interference: Sendable {
  var before: (@Sendable (TreeFile) -> Void)?
  var afterLooking: (@Sendable (TreeFile) -> Void)?
  var isFailing: (@Sendable (TreeFile) -> Bool)?
}

/// A bench of storage whose files are put in place by a publisher that can be interfered with.
final class InterferedBench: WritingBench {
  private let bench: any StorageBench
  private let makePublisher: @Sendable () throws -> any TreePublisher
  private let interference = Mutex(Interference())

  private init(_ bench: any StorageBench, _ makePublisher: @escaping @Sendable () throws -> any TreePublisher) {
    self.bench = bench
    self.makePublisher = makePublisher
  }

  func open() throws -> any TreeStorage { try bench.open() }
  func put(_ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier) throws {
    try bench.put(bytes, as: file, of: asset)
  }
  func remove(_ file: TreeFile, of asset: AssetIdentifier) throws { try bench.remove(file, of: asset) }
  func remove(_ asset: AssetIdentifier) throws { try bench.remove(asset) }
  func settle() throws { try bench.settle() }

  func publisher() throws -> any TreePublisher {
    InterferingPublisher(try makePublisher(), interference.withLock { $0 })
  }

  func beforePublishing(_ body: (@Sendable (TreeFile) -> Void)?) { interference.withLock { $0.before = body } }
  func afterLooking(_ body: (@Sendable (TreeFile) -> Void)?) { interference.withLock { $0.afterLooking = body } }
  func failPublishing(_ isFailing: (@Sendable (TreeFile) -> Bool)?) {
    interference.withLock { $0.isFailing = isFailing }
  }
}

extension InterferedBench {
  /// Files below a folder of this machine.
  convenience init(tree: ScratchTree) {
    self.init(LocalBench(tree: tree)) { [root = tree.root] in
      LocalPublisher(
        try MetadataTree(root: root, metadataFolder: "_asset_metadata", fileSystem: SettledFileSystem()),
        through: LinuxFileSystem())
    }
  }

  /// Objects in memory.
  convenience init(tree: MemoryTree) {
    self.init(MemoryBench(tree: tree)) { MemoryPublisher(tree) }
  }

  /// Objects in a store: one that was made for tests, or a real one.
  convenience init(objects bench: any StorageBench) {
    self.init(bench) {
      guard let tree = try bench.open() as? ObjectTree else { throw TreeFault(.other, "no store of objects") }
      return ObjectPublisher(tree) { _ in }
    }
  }
}

/// A publisher before each of whose files something else may happen.
private final class InterferingPublisher: TreePublisher {
  private let real: any TreePublisher
  private let interference: Interference

  init(_ real: any TreePublisher, _ interference: Interference) {
    self.real = real
    self.interference = interference
  }

  var storage: any TreeStorage { real.storage }
  var traits: PublishingTraits { real.traits }
  func mostHeld(of count: Int) -> Int { real.mostHeld(of: count) }
  func beginBatch(of changes: Int) -> any PublicationBatch {
    InterferingBatch(real.beginBatch(of: changes), interference)
  }
  func pause(microseconds: UInt32) { real.pause(microseconds: microseconds) }
}

private final class InterferingBatch: PublicationBatch {
  private let real: any PublicationBatch
  private let interference: Interference

  init(_ real: any PublicationBatch, _ interference: Interference) {
    self.real = real
    self.interference = interference
  }

  func hold(_ asset: AssetIdentifier, makingIt: Bool) throws(TreeFault) -> AssetHold {
    let hold = try real.hold(asset, makingIt: makingIt)
    guard case .held(let publication) = hold else { return hold }
    return .held(InterferingPublication(publication, interference))
  }

  func settle(_ publications: [any AssetPublication]) throws(TreeFault) {
    try real.settle(publications.map { ($0 as? InterferingPublication)?.real ?? $0 })
  }
}

private final class InterferingPublication: AssetPublication {
  let real: any AssetPublication
  private let interference: Interference
  private var files: [FileSlot: TreeFile] = [:]

  init(_ real: any AssetPublication, _ interference: Interference) {
    self.real = real
    self.interference = interference
  }

  var asset: AssetIdentifier { real.asset }
  var missingLock: String? { real.missingLock }
  var removal: (any RunRemoval)? { real.removal }
  func takeSession() -> any TreeSession { real.takeSession() }
  func makeSession() -> any TreeSession { real.makeSession() }
  func revision(of file: TreeFile) throws(TreeFault) -> Revision? {
    let revision = try real.revision(of: file)
    interference.afterLooking?(file)
    return revision
  }
  func slot(for file: TreeFile) throws(TreeFault) -> FileSlot {
    let slot = try real.slot(for: file)
    files[slot] = file
    return slot
  }
  func stage(
    _ slot: FileSlot, _ bytes: [UInt8], replacing former: Revision?, as kind: StagedKind
  ) throws(TreeFault) -> Timestamp? {
    try real.stage(slot, bytes, replacing: former, as: kind)
  }
  func endStaging(_ failed: (FileSlot?, TreeFault) -> Void) { real.endStaging(failed) }
  func publish(_ slot: FileSlot) throws(TreeFault) -> PublishOutcome {
    if let file = files[slot] {
      interference.before?(file)
      if interference.isFailing?(file) == true { throw TreeFault(.full, "no space left on device") }
    }
    return try real.publish(slot)
  }
  func endRuns() throws(TreeFault) { try real.endRuns() }
  func discard(_ slot: FileSlot) { real.discard(slot) }
  func end(with slots: [FileSlot]) -> [PublishedFile] { real.end(with: slots) }
}

internal import Glibc
internal import ManifestModel
package import StoredTree

/// Writes into a tree in memory as into a store of objects: nobody is kept out, and each file is put if it still is
/// what was read.
package final class MemoryPublisher: TreePublisher {
  private let tree: MemoryTree
  private let parallelism: Int

  /// - Parameter parallelism: how many assets are worked on at the same time.
  package init(_ tree: MemoryTree, parallelism: Int = 4) {
    self.tree = tree
    self.parallelism = parallelism
  }

  package var storage: any TreeStorage { tree }
  package var traits: PublishingTraits {
    PublishingTraits(isDurableAtOnce: true, canRemove: false, parallelism: parallelism, firstPauseMicroseconds: 100)
  }

  package func mostHeld(of count: Int) -> Int { count }
  package func beginBatch(of changes: Int) -> any PublicationBatch { MemoryBatch(tree: tree) }
  package func pause(microseconds: UInt32) { usleep(microseconds) }
}

private final class MemoryBatch: PublicationBatch {
  private let tree: MemoryTree

  init(tree: MemoryTree) {
    self.tree = tree
  }

  func hold(_ asset: AssetIdentifier, makingIt: Bool) throws(TreeFault) -> AssetHold {
    if !makingIt, tree.makeSession(nil).isGone(asset) { return .gone }
    return .held(MemoryPublication(asset, tree))
  }

  func settle(_ publications: [any AssetPublication]) {}
}

private final class MemoryPublication: AssetPublication {
  private struct Place {
    let file: TreeFile
    var bytes: [UInt8] = []
    var former: Revision?
    var kind = StagedKind.usual
    var written: Revision?
  }

  let asset: AssetIdentifier
  private let tree: MemoryTree
  private let session: any TreeSession
  /// How many exclusive beginnings there were before anything was read.
  private var beginnings: Int
  private var places: [Place] = []

  init(_ asset: AssetIdentifier, _ tree: MemoryTree) {
    self.asset = asset
    self.tree = tree
    session = tree.makeSession(nil)
    beginnings = tree.beginnings(of: asset)
  }

  func takeSession() -> any TreeSession { session }
  func makeSession() -> any TreeSession { tree.makeSession(nil) }

  func revision(of file: TreeFile) throws(TreeFault) -> Revision? {
    switch session.look(at: file, of: asset) {
    case .present(let revision): revision
    case .absent: nil
    case .unknown: throw TreeFault(.denied, "permission denied")
    }
  }

  func slot(for file: TreeFile) -> FileSlot {
    places.append(Place(file: file))
    return FileSlot(number: places.count - 1)
  }

  func stage(_ slot: FileSlot, _ bytes: [UInt8], replacing former: Revision?, as kind: StagedKind) -> Timestamp? {
    places[slot.number].bytes = bytes
    places[slot.number].former = former
    places[slot.number].kind = kind
    return nil
  }

  func endStaging(_ failed: (FileSlot?, TreeFault) -> Void) {}

  func publish(_ slot: FileSlot) -> PublishOutcome {
    let place = places[slot.number]
    let isExclusive = place.kind == .exclusiveBeginning
    let written = tree.put(
      place.bytes, as: place.file, of: asset, replacing: place.former, after: isExclusive ? beginnings : nil)
    guard let written else { return .conflict }
    if isExclusive { beginnings += 1 }
    places[slot.number].written = written
    return .done
  }

  func endRuns() {}
  func discard(_ slot: FileSlot) {}
  func end(with slots: [FileSlot]) -> [PublishedFile] {
    slots.map { places[$0.number].written.map { .standing($0) } ?? .unknown }
  }
}

internal import Glibc
internal import ManifestModel
internal import ObjectStorage
package import StoredTree

/// Writes into a tree in a store of objects: nobody is kept out, and each object is put on the condition that it still
/// is the one that was decided on.
///
/// An object that was put is whole and durable, so there are no drafts and nothing to settle. Nothing is ever deleted.
/// A run goes before the manifest that names it, so what a writer that died leaves behind is a run that its manifest
/// does not name, which mad_prefect leaves as well and the next reconcile finds.
package final class ObjectPublisher: TreePublisher {
  /// Assets that are worked on at the same time: nearly all of the time is waited.
  private static let parallelism = 16
  /// Some round trips to the store, in microseconds.
  private static let firstPause: UInt32 = 20_000

  let tree: ObjectTree
  private let onWarning: @Sendable (String) -> Void

  /// - Parameter onWarning: told, once for a tree, if the store takes no conditions.
  package init(_ tree: ObjectTree, onWarning: @escaping @Sendable (String) -> Void) {
    self.tree = tree
    self.onWarning = onWarning
  }

  package var storage: any TreeStorage { tree }
  package var traits: PublishingTraits {
    PublishingTraits(
      isDurableAtOnce: true, canRemove: false, parallelism: Self.parallelism, firstPauseMicroseconds: Self.firstPause)
  }

  package func mostHeld(of count: Int) -> Int { count }
  package func beginBatch(of changes: Int) -> any PublicationBatch { ObjectBatch(self) }
  package func pause(microseconds: UInt32) { usleep(microseconds) }

  // MARK: Putting

  /// Puts an object in the place of another one, or where there is none.
  ///
  /// - Parameter former: the version that was decided on; `nil` where there was no object.
  /// - Returns: its version; `nil` if somebody else has written it since.
  func put(
    _ key: [UInt8], _ bytes: [UInt8], replacing former: ObjectVersion?, mayAsk: Bool
  ) throws(ObjectError) -> ObjectVersion? {
    if tree.conditions.areIgnored { return try putBlindly(key, bytes, replacing: former) }
    let result: PutResult
    do throws(ObjectError) {
      result = try tree.store.put(key, bytes, if: former.map { .unchanged($0) } ?? .absent)
    } catch {
      guard error.code == .unsupported else { throw error }
      areIgnored()
      return try putBlindly(key, bytes, replacing: former)
    }
    switch result {
    case .conflict:
      tree.conditions.settle(areHonoured: true)
      return nil
    case .written(let version):
      if mayAsk { ask(rewriting: key, bytes) }
      return version
    }
  }

  /// Where nothing can be put on a condition, a look just before is the most that can be done.
  private func putBlindly(
    _ key: [UInt8], _ bytes: [UInt8], replacing former: ObjectVersion?
  ) throws(ObjectError) -> ObjectVersion? {
    guard try tree.store.look(key)?.version == former,
      case .written(let version) = try tree.store.put(key, bytes, if: .always)
    else { return nil }
    return version
  }

  /// Asks the store once whether it honours conditions: some take them, and write all the same.
  private func ask(rewriting key: [UInt8], _ bytes: [UInt8]) {
    guard tree.conditions.begin() else { return }
    // What gets no answer here is asked at the next object.
    let answer = try? tree.store.honoursConditions(rewriting: key, bytes)
    if answer == false { areIgnored() } else { tree.conditions.settle(areHonoured: answer) }
  }

  private func areIgnored() {
    guard tree.conditions.settle(areHonoured: false) else { return }
    onWarning(
      "The store of \(tree.root) takes no conditional writes: let only one program write an asset at a time.")
  }
}

/// Assets of a tree in a store of objects that are written together.
final class ObjectBatch: PublicationBatch {
  private let publisher: ObjectPublisher

  init(_ publisher: ObjectPublisher) {
    self.publisher = publisher
  }

  func hold(_ asset: AssetIdentifier, makingIt: Bool) throws(TreeFault) -> AssetHold {
    if !makingIt, ObjectSession(publisher.tree, readers: nil).isGone(asset) { return .gone }
    return .held(ObjectPublication(asset, publisher))
  }

  func settle(_ publications: [any AssetPublication]) {}
}

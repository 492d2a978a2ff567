package import ManifestModel
internal import ObjectStorage
package import StoredTree
internal import Synchronization

extension ObjectTree {
  /// An object that a run wrote; `nil` where there is none, or the store does not say.
  ///
  /// - Parameter path: as it was recorded; leading slashes mean the root.
  package func openArtifact(_ path: String) -> ArtifactObject? {
    let key = Array(path.utf8.drop { $0 == ObjectKey.slash })
    guard !key.isEmpty, ObjectKey.canBeAsked(for: key), let facts = try? store.look(key) else { return nil }
    return ArtifactObject(facts, in: store)
  }
}

extension ObjectTree {
  /// What changes when an object is written, or any of those below it.
  ///
  /// - Parameter limit: no more objects are listed than one beyond this number.
  /// - Returns: `nil` where there is none.
  package func stamp(
    of path: String, atMost limit: Int
  ) throws(StoreError) -> (count: Int, bytes: Int64, content: UInt64)? {
    let key = Array(path.utf8)
    guard ObjectKey.canBeAsked(for: key) else { return nil }
    var (count, bytes, content) = (0, Int64(0), UInt64(0))
    func add(_ facts: ObjectFacts) {
      let revision = Revision(facts)
      count += 1
      bytes &+= facts.size
      // A sum, since objects are listed in any order; of hashes, so that no two changes undo each other.
      let digest = SHA256.digest(facts.key + Array("\0\(revision)".utf8))
      content &+= UInt64(digest[..<8])
    }
    do throws(ObjectError) { if let facts = try store.look(key) { add(facts) } } catch { throw StoreError(error) }
    try list(key + [ObjectKey.slash]) {
      add($0)
    } while: {
      count <= limit
    }
    return count == 0 ? nil : (count, bytes, content)
  }
}

/// An artifact in a store of objects, read by parts of one version of it and never as a whole.
package final class ArtifactObject: Sendable {
  /// What is asked for at least: head and tail of a file are read in small pieces.
  private static let shortest: Int64 = 64 << 10

  private struct Part {
    var offset: Int64
    var bytes: [UInt8]
  }

  private let facts: ObjectFacts
  private let store: any ObjectStore
  /// The part at the beginning, and the last one elsewhere.
  private let parts = Mutex<[Part]>([])
  private let hasChanged = Mutex(false)

  init(_ facts: ObjectFacts, in store: any ObjectStore) {
    self.facts = facts
    self.store = store
  }

  package var bytes: Int64 { facts.size }
  package var modified: Timestamp? { facts.modified }
  /// Each part is asked for as one of the first version.
  package var isUnchanged: Bool { hasChanged.withLock { !$0 } }

  package func read(at offset: Int64, count: Int) -> [UInt8]? {
    let end = offset + Int64(count)
    let known = parts.withLock { parts in
      parts.first { $0.offset <= offset && end <= $0.offset + Int64($0.bytes.count) }
    }
    if let known { return Array(known.bytes[Int(offset - known.offset)...].prefix(count)) }
    // A piece at the end comes with what is before it, others with what follows.
    let start = end == facts.size ? max(0, min(offset, end - Self.shortest)) : offset
    let wanted = min(facts.size - start, max(Int64(count), Self.shortest))
    do throws(ObjectError) {
      guard wanted > 0 else { return [] }
      let part = ByteRange.from(start, count: Int(wanted))
      guard let object = try store.get(facts.key, part, of: facts.version), object.bytes.count == Int(wanted) else {
        hasChanged.withLock { $0 = true }
        return nil
      }
      parts.withLock { parts in
        if parts.count > 1 { parts.removeLast() }
        parts.append(Part(offset: start, bytes: object.bytes))
      }
      return Array(object.bytes[Int(offset - start)...].prefix(count))
    } catch {
      if error.code == .changed { hasChanged.withLock { $0 = true } }
      return nil
    }
  }
}

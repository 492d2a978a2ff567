package import ManifestModel
package import ObjectStorage
internal import Synchronization

/// A store of objects in memory, as hostile as real ones are: in the order that a test wants, with small pages, with
/// tags that say nothing but what is in an object, with one second for all, and with whatever troubles are ordered.
package final class ObjectShelf: ObjectStore {
  /// In what order listings come.
  package enum Order: Sendable {
    /// As AWS and Ceph have them.
    case bytes
    /// As SeaweedFS has them.
    case components
    /// The keys of a folder together, the folders in any order.
    case shuffledNames(UInt64)
    case shuffled(UInt64)
    /// By their bytes, every other key; then the others, so that each name comes again.
    case returning
  }

  /// What is asked of it.
  package enum Request: Equatable, Sendable {
    case list([UInt8], page: Int)
    case get([UInt8])
    case look([UInt8])
    case put([UInt8])
  }

  private struct State {
    var objects: [[UInt8]: Object] = [:]
    var trouble: @Sendable (Request) -> ObjectError? = { _ in nil }
    /// What listings do not show, though it is there.
    var holes: Set<[UInt8]> = []
    /// What listings show instead of what is there.
    var former: [[UInt8]: Object]?
    var counts: [String: Int] = [:]
    var ignoresConditions = false
    /// The ends of keys of objects that are taken and not kept.
    var forgotten: [[UInt8]] = []
    var secondsAhead: Int64?
  }

  package let identity: String
  package let order: Order
  package let pageSize: Int
  private let state = Mutex(State())

  package let ordersByBytes: Bool?

  package init(
    _ identity: String = "memory://shelf/bucket", order: Order = .bytes, pageSize: Int = 7, ordersByBytes: Bool? = nil
  ) {
    self.identity = identity
    self.order = order
    self.pageSize = pageSize
    self.ordersByBytes = ordersByBytes
  }

  // MARK: What a test says

  /// Puts an object there, without troubles.
  ///
  /// - Parameter modified: when it was written, as the store says; `nil` for the same second as always.
  package func put(_ bytes: [UInt8], at key: [UInt8], modified: Timestamp? = nil) {
    // Half of the tags are those of multipart uploads.
    let tag = MD5.hex(bytes) + (key.count % 2 == 0 ? "" : "-2")
    let facts = ObjectFacts(
      key: key, version: ObjectVersion(bytes: Array(tag.utf8)), size: Int64(bytes.count),
      modified: modified ?? Timestamp(microseconds: 1_790_000_000_000_000))
    state.withLock { $0.objects[key] = Object(facts: facts, bytes: bytes) }
  }

  /// Whether it takes conditions and writes all the same.
  /// Takes objects whose keys end so, and keeps none of them.
  package func setForgotten(_ ends: [String]) { state.withLock { $0.forgotten = ends.map { Array($0.utf8) } } }

  package func setIgnoresConditions(_ ignores: Bool) { state.withLock { $0.ignoresConditions = ignores } }

  /// Says how far the store's clock is ahead of the host's.
  package func setSecondsAhead(_ seconds: Int64?) { state.withLock { $0.secondsAhead = seconds } }
  package var secondsAhead: Int64? { state.withLock { $0.secondsAhead } }

  package func remove(_ key: [UInt8]) { state.withLock { $0.objects[key] = nil } }

  package var keys: [[UInt8]] { state.withLock { Array($0.objects.keys) } }

  package func setTrouble(_ trouble: @escaping @Sendable (Request) -> ObjectError?) {
    state.withLock { $0.trouble = trouble }
  }

  package func setHoles(_ holes: Set<[UInt8]>) { state.withLock { $0.holes = holes } }

  /// Listings show what is there now until this is called with `false`.
  package func setStale(_ isStale: Bool) { state.withLock { $0.former = isStale ? $0.objects : nil } }

  /// How often `list`, `get` and `look` were called since the last time.
  package func takeCounts() -> [String: Int] {
    state.withLock { state in
      defer { state.counts = [:] }
      return state.counts
    }
  }

  // MARK: Store

  package func list(_ prefix: [UInt8], from start: ListStart) throws(ObjectError) -> ObjectPage {
    var place = 0
    if case .token(let token) = start { place = token.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
    let state = try begin(.list(prefix, page: place / pageSize), "list")
    let all = sorted(
      (state.former ?? state.objects).keys.filter { $0.starts(with: prefix) && !state.holes.contains($0) })
    if case .after(let key) = start { place = self.place(after: key, in: all) }
    let end = min(place + pageSize, all.count)
    let objects = place < end ? all[place..<end].map { (state.former ?? state.objects)[$0]!.facts } : []
    return ObjectPage(objects: objects, next: end < all.count ? Array("\(end)".utf8) : nil)
  }

  package func get(_ key: [UInt8], atMost limit: Int) throws(ObjectError) -> Object? {
    try begin(.get(key), "get").objects[key].map { Object(facts: $0.facts, bytes: Array($0.bytes.prefix(limit))) }
  }

  package func get(_ key: [UInt8], _ range: ByteRange, of version: ObjectVersion?) throws(ObjectError) -> Object? {
    guard let object = try begin(.get(key), "get").objects[key] else { return nil }
    if let version, version != object.facts.version { throw ObjectError(.changed, "It was written meanwhile.") }
    let part: ArraySlice<UInt8>
    switch range {
    case .from(let offset, let count):
      part = object.bytes.dropFirst(Int(clamping: offset)).prefix(count)
    case .last(let count): part = object.bytes.suffix(count)
    }
    return Object(facts: object.facts, bytes: Array(part))
  }

  package func look(_ key: [UInt8]) throws(ObjectError) -> ObjectFacts? {
    try begin(.look(key), "look").objects[key]?.facts
  }

  package func put(_ key: [UInt8], _ bytes: [UInt8], if condition: PutCondition) throws(ObjectError) -> PutResult {
    _ = try begin(.put(key), "put")
    return state.withLock { state in
      let former = state.objects[key]?.facts.version
      if !state.ignoresConditions {
        switch condition {
        case .always: break
        case .absent: if former != nil { return .conflict }
        case .unchanged(let version): if former != version { return .conflict }
        }
      }
      let tag = MD5.hex(bytes) + (key.count % 2 == 0 ? "" : "-2")
      let version = ObjectVersion(bytes: Array(tag.utf8))
      let facts = ObjectFacts(
        key: key, version: version, size: Int64(bytes.count),
        modified: Timestamp(microseconds: 1_790_000_000_000_000))
      if !state.forgotten.contains(where: { key.suffix($0.count).elementsEqual($0) }) {
        state.objects[key] = Object(facts: facts, bytes: bytes)
      }
      return .written(version)
    }
  }

  package func honoursConditions(rewriting key: [UInt8], _ bytes: [UInt8]) throws(ObjectError) -> Bool {
    try put(key, bytes, if: .absent) == .conflict
  }

  private func begin(_ request: Request, _ name: String) throws(ObjectError) -> State {
    let trouble = state.withLock { state in
      state.counts[name, default: 0] += 1
      return state.trouble
    }
    // It may change what is here.
    if let error = trouble(request) { throw error }
    return state.withLock { $0 }
  }

  /// Where a listing begins that goes on after a key: in a store without any order, behind it or anywhere.
  private func place(after key: [UInt8], in all: [[UInt8]]) -> Int {
    switch order {
    case .bytes: all.firstIndex { key.lexicographicallyPrecedes($0) } ?? all.endIndex
    case .components: all.firstIndex { Self.precedesByComponents(key, $0) } ?? all.endIndex
    case .shuffledNames, .shuffled, .returning: all.firstIndex(of: key).map { $0 + 1 } ?? key.count % (all.count + 1)
    }
  }

  private static func precedesByComponents(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let slash = UInt8(ascii: "/")
    return left.split(separator: slash, omittingEmptySubsequences: false).lexicographicallyPrecedes(
      right.split(separator: slash, omittingEmptySubsequences: false)
    ) { $0.lexicographicallyPrecedes($1) }
  }

  private func sorted(_ keys: [[UInt8]]) -> [[UInt8]] {
    let slash = UInt8(ascii: "/")
    let byBytes = keys.sorted { $0.lexicographicallyPrecedes($1) }
    switch order {
    case .bytes: return byBytes
    case .components: return keys.sorted(by: Self.precedesByComponents)
    case .shuffledNames(let seed):
      var random = SplitMix64(seed: seed)
      let groups = Dictionary(grouping: byBytes) {
        Array($0.split(separator: slash).prefix(2).joined(separator: [slash]))
      }
      return groups.keys.sorted { $0.lexicographicallyPrecedes($1) }.shuffled(using: &random).flatMap { groups[$0]! }
    case .shuffled(let seed):
      var random = SplitMix64(seed: seed)
      return byBytes.shuffled(using: &random)
    case .returning:
      let (even, odd) = (byBytes.indices.filter { $0 % 2 == 0 }, byBytes.indices.filter { $0 % 2 == 1 })
      return (even + odd).map { byBytes[$0] }
    }
  }
}

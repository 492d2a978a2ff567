import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import Foundation
import ManifestModel
import ObjectStorage
import StoredTree
import Synchronization
import Testing

@testable import ObjectTree

/// Listings by ranges of keys: the same as one a page after the other, or none.
@Suite("A listing in ranges") struct RangedListingTests {
  private static let orders: [ObjectShelf.Order] = [.bytes, .components, .shuffledNames(3), .shuffled(5)]

  private static func keys(_ random: inout SplitMix64, count: Int) -> Set<[UInt8]> {
    var keys: Set<[UInt8]> = []
    for _ in 0..<count {
      let asset = AssetIdentifier(name: OddNames.word(&random), id: OddNames.word(&random))
      keys.insert(
        ShelfBench.key(random.chance(1, in: 3) ? .manifest : .run(OddNames.word(&random)), of: asset))
    }
    return keys
  }

  private static func cuts(_ random: inout SplitMix64, among keys: Set<[UInt8]>) -> [[UInt8]] {
    (0..<Int.random(in: 1...8, using: &random)).map { _ in
      // Some that are there, and some that are not.
      random.chance(1, in: 2)
        ? keys.randomElement(using: &random)!
        : ShelfBench.key(.manifest, of: AssetIdentifier(name: OddNames.word(&random), id: OddNames.word(&random)))
    }
  }

  /// What a listing holds, each object a line.
  private static func lines(_ listing: Listing) throws -> [String] {
    try listing.names.flatMap { name in
      try listing.assets(of: name).flatMap { asset in
        ["\(name)/\(asset.id) \(asset.manifest.map { "\($0)" } ?? "-")"]
          + asset.runs.map { "\(name)/\(asset.id)/\($0.id) \($0.revision)" }
      }
    }
  }

  private static func inTurn(_ tree: ObjectTree) throws -> [String] {
    let survey = try tree.beginSurvey(probingIn: "/tmp", stretchLength: 64)
    return try lines(try #require(survey as? ObjectSurvey).listing)
  }

  private static func ranged(_ tree: ObjectTree, _ cuts: [[UInt8]]) throws -> (listing: Listing, objects: Int)? {
    try RangedListing(tree, ObjectKey.names(in: tree), cuts: cuts, in: "/tmp").list()
  }

  @Test("has each key exactly once where keys come by their bytes, and in other orders that or none", arguments: 0..<4)
  func orders(_ number: Int) throws {
    var (whole, refused) = (0, 0)
    for seed in UInt64(0)..<60 {
      var random = SplitMix64(seed: seed)
      let shelf = ObjectShelf(order: Self.orders[number], pageSize: Int.random(in: 1...9, using: &random))
      let keys = Self.keys(&random, count: Int.random(in: 1...80, using: &random))
      for key in keys { shelf.put(key, at: key) }
      let tree = ObjectTree(shelf, root: "s3://shelf/lake", metadataFolder: "_asset_metadata")
      let found = try Self.ranged(tree, Self.cuts(&random, among: keys))
      guard let found else {
        refused += 1
        continue
      }
      whole += 1
      #expect(found.objects == keys.count, "seed \(seed)")
      #expect(try Self.lines(found.listing) == Self.inTurn(tree), "seed \(seed)")
    }
    if number == 0 { #expect(refused == 0) } else { #expect(refused > 20) }
    #expect(whole + refused == 60)
  }

  @Test("loses nothing where objects come and go meanwhile that are not those in question")
  func churn() throws {
    for seed in UInt64(0)..<40 {
      var random = SplitMix64(seed: seed)
      let shelf = ObjectShelf(pageSize: 5)
      let keys = Self.keys(&random, count: 80)
      for key in keys { shelf.put(key, at: key) }
      let cuts = Self.cuts(&random, among: keys)
      let moving = Mutex((random: random, count: 0))
      // With each page another object comes, or goes again.
      shelf.setTrouble { [unowned shelf] _ in
        moving.withLock { state in
          state.count += 1
          let key = ShelfBench.key(.run("moving"), of: AssetIdentifier(name: OddNames.word(&state.random), id: "m"))
          if state.count % 3 == 0 { shelf.remove(key) } else { shelf.put([], at: key) }
        }
        return nil
      }
      let tree = ObjectTree(shelf, root: "s3://shelf/lake", metadataFolder: "_asset_metadata")
      guard let found = try Self.ranged(tree, cuts) else { continue }
      shelf.setTrouble { _ in nil }
      for key in shelf.keys where !keys.contains(key) { shelf.remove(key) }
      let present = Set(try Self.lines(found.listing))
      for line in try Self.inTurn(tree) where !line.hasSuffix(" -") { #expect(present.contains(line), "seed \(seed)") }
    }
  }

  @Test("a page that cannot be had ends it, and is no shorter listing")
  func trouble() throws {
    var random = SplitMix64(seed: 1)
    let keys = Self.keys(&random, count: 60)
    let shelf = ObjectShelf(pageSize: 3)
    for key in keys { shelf.put(key, at: key) }
    let tree = ObjectTree(shelf, root: "s3://shelf/lake", metadataFolder: "_asset_metadata")
    let cuts = Array(keys.sorted { $0.lexicographicallyPrecedes($1) }.dropFirst(10).prefix(3))
    for failing in 0..<10 {
      let count = Mutex(0)
      let trouble = { @Sendable (code: ObjectError.Code) in
        count.withLock { $0 = 0 }
        shelf.setTrouble { _ in
          count.withLock { count in
            count += 1
            return count == failing + 1 ? ObjectError(code, "No.") : nil
          }
        }
      }
      trouble(.unavailable)
      #expect(throws: StoreError.self) { try Self.ranged(tree, cuts) }
      // What ranges ask for and others do not.
      trouble(.unsupported)
      #expect(try Self.ranged(tree, cuts) == nil)
    }
  }

  @Test("a hole behind a cut is found by the range before it")
  func hole() throws {
    var random = SplitMix64(seed: 7)
    let keys = Self.keys(&random, count: 60).sorted { $0.lexicographicallyPrecedes($1) }
    let store = LeapingStore(ObjectShelf(pageSize: 4))
    for key in keys { store.shelf.put(key, at: key) }
    let tree = ObjectTree(store, root: "s3://shelf/lake", metadataFolder: "_asset_metadata")
    #expect(try Self.ranged(tree, [keys[20]]) == nil)
    #expect(try Self.ranged(tree, [keys[keys.count - 2]]) == nil)
  }

  @Test(
    "on a real store it is the listing of the usual kind, or none; and of which order it is, is seen",
    .enabled(if: RealBucket.endpoint != nil))
  func realStore() throws {
    var random = SplitMix64(seed: 11)
    let root = try RealBucket.newRoot()
    let bucket = try RealBucket.open(root)
    var keys = Self.keys(&random, count: 150)
    // In these the orders differ.
    for name in ["a", "a-b"] { keys.insert(ShelfBench.key(.manifest, of: AssetIdentifier(name: name, id: "a"))) }
    for key in keys { _ = try bucket.put(key, [], if: .always) }
    let tree = ObjectTree(bucket, root: root, metadataFolder: "_asset_metadata")
    let order = try tree.beginSurvey(probingIn: "/tmp", stretchLength: 64).memory?.order
    #expect(order == .bytes || order == .other)
    for _ in 0..<20 {
      let found = try Self.ranged(tree, Self.cuts(&random, among: keys))
      if order == .bytes { #expect(found != nil) }
      guard let found else { continue }
      #expect(found.objects == keys.count)
      #expect(try Self.lines(found.listing) == Self.inTurn(tree))
    }
  }

  // MARK: The reconciler

  @Test("is asked for where a whole listing came by bytes, and forgotten where another one came otherwise")
  func memory() throws {
    let shelf = ObjectShelf(order: .bytes, pageSize: 3)
    let bench = ShelfBench(shelf: shelf)
    try StorageConformanceTests.fill(bench)
    let mirror = try StorageMirror(bench)
    _ = try mirror.reconciler.reconcile()
    let identity = try bench.open().identity
    let seen = try #require(mirror.location.listingMemory(of: identity))
    #expect(seen == ListingMemory(objects: shelf.keys.count, order: .bytes))
    let (before, pages) = (try mirror.rows(), (shelf.keys.count + 2) / 3)
    // As if the tree were large.
    mirror.location.keep(ListingMemory(objects: 1_000_000, order: .bytes), of: identity)
    _ = shelf.takeCounts()
    #expect(try mirror.reconciler.reconcile().removed == 0)
    let counts = shelf.takeCounts()
    #expect(counts["list", default: 0] > pages && counts.count == 1)
    #expect(mirror.location.listingMemory(of: identity) == seen)
    mirror.location.keep(ListingMemory(objects: 1_000_000, order: .bytes), of: identity)
    _ = try mirror.reconciler.rebuild()
    #expect(try mirror.rows() == before)

    // The same store says the same things in another order.
    let other = ObjectShelf(order: .components, pageSize: 3)
    for key in shelf.keys { other.put(try #require(try shelf.get(key, atMost: 1 << 20)).bytes, at: key) }
    let reconciler = try StorageMirror.reconciler(of: ShelfBench(shelf: other), at: mirror.location, acceptsRoot: false)
    mirror.location.keep(ListingMemory(objects: 1_000_000, order: .bytes), of: identity)
    #expect(try reconciler.reconcile().removed == 0)
    #expect(try mirror.rows() == before)
    #expect(mirror.location.listingMemory(of: identity)?.order == .other)
    mirror.location.keep(ListingMemory(objects: 1_000_000, order: .other), of: identity)
    _ = other.takeCounts()
    _ = try reconciler.reconcile()
    #expect(other.takeCounts() == ["list": pages])
  }

  @Test("asks a store of which it is known, before any was seen, and a store of which nothing is known never")
  func promised() {
    let large = ListingMemory(objects: 1_000_000, order: .unknown)
    let (aws, others) = (ObjectShelf(ordersByBytes: true), ObjectShelf())
    #expect(RangedListing.count(of: large, aws) == 50)
    #expect(RangedListing.count(of: large, others) == 1)
    #expect(RangedListing.count(of: ListingMemory(objects: 1_000_000, order: .bytes), others) == 50)
    #expect(RangedListing.count(of: ListingMemory(objects: 1_000_000, order: .other), aws) == 1)
    #expect(RangedListing.count(of: ListingMemory(objects: 39_999, order: .bytes), aws) == 1)
    #expect(RangedListing.count(of: ListingMemory(objects: .max, order: .bytes), aws) == RangedListing.most)
    #expect(RangedListing.count(of: nil, aws) == 1)
  }

  @Test("an index gives as many landmarks as are wanted and there are, evenly")
  func landmarks() throws {
    let bench = ShelfBench(shelf: ObjectShelf(pageSize: 1_000))
    for number in 100..<200 {
      let asset = AssetIdentifier(name: "a\(number)", id: "1")
      try bench.put(StorageConformanceTests.manifest(asset), as: .manifest, of: asset)
    }
    let mirror = try StorageMirror(bench)
    _ = try mirror.reconciler.reconcile()
    let reader = try KnownFolders.Reader(mirror.location)
    #expect(try reader.landmarks(atMost: 3).map(\.name) == ["a125", "a150", "a175"])
    #expect(try reader.landmarks(atMost: 63).count == 63)
    #expect(try reader.landmarks(atMost: 63).last?.name == "a198")
    #expect(try reader.landmarks(atMost: 1_000).count == 99)
    #expect(try reader.landmarks(atMost: 0) == [])
  }

  @Test("an order is seen only where another one would differ")
  func evidence() {
    func order(_ keys: [String]) -> ListingMemory.Order {
      var order = KeyOrder()
      for key in keys { order.see(Array(key.utf8)) }
      return order.found
    }
    #expect(order([]) == .unknown)
    #expect(order(["a/x", "b/x"]) == .unknown)
    #expect(order(["a-b/x", "a/x"]) == .bytes)
    #expect(order(["a/x", "a-b/x"]) == .other)
    #expect(order(["a-b/x", "a/x", "a.b/x"]) == .other)
    #expect(order(["a", "a"]) == .other)
    #expect(order(["a/x", "ab/x"]) == .unknown)
    func isOrderly(_ keys: [String]) -> Bool {
      var order = KeyOrder()
      for key in keys { order.see(Array(key.utf8)) }
      return order.isOrderly
    }
    #expect(isOrderly(["a/x", "a-b/x", "a.b/x"]))
    #expect(isOrderly(["a-b/x", "a/x", "ab/x"]))
    #expect(isOrderly(["a/x", "a/y", "a0/x", "b"]))
    #expect(isOrderly(["a", "a/x", "a/x/y"]))
    // Each two keys are in one of the orders, and all are in none.
    #expect(!isOrderly(["a-b/x", "a/x", "c/x", "c-d/x"]))
    #expect(!isOrderly(["a/x", "a-b/x", "c-d/x", "c/x"]))
    #expect(!isOrderly(["b/x", "a/x"]))
    #expect(!isOrderly(["a/x", "a/x"]))
  }

  @Test("a note that is damaged, cut off, too long or of another tree is none")
  func notes() throws {
    let mirror = try StorageMirror(ShelfBench(shelf: ObjectShelf()))
    let identity = TreeIdentity(device: 1, inode: .max)
    let memory = ListingMemory(objects: 123_456, order: .bytes)
    mirror.location.keep(memory, of: identity)
    #expect(mirror.location.listingMemory(of: identity) == memory)
    #expect(mirror.location.listingMemory(of: TreeIdentity(device: 1, inode: 1)) == nil)
    let path = mirror.scratch.outside("index.listing")
    let good = "1 1 ffffffffffffffff 123456 bytes\n"
    for text in [
      "", "\n", String(good.dropLast()), String(good.dropLast(8)) + "\n", "2" + good.dropFirst(), good + good,
      good.replacing("bytes", with: "byte"), good.replacing("1234", with: "-1234"), good.replacing(" ", with: "  "),
      String(repeating: " ", count: 500) + good,
    ] {
      try Data(text.utf8).write(to: URL(filePath: path))
      #expect(mirror.location.listingMemory(of: identity) == nil, "\(text)")
    }
  }
}

/// A store whose listings leave out the first object after the key that they are to go on after, as some do with
/// folders.
private struct LeapingStore: ObjectStore {
  let shelf: ObjectShelf

  init(_ shelf: ObjectShelf) { self.shelf = shelf }

  var identity: String { "leaping" }
  var ordersByBytes: Bool? { true }

  func list(_ prefix: [UInt8], from start: ListStart) throws(ObjectError) -> ObjectPage {
    var page = try shelf.list(prefix, from: start)
    if case .after = start { page.objects.removeFirst() }
    return page
  }

  func get(_ key: [UInt8], atMost limit: Int) throws(ObjectError) -> Object? { try shelf.get(key, atMost: limit) }
  func get(_ key: [UInt8], _ range: ByteRange, of version: ObjectVersion?) throws(ObjectError) -> Object? { nil }
  func look(_ key: [UInt8]) throws(ObjectError) -> ObjectFacts? { try shelf.look(key) }
  func put(_ key: [UInt8], _ bytes: [UInt8], if condition: PutCondition) throws(ObjectError) -> PutResult { .conflict }
  func honoursConditions(rewriting key: [UInt8], _ bytes: [UInt8]) throws(ObjectError) -> Bool { true }
}

package import LinuxSystem
package import ManifestModel
package import ObjectStorage
package import StoredTree

/// A metadata tree in a store of objects.
///
/// There are files and no folders. A listing carries the revision of each file, so that it is the whole comparison;
/// what is read is whole; and every answer of the store is asked for, so that nothing is looked at twice. What the
/// store does not answer is never taken for an absence: it ends the work.
package final class ObjectTree: TreeStorage {
  package let root: String
  package let metadataFolder: String
  package let identity: TreeIdentity
  package var isRemote: Bool { true }
  let store: any ObjectStore
  /// What the keys of all assets begin with.
  let prefix: [UInt8]
  let conditions = Conditions()

  /// - Parameter root: the address of the store's root, for messages.
  package init(_ store: any ObjectStore, root: String, metadataFolder: String) {
    self.store = store
    self.root = root
    self.metadataFolder = metadataFolder
    identity = TreeIdentity(of: store, metadataFolder: metadataFolder)
    prefix = Array("\(metadataFolder)/".utf8)
  }

  package func makeSession(_ readers: SharedReadership?) -> any TreeSession {
    ObjectSession(self, readers: readers)
  }

  package func makeSurveyorTrustingNothing(_ readers: SharedReadership?) -> any StretchSurveyor {
    ObjectSurveyor(ObjectSession(self, trustsRevisions: false, readers: readers), listing: .live)
  }

  package func beginSurvey(probingIn folder: String, stretchLength: Int) throws(StoreError) -> any TreeSurvey {
    let (listing, memory) = try listInTurn(folder)
    return survey(listing, of: nil, stretchLength, memory)
  }

  package func beginSurvey(
    probingIn folder: String, stretchLength: Int, recalling memory: ListingMemory?,
    landmarks: (_ most: Int) -> [AssetIdentifier]
  ) throws(StoreError) -> any TreeSurvey {
    if let survey = try surveyInRanges(folder, stretchLength, memory, landmarks) { return survey }
    let (listing, learnt) = try listInTurn(folder)
    return survey(listing, of: nil, stretchLength, learnt.recalling(memory))
  }

  package func beginReading(
    probingIn folder: String, stretchLength: Int, recalling memory: ListingMemory?,
    landmarks: (_ most: Int) -> [AssetIdentifier]
  ) throws(StoreError) -> TreeListing {
    // They take so little time that there is nothing to win.
    if let survey = try surveyInRanges(folder, stretchLength, memory, landmarks) { return .whole(survey) }
    let prefix = ObjectKey.names(in: self)
    let page: ObjectPage
    do throws(ObjectError) { page = try store.list(prefix, from: .beginning) } catch { throw StoreError(error) }
    guard let token = page.next else {
      var learnt = Learnt(folder)
      for facts in page.objects { try learnt.see(facts, below: self.prefix.count) }
      let (listing, found) = try learnt.finish()
      return .whole(survey(listing, of: nil, stretchLength, found.recalling(memory)))
    }
    let listing = try GrowingListing(self, prefix, page: page, token: token, in: folder)
    return .growing(GrowingObjectSurvey(tree: self, listing: listing, stretchLength: stretchLength, memory: memory))
  }

  private func surveyInRanges(
    _ folder: String, _ stretchLength: Int, _ memory: ListingMemory?, _ landmarks: (_ most: Int) -> [AssetIdentifier]
  ) throws(StoreError) -> ObjectSurvey? {
    let ranges = RangedListing.count(of: memory, store)
    let cuts = ranges > 1 ? landmarks(ranges - 1) : []
    guard !cuts.isEmpty, let memory,
      let found = try RangedListing(
        self, ObjectKey.names(in: self), cuts: cuts.map { ObjectKey.of(.manifest, of: $0, in: self) }, in: folder
      ).list()
    else { return nil }
    return survey(found.listing, of: nil, stretchLength, ListingMemory(objects: found.objects, order: memory.order))
  }

  package func beginSurvey(
    of scope: NameScope, probingIn folder: String, stretchLength: Int
  ) throws(StoreError) -> (any TreeSurvey)? {
    let keys =
      switch scope {
      case .name(let name): ObjectKey.of(name: name, in: self)
      case .prefix(let prefix): ObjectKey.names(in: self) + Array(prefix.utf8)
      }
    var spool = ListingSpool(in: folder)
    try list(keys) { facts throws(StoreError) in try spool.append(facts, below: prefix.count) }
    return survey(try spool.finish(), of: scope, stretchLength, nil)
  }

  /// All names, a page after the other, and in what order they came.
  private func listInTurn(_ folder: String) throws(StoreError) -> (Listing, ListingMemory) {
    var learnt = Learnt(folder)
    try list(ObjectKey.names(in: self)) { facts throws(StoreError) in
      try learnt.see(facts, below: prefix.count)
    }
    return try learnt.finish()
  }

  /// What a listing of all tells.
  private struct Learnt: ~Copyable {
    private var spool: ListingSpool
    private var order = KeyOrder()
    private var objects = 0

    /// - Parameter folder: where a file may be made.
    init(_ folder: String) { spool = ListingSpool(in: folder) }

    mutating func see(_ facts: ObjectFacts, below start: Int) throws(StoreError) {
      try spool.append(facts, below: start)
      order.see(facts.key)
      objects += 1
    }

    consuming func finish() throws(StoreError) -> (Listing, ListingMemory) {
      let memory = ListingMemory(objects: objects, order: order.found)
      return (try spool.finish(), memory)
    }
  }

  func survey(
    _ listing: Listing, of scope: NameScope?, _ stretchLength: Int, _ memory: ListingMemory?
  ) -> ObjectSurvey {
    let length = self.stretchLength(stretchLength, names: listing.names.count)
    return ObjectSurvey(
      tree: self, listing: listing, stretches: TreeStretches(listing.names, length: length, of: scope),
      oddities: listing.oddities, memory: memory)
  }

  /// Where most of the time is waited, many threads are to have something to do.
  func stretchLength(_ most: Int, names: Int) -> Int { min(most, 16, max(4, names / 4_096)) }

  /// Whether the tree holds anything whose path begins so: an object of that name, or one in a folder of that name.
  ///
  /// - Parameter bytes: the size that it must have, as an object; `nil` if it does not matter.
  package func holds(_ path: String, bytes: Int64?) throws(StoreError) -> Bool {
    let key = Array(path.utf8)
    guard !key.isEmpty else { return bytes == nil }
    guard ObjectKey.canBeAsked(for: key) else { return false }
    let facts: ObjectFacts?
    do throws(ObjectError) { facts = try store.look(key) } catch { throw StoreError(error) }
    if let facts { return bytes.map { $0 == facts.size } ?? true }
    guard bytes == nil else { return false }
    var isThere = false
    try list(key + [ObjectKey.slash]) { _ in
      isThere = true
    } while: {
      !isThere
    }
    return isThere
  }

  /// The bytes of an object at the root; `nil` where there is none.
  ///
  /// - Parameter limit: more bytes than this are not read.
  package func contents(of path: String, atMost limit: Int) throws(StoreError) -> [UInt8]? {
    do throws(ObjectError) { return try store.get(Array(path.utf8), atMost: limit)?.bytes } catch {
      throw StoreError(error)
    }
  }

  /// Gives every object of a prefix, in whatever order the store has them.
  ///
  /// - Parameter goesOn: whether another page is wanted; to the last one where nothing is said.
  func list(
    _ prefix: [UInt8], _ body: (ObjectFacts) throws(StoreError) -> Void, while goesOn: () -> Bool = { true }
  ) throws(StoreError) {
    var start = ListStart.beginning
    var end = ListingEnd()
    while true {
      let page: ObjectPage
      do throws(ObjectError) { page = try store.list(prefix, from: start) } catch { throw StoreError(error) }
      for facts in page.objects { try body(facts) }
      guard goesOn(), let token = page.next else { return }
      guard end.isInSight(after: page, token) else {
        throw endlessListing
      }
      start = .token(token)
    }
  }

  /// For a listing whose pages go in a circle.
  var endlessListing: StoreError {
    StoreError(.inputOutput, "\(root) cannot be listed: its pages go in a circle. Correct the endpoint.")
  }
}

extension ListingMemory {
  /// A listing in which all orders are alike says nothing against what was seen before.
  func recalling(_ former: ListingMemory?) -> ListingMemory {
    ListingMemory(objects: objects, order: order == .unknown ? former?.order ?? order : order)
  }
}

extension TreeIdentity {
  /// 128 bits of a hash of where the tree lies: a store has no other number for it.
  package init(of store: any ObjectStore, metadataFolder: String) {
    let digest = SHA256.digest(Array("\(store.identity)\0\(metadataFolder)".utf8))
    self.init(device: UInt64(digest[..<8]), inode: UInt64(digest[8..<16]))
  }
}

extension UInt64 {
  /// From eight bytes, the most significant first.
  init(_ bytes: some Collection<UInt8>) {
    self = bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}

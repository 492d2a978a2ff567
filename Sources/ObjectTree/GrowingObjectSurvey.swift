internal import LinuxSystem
internal import StoredTree

/// A tree in a store of objects, read while it is listed.
struct GrowingObjectSurvey: GrowingSurvey {
  let tree: ObjectTree
  let listing: GrowingListing
  let stretchLength: Int
  /// What was known before of the order of keys.
  let memory: ListingMemory?

  func hasStretch(_ number: Int) -> Bool { listing.hasStretch(number) }

  func names(ofStretch number: Int) -> [String] { listing.names(ofStretch: number) }

  func makeSurveyor(_ readers: SharedReadership?) -> any StretchSurveyor {
    ObjectSurveyor(ObjectSession(tree, readers: readers), listing: .growing(listing))
  }

  func requireGrowth() throws(StoreError) { try listing.requireGrowth() }

  func stop() { listing.stop() }

  func finish() throws(StoreError) -> GrownSurvey {
    let (whole, learnt, offset) = try listing.finish()
    let (unread, grown) = whole.rest(from: offset)
    return GrownSurvey(
      survey: tree.survey(whole, of: nil, stretchLength, learnt.recalling(memory)),
      unread: TreeStretches(unread, length: tree.stretchLength(stretchLength, names: unread.count)), grown: grown)
  }
}

internal import ObjectStorage

/// Tells a listing that is long from one that goes on for ever: each page is compared with one that is ever further
/// back.
struct ListingEnd {
  /// Pages without an object that may follow each other: a store passes over what was deleted, page by page.
  private static let mostEmpty = 10_000

  private var milestone: (token: [UInt8], first: ObjectFacts?)?
  private var (pages, next) = (0, 1)
  private var empty = 0

  /// Whether a page can be one on the way to the last one.
  ///
  /// - Parameter token: that of the page after it.
  mutating func isInSight(after page: ObjectPage, _ token: [UInt8]) -> Bool {
    let first = page.objects.first
    empty = first == nil ? empty + 1 : 0
    guard empty <= Self.mostEmpty else { return false }
    if let milestone {
      // A token can be a new one each time.
      if token == milestone.token || first != nil && first == milestone.first { return false }
    }
    pages += 1
    if pages == next {
      milestone = (token, first)
      next *= 2
    }
    return true
  }
}

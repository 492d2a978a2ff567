internal import StoredTree

/// Watches in what order the keys of a listing come.
struct KeyOrder {
  private var last: [UInt8] = []
  /// Whether each key so far has been after the one before it, by their bytes.
  private(set) var isByBytes = true
  /// Whether two keys came one after the other that an order by the parts of a path has the other way round.
  private var tellsFromComponents = false

  /// What is known in the end.
  var found: ListingMemory.Order {
    isByBytes ? tellsFromComponents ? .bytes : .unknown : .other
  }

  mutating func see(_ key: [UInt8]) {
    guard isByBytes else { return }
    let relation = Self.compare(last, key)
    isByBytes = relation != .notBefore
    tellsFromComponents = tellsFromComponents || relation == .beforeByBytesAlone
    last = key
  }

  private enum Relation {
    case before, notBefore
    /// Of the two parts of a path that differ, the first goes on where the other ends: `a-b/` and `a/`.
    case beforeByBytesAlone
  }

  private static func compare(_ left: [UInt8], _ right: [UInt8]) -> Relation {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        var place = 0
        let count = min(left.count, right.count)
        while place < count, left[place] == right[place] { place += 1 }
        guard place < count else { return left.count < right.count ? .before : .notBefore }
        guard left[place] < right[place] else { return .notBefore }
        return right[place] == ObjectKey.slash ? .beforeByBytesAlone : .before
      }
    }
  }
}

internal import StoredTree

/// Watches in what order the keys of a listing come.
struct KeyOrder {
  private var last: [UInt8] = []
  /// Whether each key so far has been after the one before it, by their bytes.
  private(set) var isByBytes = true
  /// Whether each key so far has been after the one before it, by the parts of their paths.
  private(set) var isByComponents = true
  /// Whether two keys came one after the other that an order by the parts of a path has the other way round.
  private var tellsFromComponents = false

  /// What is known in the end.
  var found: ListingMemory.Order {
    isByBytes ? tellsFromComponents ? .bytes : .unknown : .other
  }

  /// Whether there has been one order up to now: then what lies in one folder came one after the other.
  var isOrderly: Bool { isByBytes || isByComponents }

  mutating func see(_ key: [UInt8]) {
    guard isOrderly else { return }
    let relation = Self.compare(last, key)
    isByBytes = isByBytes && (relation == .before || relation == .beforeByBytesAlone)
    isByComponents = isByComponents && (relation == .before || relation == .beforeByComponentsAlone)
    tellsFromComponents = tellsFromComponents || relation == .beforeByBytesAlone
    last = key
  }

  private enum Relation {
    case before, notBefore
    /// Of the two parts of a path that differ, the first goes on where the other ends: `a-b/` and `a/`.
    case beforeByBytesAlone
    /// The second goes on where the first ends: `a/` and `a-b/`.
    case beforeByComponentsAlone
  }

  private static func compare(_ left: [UInt8], _ right: [UInt8]) -> Relation {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        var place = 0
        let count = min(left.count, right.count)
        while place < count, left[place] == right[place] { place += 1 }
        guard place < count else { return left.count < right.count ? .before : .notBefore }
        let isBefore = left[place] < right[place]
        if left[place] == ObjectKey.slash { return isBefore ? .before : .beforeByComponentsAlone }
        if right[place] == ObjectKey.slash { return isBefore ? .beforeByBytesAlone : .notBefore }
        return isBefore ? .before : .notBefore
      }
    }
  }
}

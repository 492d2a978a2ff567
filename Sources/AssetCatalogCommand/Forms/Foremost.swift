/// The first few of very many, so that no more need be held than are shown.
struct Foremost<Rank: Comparable, Element> {
  /// How many are held at most.
  let limit: Int
  /// How many there were, held or not.
  private(set) var count = 0
  /// What is held, in the order of the ranks; of equal ones, what came first.
  private(set) var held: [(rank: Rank, element: Element)] = []

  init(_ limit: Int) {
    self.limit = limit
  }

  /// What is held, in order.
  var elements: [Element] { held.map(\.element) }

  /// Counts one more, and makes it where it is to be held.
  mutating func offer(_ rank: Rank, _ element: () throws -> Element) rethrows {
    count += 1
    if held.count >= limit {
      guard let last = held.last, rank < last.rank else { return }
      held.removeLast()
    }
    let made = try element()
    var (low, high) = (0, held.count)
    while low < high {
      let middle = (low + high) / 2
      if rank < held[middle].rank { high = middle } else { low = middle + 1 }
    }
    held.insert((rank, made), at: low)
  }
}

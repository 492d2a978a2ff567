/// The first few of many in the order in which they come, and how many there were.
struct FirstOf<Element> {
  /// How many are held at most.
  let limit: Int
  /// How many there were, held or not.
  private(set) var count = 0
  /// What is held.
  private(set) var elements: [Element] = []

  init(_ limit: Int) {
    self.limit = limit
  }

  /// Counts one more, and makes it where it is to be held.
  mutating func add(_ element: @autoclosure () -> Element) {
    count += 1
    if elements.count < limit { elements.append(element()) }
  }
}

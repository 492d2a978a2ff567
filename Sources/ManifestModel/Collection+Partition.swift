extension RandomAccessCollection where Index == Int {
  /// The first index whose element fulfils `predicate`, in a collection that is partitioned by it; the end where none
  /// does.
  @inlinable
  package func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

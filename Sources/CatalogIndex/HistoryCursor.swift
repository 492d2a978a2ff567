internal import ManifestModel
internal import SQLiteDatabase

/// Assets by name and id, each with all its runs: what questions on the past of all assets are answered from.
///
/// Each row of the index is read once. A page ends after some thousand runs, so that it takes no more memory for assets
/// with many; a single asset is never divided.
package struct HistoryCursor: PageCursor {
  /// What is told beside the runs.
  package struct Wishes: Sendable {
    package var artifacts = false
    package var superseded = false

    package init(artifacts: Bool = false, superseded: Bool = false) {
      self.artifacts = artifacts
      self.superseded = superseded
    }
  }

  /// A page of more runs is complete.
  private static let mostRuns = 20_000

  private var key: AssetIdentifier
  private var isAtEnd = false
  private let pattern: NamePattern
  private let now: Int64
  private let wishes: Wishes
  /// The assets with a run that is ahead of the clock, once they are known.
  private var judged: [AssetIdentifier: [RunEntry]]?
  private var newest = NewestOfName()

  /// - Parameter now: the clock of the answer, in microseconds.
  package init(name: String? = nil, now: Int64, wishes: Wishes = Wishes()) {
    pattern = NamePattern(name)
    key = AssetIdentifier(name: pattern.lowest, id: "")
    self.now = now
    self.wishes = wishes
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [AssetHistory] {
    guard !isAtEnd else { return [] }
    if judged == nil {
      judged = [:]
      for asset in try reader.judgedAssets(at: now, name: pattern.glob) { judged?[asset.asset] = asset.runs }
    }
    var (page, keys) = try read(count, from: reader)
    for index in page.indices {
      if let runs = judged?[page[index].asset] {
        page[index].runs = runs
      } else {
        page[index].runs.sort(by: Self.isNewer)
      }
      if let time = page[index].lastMaterialized, ClockTolerance.isAhead(time, of: now) {
        page[index].lastMaterialized = try reader.passingOver(time, of: page[index].asset, at: now)
        page[index].isUnknown = page[index].lastMaterialized == nil
      }
      if wishes.artifacts {
        page[index].artifacts = try reader.artifacts(ofKey: keys[index])
      }
      if wishes.superseded {
        page[index].isSuperseded = try newest.isSuperseded(page[index].asset, at: now, reader)
      }
    }
    return page
  }

  private mutating func read(
    _ count: Int, from reader: borrowing IndexReader
  ) throws(IndexError) -> ([AssetHistory], [Int64]) {
    let (start, pattern) = (key, pattern)
    let (page, keys, isComplete) = try reader.withStatement(QuestionSQL.histories) {
      row throws(SQLiteError) -> ([AssetHistory], [Int64], Bool) in
      try row.bind(start.name, at: 1)
      try row.bind(start.id, at: 2)
      try row.bind(beyond: pattern, at: 3)
      try row.bind(pattern.glob, at: 4)
      var page: [AssetHistory] = []
      var keys: [Int64] = []
      var runs = 0
      while try row.step() {
        let key = try row.int64(AssetHistory.Column.key)
        if keys.last != key {
          if page.count == count || runs >= Self.mostRuns { return (page, keys, false) }
          keys.append(key)
          page.append(try AssetHistory(row))
        }
        let place = page.count - 1
        guard let run = try page[place].run(row) else { continue }
        page[place].runs.append(run)
        runs += 1
      }
      return (page, keys, true)
    }
    isAtEnd = isComplete
    if let last = page.last { key = last.asset }
    return (page, keys)
  }

  /// By the start, then by the id; those without a start last.
  private static func isNewer(_ left: RunEntry, _ right: RunEntry) -> Bool {
    let (one, other) = (left.startedAt ?? .min, right.startedAt ?? .min)
    return one == other ? right.runID.precedesInBytes(left.runID) : one > other
  }
}

package import ManifestModel
internal import SQLiteDatabase

extension QuestionSQL {
  /// Assets behind (name ?1, id ?2), with names below ?3 that match ?4, each with all its runs; those of one asset follow
  /// one another. A blob for ?3 is above every text.
  package static let histories: StaticString = """
    SELECT asset.asset_key, asset.asset_name, asset.asset_id, asset.last_materialized, asset.unread,
      run.run_id, run.result, run.started_at,
      coalesce(run.materialized, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_run_materialized END),
      run.duration_ms, run.failed_at, run.heartbeat_at, run.overrun_at
    FROM asset LEFT JOIN run ON run.asset_key = asset.asset_key AND run.result IS NOT NULL
    WHERE asset.known = 1 AND (asset.asset_name, asset.asset_id) > (?1, ?2) AND asset.asset_name < ?3
      AND +asset.asset_name GLOB ?4
    ORDER BY asset.asset_name, asset.asset_id
    """
}

/// One asset with all its runs, as it stands by the clock of an answer.
package struct AssetHistory: Sendable {
  package let asset: AssetIdentifier
  /// The newest materialization that is not ahead of the clock, in microseconds.
  package internal(set) var lastMaterialized: Int64?
  /// Whether it cannot be told when the asset was last materialized.
  package internal(set) var isUnknown: Bool
  /// Newest first, without their errors.
  package internal(set) var runs: [RunRecord]
  /// Whether another id of the name materialized later; told only if that was wished for.
  package internal(set) var isSuperseded = false
  /// What the manifest names; told only if that was wished for.
  package internal(set) var artifacts: [String] = []

  /// The same from a look at the files of an asset, by the rules of the index.
  package init(_ change: AssetChange, at now: Int64) {
    var whole = IndexedAsset(change.asset)
    whole.apply(change)
    whole.derive(at: now)
    let last = whole.materialized(upTo: ClockTolerance.latest(now))?.time
    asset = change.asset
    lastMaterialized = last
    isUnknown = last == nil && (whole.isUnread || whole.lastMaterialized != nil)
    runs = whole.runs.sorted { $0.beganAfter($1) }.compactMap { RunRecord($0, of: whole, lastMaterialized: last) }
  }

  fileprivate init(_ asset: AssetIdentifier, lastMaterialized: Int64?, isUnknown: Bool) {
    self.asset = asset
    self.lastMaterialized = lastMaterialized
    self.isUnknown = isUnknown
    runs = []
  }
}

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
  private var judged: [AssetIdentifier: [RunRecord]]?
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
        let key = try row.int64(0)
        if keys.last != key {
          if page.count == count || runs >= Self.mostRuns { return (page, keys, false) }
          keys.append(key)
          page.append(
            AssetHistory(
              AssetIdentifier(name: try row.text(1), id: try row.text(2)), lastMaterialized: try row.optionalInt64(3),
              isUnknown: try row.bool(4)))
        }
        guard let run = try row.optionalText(5) else { continue }
        let place = page.count - 1
        page[place].runs.append(try RunRecord(run, of: page[place], row))
        runs += 1
      }
      return (page, keys, true)
    }
    isAtEnd = isComplete
    if let last = page.last { key = last.asset }
    return (page, keys)
  }

  /// By the start, then by the id; those without a start last.
  private static func isNewer(_ left: RunRecord, _ right: RunRecord) -> Bool {
    let (one, other) = (left.startedAt ?? .min, right.startedAt ?? .min)
    return one == other ? right.runID.precedesInBytes(left.runID) : one > other
  }
}

/// Which id of a name materialized last; of several at one time the first. The ids of a name follow one another.
private struct NewestOfName {
  private var name: String?
  private var id: String?

  mutating func isSuperseded(
    _ asset: AssetIdentifier, at now: Int64, _ reader: borrowing IndexReader
  ) throws(IndexError) -> Bool {
    if !name.hasSameBytes(as: asset.name) {
      name = asset.name
      id = try reader.newestID(of: asset.name, at: now)
    }
    return id.map { !$0.hasSameBytes(as: asset.id) } ?? false
  }
}

extension IndexReader {
  /// The id of a name that materialized last, not ahead of the clock; of several at one time, or if none did, the first.
  fileprivate borrowing func newestID(of name: String, at now: Int64) throws(IndexError) -> String? {
    let ids = try rows(QuestionSQL.configurations) { statement throws(SQLiteError) in
      try statement.bind(name, at: 1)
      try statement.bind("*", at: 2)
    } record: { row throws(SQLiteError) in
      (id: try row.text(0), time: try row.optionalInt64(2))
    }
    var newest: (id: String, time: Int64)?
    for (id, time) in ids {
      guard let time = try passingOver(time, of: AssetIdentifier(name: name, id: id), at: now) else { continue }
      if newest.map({ time > $0.time }) ?? true { newest = (id, time) }
    }
    return newest?.id ?? ids.first?.id
  }
}

extension RunRecord {
  /// Of the columns of `histories`.
  fileprivate init(_ run: String, of asset: AssetHistory, _ row: borrowing Statement) throws(SQLiteError) {
    self.init(
      asset: asset.asset, runID: run, result: try row.choice(6),
      startedAt: try row.optionalInt64(7), materialized: try row.optionalInt64(8),
      durationMilliseconds: try row.optionalInt64(9), failedAt: try row.optionalInt64(10), error: nil,
      heartbeatAt: try row.optionalInt64(11), overrunAt: try row.optionalInt64(12),
      lastMaterialized: asset.lastMaterialized, beganAt: try row.optionalInt64(7))
  }
}

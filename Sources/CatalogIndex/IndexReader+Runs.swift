package import ManifestModel
internal import SQLiteDatabase

extension IndexReader {
  /// The runs of an asset, newest first: by their start, then by their id, those without a start last.
  package borrowing func runs(
    of asset: AssetIdentifier, at now: Int64, limit: Int? = nil
  ) throws(IndexError) -> [RunEntry] {
    let latest = ClockTolerance.latest(now)
    let isJudged = try withStatement(QuestionSQL.isAhead) { row throws(SQLiteError) in
      try row.bind(asset.name, at: 1)
      try row.bind(asset.id, at: 2)
      try row.bind(latest, at: 3)
      return try row.step()
    }
    if isJudged, let judged = try judgedAsset(asset, at: now) {
      return limit.map { Array(judged.runs.prefix($0)) } ?? judged.runs
    }
    return try indexedRuns(of: asset, limit: limit)
  }

  /// The runs of an asset in the order of the index, newest first: the right one for all but ``assetsAhead(of:name:)``.
  package borrowing func indexedRuns(
    of asset: AssetIdentifier, limit: Int? = nil
  ) throws(IndexError) -> [RunEntry] {
    try rows(QuestionSQL.runs) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
      try statement.bind(Int64(limit ?? -1), at: 3)
    } entry: { row throws(SQLiteError) in
      try RunEntry(row)
    }
  }

  /// How the runs of an asset stand, newest first in the order of the index; without errors, and without what was
  /// materialized.
  ///
  /// - Parameters:
  ///   - now: the clock of the answer, in microseconds.
  ///   - window: see ``RunEntry/standing(at:window:timeout:)``, as for the timeout.
  package borrowing func runEnds(
    of entry: FreshnessEntry, at now: Int64, window: Int64, timeout: Int64?, limit: Int? = nil
  ) throws(IndexError) -> [RunEnd] {
    if entry.runCount == 0 { return [] }
    // A few are in order sooner than SQLite has made ready to sort them.
    let isShort = entry.runCount <= limit.map(Int64.init) ?? 64
    var runs = try rows(isShort ? QuestionSQL.allRunEnds : QuestionSQL.runEnds) { statement throws(SQLiteError) in
      try statement.bind(entry.key, at: 1)
      if !isShort { try statement.bind(Int64(limit ?? -1), at: 2) }
    } entry: { row throws(SQLiteError) in
      RunEnd(try RunEntry(ends: row, of: entry.asset), at: now, window: window, timeout: timeout)
    }
    if isShort, runs.count > 1 {
      runs.sort { left, right in
        let (former, latter) = (left.startedAt ?? .min, right.startedAt ?? .min)
        return former == latter ? right.runID.precedesInBytes(left.runID) : former > latter
      }
    }
    return runs
  }

  /// What went wrong in a run; `nil` where nothing is told of that.
  package borrowing func error(of run: String, of entry: FreshnessEntry) throws(IndexError) -> String? {
    try withStatement(QuestionSQL.runError) { row throws(SQLiteError) in
      try row.bind(entry.key, at: 1)
      try row.bind(run, at: 2)
      return try row.step() ? try row.optionalText(0) : nil
    }
  }

  /// Runs that have not ended by the clock of an answer, those among them that take too long included.
  package borrowing func unfinishedRuns(at now: Int64, window: Int64) throws(IndexError) -> UnfinishedRuns {
    let judged = try judgedAssets(at: now)
    let keys = "[" + judged.map { String($0.key) }.joined(separator: ",") + "]"
    var result = try withStatement(QuestionSQL.countUnfinishedRuns) { row throws(SQLiteError) in
      try row.bind(now, at: 1)
      try row.bind(now.saturatingSubtract(window), at: 2)
      try row.bind(ClockTolerance.latest(now), at: 3)
      try row.bind(keys, at: 4)
      guard try row.step() else { return UnfinishedRuns(count: 0, oldestStart: nil) }
      return UnfinishedRuns(count: Int(try row.int64(0)), oldestStart: try row.optionalInt64(1))
    }
    for run in judged.flatMap(\.runs)
    where [.running, .overrun].contains(run.standing(at: now, window: window).standing) {
      result.count += 1
      if let began = run.beganAt { result.oldestStart = min(result.oldestStart ?? began, began) }
    }
    return result
  }

  // MARK: Runs ahead of the clock

  /// The assets with a run whose start or heartbeat is ahead of the clock and of the time its file was written: such a
  /// run counts from the latter, and may stand in another order among the others. There are none unless a clock was
  /// wrong.
  package borrowing func assetsAhead(of now: Int64, name: String? = nil) throws(IndexError) -> [AssetIdentifier] {
    try rows(QuestionSQL.assetsAhead) { statement throws(SQLiteError) in
      try statement.bind(ClockTolerance.latest(now), at: 1)
      try statement.bind(NamePattern(name).glob, at: 2)
    } entry: { row throws(SQLiteError) in
      AssetIdentifier(name: try row.text(0), id: try row.text(1))
    }
  }

  /// Those assets, with their runs as they stand by the clock.
  borrowing func judgedAssets(at now: Int64, name: String? = nil) throws(IndexError) -> [JudgedAsset] {
    var judged: [JudgedAsset] = []
    for asset in try assetsAhead(of: now, name: name) {
      if let asset = try judgedAsset(asset, at: now) { judged.append(asset) }
    }
    return judged
  }

  private borrowing func judgedAsset(_ asset: AssetIdentifier, at now: Int64) throws(IndexError) -> JudgedAsset? {
    guard var whole = try loadWhole(asset), let key = whole.key else { return nil }
    whole.derive()
    let indexed = whole.runs.compactMap { RunEntry($0, of: whole, lastMaterialized: nil) }
    whole.derive(at: now)
    let last = whole.materialized(upTo: ClockTolerance.latest(now))?.time
    let runs = whole.runs.sorted { $0.beganAfter($1) }
    return JudgedAsset(
      asset: asset, key: key, runs: runs.compactMap { RunEntry($0, of: whole, lastMaterialized: last) },
      indexedRuns: indexed)
  }

  /// Passes over a materialization that is ahead of the clock, for the newest one that is not.
  borrowing func passOver(_ run: inout RunEntry, at now: Int64) throws(IndexError) {
    run.lastMaterialized = try passingOver(run.lastMaterialized, of: run.asset, at: now)
  }

  /// The same for a time that stands alone.
  borrowing func passingOver(
    _ time: Int64?, of asset: AssetIdentifier, at now: Int64
  ) throws(IndexError) -> Int64? {
    guard let time, ClockTolerance.isAhead(time, of: now) else { return time }
    return try materialization(of: asset, upTo: ClockTolerance.latest(now))?.time
  }

  /// The newest materialization of an asset up to a time, in microseconds, and whether the manifest or a run tells of
  /// it.
  package borrowing func materialization(
    of asset: AssetIdentifier, upTo latest: Int64
  ) throws(IndexError) -> (time: Int64, source: String)? {
    try load(asset)?.materialized(upTo: latest)
  }
}

extension IndexedAsset {
  /// The newest materialization up to a time, in microseconds.
  func materialized(upTo latest: Int64) -> (time: Int64, source: String)? {
    let manifest = [facts?.lastMaterialized, facts?.lastRunMaterialized].compactMap(\.self).filter { $0 <= latest }
      .max()
    let newest = runs.compactMap { $0.facts?.materialized }.filter { $0 <= latest }.max()
    if let manifest, manifest >= newest ?? .min { return (manifest, "manifest") }
    return newest.map { ($0, "runs") }
  }
}

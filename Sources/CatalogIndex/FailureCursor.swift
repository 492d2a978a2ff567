internal import ManifestModel
internal import SQLiteDatabase

/// Failed, interrupted and overrun runs, newest failure first, then by name, id and run.
///
/// A run becomes a failure in one of several ways, each of which has an index in whose order its runs can be read. The
/// ways are merged. What a run's standing is, ``RunEntry/standing(at:window:)`` decides alone; a run that two ways lead
/// to is taken from the one that its failure time belongs to.
package struct FailureCursor: PageCursor {
  private var ways: [FailureWay]
  private let question: FailureQuestion
  /// Assets that have to be judged by the clock as a whole, once they are known.
  private var judged: [AssetIdentifier]?

  package init(_ question: FailureQuestion) {
    self.question = question
    ways = FailureWay.all(question)
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [FailureEntry] {
    if judged == nil { judged = try judge(from: reader) }
    var page: [FailureEntry] = []
    var weight = 0
    while page.count < count, weight < IndexReader.pageWeight {
      var best: Int?
      for index in ways.indices {
        while ways[index].pending.isEmpty, !ways[index].isAtEnd {
          try ways[index].fill(count, question, except: judged ?? [], from: reader)
        }
        guard let first = ways[index].pending.first else { continue }
        if let current = best, !FailureEntry.precedes(first, ways[current].pending.first!) { continue }
        best = index
      }
      guard let best else { break }
      let entry = ways[best].pending.removeFirst()
      weight += entry.run.error?.utf8.count ?? 0
      page.append(entry)
    }
    return page
  }

  /// Takes the failures of assets with a run that is ahead of the clock, which no index has in order.
  private mutating func judge(from reader: borrowing IndexReader) throws(IndexError) -> [AssetIdentifier] {
    let assets = try reader.judgedAssets(at: question.now, name: question.name)
    if assets.isEmpty { return [] }
    var entries: [FailureEntry] = []
    for asset in assets { entries += asset.runs.compactMap { question.failure($0) } }
    entries.sort(by: FailureEntry.precedes)
    ways.append(FailureWay(judged: entries))
    return assets.map(\.asset)
  }
}

/// One way in which runs become failures, read in the order of one index.
private struct FailureWay: Sendable {
  private enum Source: Sendable {
    /// By `failed_at`.
    case ended
    /// By the end of the running window.
    case lapsed
    /// By `overrun_at`.
    case overrun
    /// Starts ahead of the clock.
    case ahead
    /// Runs that have not ended, by their start.
    case unfinished
    /// Held in memory from the beginning.
    case judged
  }

  var pending: ArraySlice<FailureEntry>
  private(set) var isAtEnd: Bool
  private let source: Source
  /// What the index of this way is read between, in its own terms.
  private let lowest: Int64
  private var time: Int64
  private var key = AssetIdentifier.beginning
  private var runID = ""

  private init(_ source: Source, _ lowest: Int64, _ highest: Int64) {
    self.source = source
    self.lowest = lowest
    time = highest
    pending = []
    isAtEnd = lowest > highest
  }

  /// The failures of assets that were judged by the clock, in order.
  init(judged entries: [FailureEntry]) {
    source = .judged
    lowest = 0
    time = 0
    pending = entries[...]
    isAtEnd = true
  }

  static func all(_ question: FailureQuestion) -> [FailureWay] {
    let (now, window, since) = (question.now, question.window, question.since)
    let latest = ClockTolerance.latest(now)
    var ways = [
      FailureWay(.ended, since, .max),
      FailureWay(.lapsed, since.saturatingSubtract(window), now.saturatingSubtract(window)),
      FailureWay(.overrun, since, now),
      FailureWay(.ahead, max(since, latest == .max ? .max : latest + 1), .max),
    ]
    if question.includesUnfinished { ways.append(FailureWay(.unfinished, .min, .max)) }
    return ways
  }

  /// Reads the next runs of this way; those that belong to another are left out.
  mutating func fill(
    _ count: Int, _ question: FailureQuestion, except judged: [AssetIdentifier], from reader: borrowing IndexReader
  ) throws(IndexError) {
    let (lowest, time, key, runID) = (lowest, time, key, runID)
    let pattern = NamePattern(question.name)
    let (entries, isFull) = try reader.page(statement, of: count) { statement throws(SQLiteError) in
      try statement.bind(lowest, at: 1)
      try statement.bind(time, at: 2)
      try statement.bind(pattern.glob, at: 3)
      try statement.bind(key.name, at: 4)
      try statement.bind(key.id, at: 5)
      try statement.bind(runID, at: 6)
      try statement.bind(Int64(count), at: 7)
      try statement.bind(question.now, at: 8)
      try statement.bind(question.now.saturatingSubtract(question.window), at: 9)
    } entry: { row throws(SQLiteError) in
      (try RunEntry(row), try row.int64(RunEntry.columnCount))
    } weigh: { entry in
      entry.0.error?.utf8.count ?? 0
    }
    if isFull, let (last, time) = entries.last {
      (self.time, self.key, self.runID) = (time, last.asset, last.runID)
    } else {
      isAtEnd = true
    }
    pending = []
    for (run, time) in entries where !judged.contains(run.asset) {
      var run = run
      try reader.passOver(&run, at: question.now)
      guard let entry = question.failure(run), belongs(entry, at: time, question) else { continue }
      pending.append(entry)
    }
  }

  /// Whether the failure time of a run is the one that this way has it by.
  private func belongs(_ entry: FailureEntry, at time: Int64, _ question: FailureQuestion) -> Bool {
    switch source {
    case .ended: entry.standing != .overrun && entry.failureTime == time && !isAhead(entry, question)
    case .lapsed:
      entry.standing == .interrupted
        && entry.failureTime == time.saturatingAdd(question.window)
        && entry.failureTime != entry.run.failedAt
    case .overrun: entry.standing == .overrun
    case .ahead: entry.standing == .interrupted && isAhead(entry, question)
    case .unfinished: entry.standing == .running
    case .judged: true
    }
  }

  /// Whether it is interrupted for no other reason than that its start is ahead of the clock.
  private func isAhead(_ entry: FailureEntry, _ question: FailureQuestion) -> Bool {
    entry.run.result == .unfinished && entry.run.beganAt != nil
      && entry.failureTime.map { ClockTolerance.isAhead($0, of: question.now) } ?? false
  }

  private var statement: StatementText {
    switch source {
    case .ended: QuestionSQL.endedFailures
    case .lapsed: QuestionSQL.lapsedRuns
    case .overrun: QuestionSQL.overrunRuns
    case .ahead: QuestionSQL.runsAhead
    case .unfinished, .judged: QuestionSQL.unfinishedRuns
    }
  }
}

internal import CatalogIndex
internal import ManifestModel

/// What is asked about freshness: under which policy, and which rows are wanted.
struct FreshnessQuestion: Sendable {
  let policy: FreshnessPolicy
  var names = NameFilter(nil)
  var states: Set<FreshnessState>?
  var levels: Set<FreshnessLevel>?
  var owners: [String]?
  var severities: Set<FreshnessSeverity>?
  /// Whether each name has one row: that of the id that materialized last.
  var byName = false
  /// Whether more is wanted than the states: what the runs tell.
  var tellsDetails = true
  /// Whether the runs of an asset are read though neither its reasons nor the checks ask for that; `nil`: of none.
  var readsRuns: (@Sendable (FreshnessRow) -> Bool)?
  /// Whether the rows come by name and id; only without filters.
  var isInOrderOfNames = false
  /// The running window, in microseconds.
  var window: Int64 = 0

  /// The states that rows can have which are wanted; `nil` for all.
  var possibleStates: Set<FreshnessState>? {
    guard let levels, !policy.policy.hasChecks else { return states }
    var possible: Set<FreshnessState> = []
    // Under 'never' an asset without a materialization may be of any level.
    if levels.contains(.error) { possible.formUnion([.stale, .unknown, .never]) }
    if levels.contains(.warn) { possible.formUnion([.warn]) }
    if levels.contains(.ok) { possible.formUnion([.fresh, .ignored, .never]) }
    return states.map { $0.intersection(possible) } ?? possible
  }

  func accepts(_ row: FreshnessRow) -> Bool {
    if let states, !states.contains(row.state) { return false }
    if let severities, !severities.contains(row.severity) { return false }
    guard let owners else { return true }
    guard let owner = row.owner else { return false }
    return owners.contains { $0.hasSameBytes(as: owner) }
  }
}

/// The rows of freshness, in an order of the index: mostly by the last materialization. What is ignored keeps its place.
struct FreshnessRowCursor: PageCursor {
  private enum Records: Sendable {
    case byTime(FreshnessCursor)
    case byName(NamedFreshnessCursor)

    mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [FreshnessRecord] {
      switch self {
      case .byTime(var cursor):
        defer { self = .byTime(cursor) }
        return try cursor.next(count, from: reader)
      case .byName(var cursor):
        defer { self = .byName(cursor) }
        return try cursor.next(count, from: reader)
      }
    }
  }

  private var records: Records
  private let judge: FreshnessJudge
  private var surroundings: FreshnessSurroundings?

  init(_ question: FreshnessQuestion, now: Timestamp) {
    judge = FreshnessJudge(question, now: now)
    records =
      question.isInOrderOfNames
      ? .byName(NamedFreshnessCursor(now: now.microseconds))
      : .byTime(
        FreshnessThresholds(question.policy.policy, byName: question.byName, now: now)
          .cursor(states: question.possibleStates, name: question.names.bound))
  }

  mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [FreshnessRow] {
    let surroundings: FreshnessSurroundings
    if let known = self.surroundings {
      surroundings = known
    } else {
      surroundings = try FreshnessSurroundings(judge, reader)
      self.surroundings = surroundings
    }
    var count = count
    while true {
      let page = try records.next(count, from: reader)
      if page.isEmpty { return [] }
      var rows: [FreshnessRow] = []
      rows.reserveCapacity(page.count)
      for record in page {
        if let row = try judge.row(of: record, surroundings, reader) { rows.append(row) }
      }
      if !rows.isEmpty { return rows }
      count = Catalog.pageSize
    }
  }
}

/// What has to be known of all assets before any can be judged; read only where a policy needs it.
struct FreshnessSurroundings: Sendable {
  /// The paths that manifests name.
  private var artifacts: [AssetIdentifier: [String]] = [:]
  /// Those whose runs stand otherwise than the index has them, since a clock was wrong.
  private var ahead: Set<AssetIdentifier> = []
  /// The id of each name that materialized last, of equals the first; under a name without an id.
  private var newest: [AssetIdentifier: (asset: AssetIdentifier, time: Int64)]?

  init(_ judge: FreshnessJudge, _ reader: borrowing IndexReader) throws(IndexError) {
    let question = judge.question
    if question.policy.policy.looksAtArtifacts {
      var cursor = ArtifactCursor(name: question.names.bound)
      while true {
        let page = try cursor.next(4096, from: reader)
        if page.isEmpty { break }
        for record in page { artifacts[record.asset, default: []].append(record.path) }
      }
    }
    let looksAtRuns =
      question.policy.tellsReasons || question.readsRuns != nil || question.policy.policy.hasChecks
    if question.tellsDetails, looksAtRuns {
      ahead = Set(try reader.assetsAhead(of: judge.now.microseconds, name: question.names.bound))
    }
    guard question.byName || question.policy.policy.looksAtNewest else { return }
    var cursor = FreshnessCursor(
      .init(includesUnknown: false, includesNever: true, times: .min ... .max), now: judge.now.microseconds,
      name: question.names.bound)
    var newest: [AssetIdentifier: (asset: AssetIdentifier, time: Int64)] = [:]
    while true {
      let page = try cursor.next(4096, from: reader)
      if page.isEmpty { break }
      for record in page {
        let name = AssetIdentifier(name: record.asset.name, id: "")
        let time = record.lastMaterialized ?? .min
        // Rows of one time come in the order of ids.
        if let known = newest[name], known.time >= time { continue }
        newest[name] = (record.asset, time)
      }
    }
    self.newest = newest
  }

  func paths(of asset: AssetIdentifier) -> [String] { artifacts[asset] ?? [] }

  func isAhead(_ asset: AssetIdentifier) -> Bool { !ahead.isEmpty && ahead.contains(asset) }

  func isSuperseded(_ asset: AssetIdentifier) -> Bool {
    guard let newest = newest?[AssetIdentifier(name: asset.name, id: "")] else { return false }
    return newest.asset != asset
  }
}

import AssetCatalog
import CatalogTestSupport
import ManifestModel
import ManifestStore

/// A catalog of a scratch tree, with its answers as the lines that ``LinearScan`` gives.
struct CatalogUnderTest {
  let tree: ScratchTree
  let catalog: Catalog
  let now: Int64
  /// The running window, in microseconds.
  let window: Int64
  /// What holds the files of the tree as objects, if they are asked for there.
  private let store: ObjectShelf?

  init(
    _ tree: ScratchTree, now: Int64, window: Int64 = 86_400_000_000, reconciling: Catalog.Reconciling = .always,
    store: ObjectShelf? = nil
  ) throws {
    self.store = store
    self.tree = tree
    self.now = now
    self.window = window
    var options = Catalog.Options()
    options.reconciling = reconciling
    options.now = { Timestamp(microseconds: now) }
    options.runningWindow = .microseconds(window)
    options.fileSystem = SettledFileSystem()
    if let store {
      options.openStore = { _ in store }
      options.indexPath = tree.outside("bucket.sqlite")
    }
    catalog = try Catalog(root: store == nil ? tree.root : "s3://shelf/lake", options: options)
  }

  /// Brings the index up to date and compares every question with the oracle, which must have scanned the tree as it
  /// is.
  ///
  /// - Returns: one text for each question whose answers differ.
  func differences(from scan: LinearScan) throws -> [String] {
    _ = try catalog.reconcile()
    return try CatalogUnderTest(tree, now: now, window: window, reconciling: .never, store: store).differencesAsItIs(
      from: scan)
  }

  /// Compares every question with the oracle, without bringing the index up to date.
  func differencesAsItIs(from scan: LinearScan) throws -> [String] {
    var differences: [String] = []
    func compare(_ question: String, _ actual: [String], _ expected: [String]) {
      guard actual != expected else { return }
      let missing = expected.filter { !actual.contains($0) }
      let extra = actual.filter { !expected.contains($0) }
      let order = missing.isEmpty && extra.isEmpty ? ["another order, or repeated:"] + actual : []
      differences.append(
        ([question] + missing.map { "  missing \($0)" } + extra.map { "  extra   \($0)" } + order).joined(
          separator: "\n"))
    }
    let day: Int64 = 86_400_000_000
    for policy in Self.policies(day) {
      compare("freshness", try freshness(policy), scan.freshness(policy, now: now))
      compare(
        "freshness of some", try freshness(policy, name: "*o*", states: [.warn, .never]),
        scan.freshness(policy, name: "*o*", states: ["warn", "never"], now: now))
    }
    compare(
      "stale", try catalog.stale(maxAge: .seconds(86400)).rows.map { line($0) },
      scan.freshness(LinearScan.Policy(maxAge: day), states: ["stale", "never", "unknown"], now: now))
    let clock = LinearScan.Clock(now: now, window: window)
    for since in [Int64.min, now - 2 * day, now] {
      compare("failures since \(since)", try failures(since: since), scan.failures(since: since, clock))
    }
    compare("failures of some", try failures(since: .min, name: "*.*"), scan.failures(since: .min, name: "*.*", clock))
    compare(
      "unresolved and unfinished",
      try catalog.failures(
        since: Timestamp(microseconds: .min), unresolvedOnly: true, includingUnfinished: true
      ).rows.map { line($0) },
      scan.failures(since: .min, unresolvedOnly: true, includingUnfinished: true, clock))
    let unfinished = try catalog.failures(since: Timestamp(microseconds: now)).unfinished
    compare(
      "unfinished", ["\(unfinished?.count ?? -1) \(unfinished?.oldestStart?.microseconds ?? 0)"],
      ["\(scan.unfinished(clock).count) \(scan.unfinished(clock).oldest ?? 0)"])
    compare("list", try catalog.assets().rows.map { line($0) }, scan.list(now: now))
    compare("list of some", try catalog.assets(name: "c*").rows.map { line($0) }, scan.list(name: "c*", now: now))
    var expected: [AssetIdentifier: String] = [:]
    for asset in scan.identifiers {
      compare("runs", try catalog.runs(of: asset).rows.map { line($0) }, scan.runs(of: asset, clock))
      compare("summary", [try summary(of: asset)], [scan.summary(of: asset, clock)])
      compare(
        "last materialized", ["\(try catalog.lastMaterialized(of: asset)?.microseconds ?? 0)"],
        ["\(scan.lastMaterialized(of: asset, now: now) ?? 0)"])
      for ttl in [0, day, 1000 * day] {
        compare(
          "cached", ["\(asset) \(try catalog.isCached(asset, ttl: .microseconds(ttl)))"],
          ["\(asset) \(scan.isCached(asset, ttl: ttl, now: now))"])
      }
      compare(
        "artifact facts", try catalog.artifactFacts(of: asset).rows.map { line($0) }, scan.artifactFacts(of: asset))
      for (files, hash) in [(true, nil), (false, TreeModel.schemaHashes[0]), (true, TreeModel.schemaHashes[1])] {
        let isCached = try catalog.isCached(
          asset, ttl: .microseconds(1000 * day), requireArtifacts: files, requireSchema: hash)
        let expected = scan.isCached(
          asset, ttl: 1000 * day, requireArtifacts: files, requireSchema: hash, now: now)
        compare(
          "cached, strictly", ["\(asset) \(files) \(hash ?? "-") \(isCached)"],
          ["\(asset) \(files) \(hash ?? "-") \(expected)"])
      }
      expected[asset] = "signature-1"
    }
    compare(
      "drift", try catalog.drift(expected: expected).answer().rows.map { line($0) },
      scan.drift(expected: expected, now: now))
    compare(
      "drift of some", try catalog.drift(name: "*o*").answer().rows.map { line($0) }, scan.drift(name: "*o*", now: now))
    compare("schema changes", try catalog.schemaChanges().answer().rows.map { line($0) }, scan.schemaChanges())
    compare(
      "schema changes of some", try catalog.schemaChanges(name: "*o*").answer().rows.map { line($0) },
      scan.schemaChanges(name: "*o*"))
    compare("artifacts", try catalog.artifacts().answer().rows.map { line($0) }, scan.artifacts())
    compare(
      "missing artifacts", try catalog.artifacts(missingOnly: true).answer().rows.map { line($0) },
      scan.artifacts(missingOnly: true))
    for path in Set(try catalog.artifacts().answer().rows.map(\.path)) {
      compare("producers of \(path)", try catalog.producers(of: path).rows.map { line($0) }, scan.producers(of: path))
    }
    let problems = try catalog.problems().rows
    for asset in scan.identifiers {
      compare(
        "problems of one", try catalog.problems(of: asset).rows.map { "\($0.path) | \($0.kind.rawValue)" },
        problems.filter { $0.asset == asset }.map { "\($0.path) | \($0.kind.rawValue)" })
    }
    compare(
      "problems", try catalog.problems().rows.map { "\($0.path) | \($0.kind.rawValue)" }, scan.problemLines(now: now))
    compare("status", try status(maxAge: .seconds(86400)), scan.status(maxAge: day, clock))
    return differences
  }

  private static func policies(_ day: Int64) -> [LinearScan.Policy] {
    [
      LinearScan.Policy(maxAge: day),
      LinearScan.Policy(maxAge: 10 * day, warnAfter: day / 2),
      LinearScan.Policy(
        maxAge: 100 * day, warnAfter: 2 * day,
        rules: [("bronze.orders", 0, nil), ("*o*", day, day / 4), ("gold*", 1_000_000 * day, 0)]),
    ]
  }

  // MARK: Lines

  func freshness(
    _ policy: LinearScan.Policy, name: String? = nil, states: Set<FreshnessState>? = nil
  ) throws -> [String] {
    try catalog.freshness(Self.policy(policy), name: name, states: states).rows.map { line($0) }
  }

  static func policy(_ policy: LinearScan.Policy) -> FreshnessPolicy {
    FreshnessPolicy(
      maxAge: .microseconds(policy.maxAge), warnAfter: policy.warnAfter.map { .microseconds($0) },
      rules: policy.rules.map { rule in
        .init(
          name: rule.name, maxAge: .microseconds(rule.maxAge), warnAfter: rule.warnAfter.map { .microseconds($0) })
      })
  }

  func failures(since: Int64, name: String? = nil) throws -> [String] {
    try catalog.failures(since: Timestamp(microseconds: since), name: name).rows.map { line($0) }
  }

  func summary(of asset: AssetIdentifier) throws -> String {
    let row = try catalog.runSummary(of: asset)
    return LinearScan.line(
      asset, row.count, row.succeeded, row.failed, row.interrupted, row.running, row.overrun, row.successRate,
      row.medianDurationMilliseconds, row.p95DurationMilliseconds)
  }

  func status(maxAge: Duration) throws -> [String] {
    let status = try catalog.status(maxAge: maxAge)
    var counts = ["assets": status.assetCount, "runs": status.runCount, "artifacts": status.artifactCount]
    for (state, count) in status.assetsByState { counts["state \(state.rawValue)"] = count }
    for (state, count) in status.assetsByStatus { counts["status \(state?.rawValue ?? "none")"] = count }
    for (outcome, count) in status.runsByOutcome { counts["outcome \(outcome.rawValue)"] = count }
    for (kind, count) in status.problemsByKind { counts["problem \(kind.rawValue)"] = count }
    return counts.filter { $0.value > 0 }.map { "\($0.key): \($0.value)" }.sorted()
  }

  func line(_ row: FreshnessRow) -> String {
    LinearScan.line(
      row.asset, row.state, row.lastMaterialized?.microseconds, row.ageMicroseconds, row.maxAgeMicroseconds,
      row.lastStatus?.rawValue, row.lastRunID, row.source?.rawValue, row.isDamaged)
  }

  func line(_ row: FailureRow) -> String {
    LinearScan.line(
      row.asset, row.runID, row.outcome, row.startedAt?.microseconds, row.failedAt?.microseconds, row.error,
      row.metadataPath)
  }

  func line(_ row: RunRow) -> String {
    LinearScan.line(
      row.asset, row.runID, row.outcome, row.startedAt?.microseconds, row.materialized?.microseconds,
      row.durationMilliseconds, row.error)
  }

  func line(_ row: AssetRow) -> String {
    LinearScan.line(
      row.asset, row.lastMaterialized?.microseconds, row.lastStatus?.rawValue, row.lastRunID, row.lastError,
      row.signature, row.updatedAt?.microseconds, row.source?.rawValue, row.runCount, row.manifestPath, row.isDamaged)
  }

  func line(_ row: DriftRow) -> String {
    LinearScan.line(
      row.asset, row.kind, row.configurationCount, row.signature, row.expectedSignature,
      row.lastMaterialized?.microseconds)
  }

  func line(_ row: SchemaChangeRow) -> String {
    LinearScan.line(
      row.asset, row.runID, row.previousRunID, row.path, row.schemaHash, row.previousSchemaHash,
      row.changedAt?.microseconds)
  }

  func line(_ row: RunArtifactRow) -> String { LinearScan.line(row.asset, row.runID, LinearScan.text(of: row.facts)) }

  func line(_ row: ArtifactRow) -> String { LinearScan.line(row.asset, row.path, row.exists) }
}

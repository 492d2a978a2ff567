package import ManifestModel

#if canImport(Glibc)
  import Glibc
#endif

/// The answers as lines of text, one a row, so that a difference can be read. Times are microseconds since 1970.
extension LinearScan {
  /// An age policy: maximum age and age to warn after, in microseconds, and rules of which the first that matches
  /// counts.
  package struct Policy: Sendable {
    package var maxAge: Int64
    package var warnAfter: Int64?
    package var rules: [(name: String, maxAge: Int64, warnAfter: Int64?)] = []

    package init(maxAge: Int64, warnAfter: Int64? = nil, rules: [(name: String, maxAge: Int64, warnAfter: Int64?)] = [])
    {
      self.maxAge = maxAge
      self.warnAfter = warnAfter
      self.rules = rules
    }
  }

  /// name, id, state, last_materialized, age, max_age, last_status, last_run, source, damaged.
  package func freshness(
    _ policy: Policy, name: String = "*", states: Set<String> = ["fresh", "warn", "stale", "never", "unknown"],
    now: Int64
  ) -> [String] {
    let clock = Clock(now: now)
    var rows: [(isUnknown: Bool, time: Int64?, asset: AssetIdentifier, line: String)] = []
    for asset in assets where Self.matches(asset.identifier.name, name) {
      let rule = policy.rules.first { Self.matches(asset.identifier.name, $0.name) }
      let maxAge = rule?.maxAge ?? policy.maxAge
      let warnAfter = rule == nil ? policy.warnAfter : rule?.warnAfter
      let last = lastMaterialized(asset, clock)
      let age = last.map { now - $0.time }
      var state = isUnknown(asset, clock) ? "unknown" : "never"
      if let age {
        state = age < maxAge ? "fresh" : "stale"
        if let warnAfter, state == "fresh", age >= warnAfter { state = "warn" }
      }
      guard states.contains(state) else { continue }
      let standing = standing(of: asset)
      rows.append(
        (
          state == "unknown", last?.time, asset.identifier,
          Self.line(
            asset.identifier, state, last?.time, age, maxAge, standing.status, standing.run, last?.source,
            asset.standing == .damaged)
        ))
    }
    rows.sort { left, right in
      if left.isUnknown != right.isUnknown { return left.isUnknown }
      return (left.time ?? .min, left.asset) < (right.time ?? .min, right.asset)
    }
    return rows.map(\.line)
  }

  /// name, id, run, outcome, start, failure time, error, path of the metadata.
  package func failures(
    since: Int64, name: String = "*", unresolvedOnly: Bool = false, includingUnfinished: Bool = false, _ clock: Clock
  ) -> [String] {
    var rows: [(run: JudgedRun, time: Int64, line: String)] = []
    for asset in assets where Self.matches(asset.identifier.name, name) {
      let success = lastMaterialized(asset, clock)?.time
      for run in judgedRuns(of: asset, clock) {
        guard ["failed", "interrupted", "overrun", "running"].contains(run.outcome) else { continue }
        if run.outcome == "running" {
          guard includingUnfinished else { continue }
        } else {
          guard let time = run.failureTime, time >= since else { continue }
          if unresolvedOnly, let success, success >= time { continue }
        }
        let line = Self.line(
          run.asset, run.id, run.outcome, run.startedAt, run.failureTime, run.error,
          TreePath.run(run.asset.name, run.asset.id, run.id).description)
        rows.append((run, run.failureTime ?? run.startedAt ?? .min, line))
      }
    }
    rows.sort { left, right in
      if left.time != right.time { return left.time > right.time }
      if left.run.asset != right.run.asset { return left.run.asset < right.run.asset }
      return left.run.id.utf8.lexicographicallyPrecedes(right.run.id.utf8)
    }
    return rows.map(\.line)
  }

  /// How many runs have not ended, and the earliest start among them.
  package func unfinished(_ clock: Clock) -> (count: Int, oldest: Int64?) {
    let runs = assets.flatMap { judgedRuns(of: $0, clock) }.filter { ["running", "overrun"].contains($0.outcome) }
    return (runs.count, runs.compactMap(\.begunAt).min())
  }

  /// name, id, last_materialized, last_status, last_run, error, signature, updated_at, source, runs, manifest, damaged.
  package func list(name: String = "*", now: Int64) -> [String] {
    let clock = Clock(now: now)
    return assets.filter { Self.matches($0.identifier.name, name) }.map { asset in
      let manifest = asset.manifest, last = lastMaterialized(asset, clock), standing = standing(of: asset)
      let path = TreePath.manifest(asset.identifier.name, asset.identifier.id).description
      return Self.line(
        asset.identifier, last?.time, standing.status, standing.run, standing.error, manifest?.signature,
        manifest?.updatedAt?.microseconds, last?.source, judgedRuns(of: asset, clock).count,
        asset.standing == .absent ? nil : path, asset.standing == .damaged)
    }
  }

  /// The assets that are known, by name and id.
  package var identifiers: [AssetIdentifier] { assets.map(\.identifier) }

  /// name, id, run, outcome, start, materialized, duration, error; newest first.
  package func runs(of identifier: AssetIdentifier, _ clock: Clock) -> [String] {
    guard let asset = assets.first(where: { $0.identifier == identifier }) else { return [] }
    return judgedRuns(of: asset, clock).map { run in
      Self.line(
        run.asset, run.id, run.outcome, run.startedAt, run.materialized, run.durationMilliseconds, run.error)
    }
  }

  /// runs, succeeded, failed, interrupted, running, overrun, success rate, median and 95th percentile of the durations.
  package func summary(of identifier: AssetIdentifier, _ clock: Clock) -> String {
    let runs = assets.first { $0.identifier == identifier }.map { judgedRuns(of: $0, clock) } ?? []
    func count(_ outcome: String) -> Int { runs.count { $0.outcome == outcome } }
    let ended = count("succeeded") + count("failed") + count("interrupted")
    let rate: Double? = ended == 0 ? nil : Double(count("succeeded")) / Double(ended)
    let durations = runs.filter { $0.materialized != nil }.compactMap(\.durationMilliseconds).filter { $0 >= 0 }
    /// The smallest duration that at least this share of them does not exceed.
    func nearestRank(_ share: Int) -> Int64? {
      durations.sorted().first { candidate in durations.count { $0 <= candidate } * 100 >= share * durations.count }
    }
    return Self.line(
      identifier, runs.count, count("succeeded"), count("failed"), count("interrupted"), count("running"),
      count("overrun"), rate, nearestRank(50), nearestRank(95))
  }

  /// name, id, whether a run is under way, how many ended without success since the last one.
  package func attempts(_ clock: Clock) -> [String] {
    assets.map { asset in
      let runs = judgedRuns(of: asset, clock)
      let ended = runs.filter { !["running", "overrun"].contains($0.outcome) }
      return Self.line(
        asset.identifier, ended.count < runs.count, ended.prefix { $0.outcome != "succeeded" }.count)
    }
  }

  /// name, id, kind, configurations, signature, expected signature, last_materialized.
  package func drift(
    expected: [AssetIdentifier: String] = [:], name: String = "*", now: Int64
  ) -> [String] {
    let clock = Clock(now: now)
    var lines: [String] = []
    let assets = assets
    for asset in assets where Self.matches(asset.identifier.name, name) {
      let siblings = assets.count { Array($0.identifier.name.utf8) == Array(asset.identifier.name.utf8) }
      let (signature, time) = (asset.manifest?.signature, lastMaterialized(asset, clock)?.time)
      if siblings > 1 {
        lines.append(Self.line(asset.identifier, "configurations", siblings, signature, nil, time))
      }
      if let wanted = expected[asset.identifier], signature.map({ Array($0.utf8) != Array(wanted.utf8) }) ?? true {
        lines.append(Self.line(asset.identifier, "signature", siblings, signature, wanted, time))
      }
    }
    return lines
  }

  /// name, id, path, whether it is there.
  package func artifacts(missingOnly: Bool = false) -> [String] {
    assets.flatMap { asset in
      artifacts(asset).compactMap { path in
        let isThere = artifactIsThere(path)
        return missingOnly && isThere ? nil : Self.line(asset.identifier, path, isThere)
      }
    }
  }

  /// The assets whose manifest names a path that leads to the same place beneath the root.
  package func producers(of path: String) -> [String] {
    assets.flatMap { asset in
      artifacts(asset).filter { Array($0.utf8) == Array(path.utf8) }
        .map { Self.line(asset.identifier, $0, artifactIsThere($0)) }
    }
  }

  /// path, kind.
  package func problemLines(now: Int64) -> [String] {
    var all = problems
    let clock = Clock(now: now)
    for asset in assets {
      let (name, id) = (asset.identifier.name, asset.identifier.id)
      let times = [asset.manifest?.lastMaterialized, asset.manifest?.lastRun?.materialized]
      if times.contains(where: { $0.map { clock.isAhead($0.microseconds) } ?? false }) {
        all.append(Problem(path: .manifest(name, id), kind: "future_time"))
      }
      for run in asset.runs {
        let times = [run.metadata?.startedAt, run.metadata?.materialized]
        if times.contains(where: { $0.map { clock.isAhead($0.microseconds) } ?? false }) {
          all.append(Problem(path: .run(name, id, run.id), kind: "future_time"))
        }
      }
      if asset.manifest != nil, let last = lastMaterialized(asset, Clock(now: .max / 2)), last.source == "runs",
        !clock.isAhead(last.time)
      {
        all.append(Problem(path: .manifest(name, id), kind: "manifest_behind"))
      }
    }
    return all.sorted { ($0.path, $0.kind) < ($1.path, $1.kind) }.map { "\($0.path) | \($0.kind)" }
  }

  /// When an asset was last materialized.
  package func lastMaterialized(of identifier: AssetIdentifier, now: Int64) -> Int64? {
    assets.first { $0.identifier == identifier }.flatMap { lastMaterialized($0, Clock(now: now))?.time }
  }

  /// assets, then how many are in each state, have each status; runs, and how they ended; artifacts; problems.
  package func status(maxAge: Int64, _ clock: Clock) -> [String] {
    var counts: [String: Int] = [:]
    for asset in assets {
      counts["assets", default: 0] += 1
      let state =
        lastMaterialized(asset, clock).map { clock.now - $0.time < maxAge ? "fresh" : "stale" }
        ?? (isUnknown(asset, clock) ? "unknown" : "never")
      counts["state \(state)", default: 0] += 1
      counts["status \(standing(of: asset).status ?? "none")", default: 0] += 1
      for run in judgedRuns(of: asset, clock) {
        counts["runs", default: 0] += 1
        counts["outcome \(run.outcome)", default: 0] += 1
      }
      counts["artifacts", default: 0] += artifacts(asset).count
    }
    for line in problemLines(now: clock.now) {
      counts["problem \(line.split(separator: " ").last ?? "")", default: 0] += 1
    }
    return counts.filter { $0.value > 0 }.map { "\($0.key): \($0.value)" }.sorted()
  }

  func artifactIsThere(_ path: String) -> Bool {
    access(root + "/" + path.drop { $0 == "/" }, F_OK) == 0
  }

  /// One row: fields between bars, every scalar outside of ASCII by its number, so that no two spellings look alike.
  package static func line(_ asset: AssetIdentifier, _ fields: (any Sendable)?...) -> String {
    let texts = [asset.name, asset.id] + fields.map { $0.map { "\($0)" } ?? "-" }
    return texts.map { text in text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() }.joined(separator: " | ")
  }
}

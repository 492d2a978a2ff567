package import ManifestModel

#if canImport(Glibc)
  import Glibc
#endif

/// The answers as lines of text, one a row, so that a difference can be read. Times are microseconds since 1970.
extension LinearScan {
  /// An age policy: maximum age and age to warn after, in microseconds, and rules of which the first that matches counts.
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
    _ policy: Policy, name: String = "*", states: Set<String> = ["fresh", "warn", "stale", "never"], now: Int64
  ) -> [String] {
    var rows: [(time: Int64?, asset: AssetIdentifier, line: String)] = []
    for asset in assets where Self.matches(asset.identifier.name, name) {
      let rule = policy.rules.first { Self.matches(asset.identifier.name, $0.name) }
      let maxAge = rule?.maxAge ?? policy.maxAge
      let warnAfter = rule == nil ? policy.warnAfter : rule?.warnAfter
      let last = lastMaterialized(asset)
      let age = last.map { now - $0.time }
      var state = "never"
      if let age {
        state = age < maxAge ? "fresh" : "stale"
        if let warnAfter, state == "fresh", age >= warnAfter { state = "warn" }
      }
      guard states.contains(state) else { continue }
      rows.append(
        (
          last?.time, asset.identifier,
          Self.line(
            asset.identifier, state, last?.time, age, maxAge, asset.manifest?.lastStatus.rawValue,
            asset.manifest?.lastRun?.id, last?.source, asset.standing == .damaged)
        ))
    }
    rows.sort { ($0.time ?? .min, $0.asset) < ($1.time ?? .min, $1.asset) }
    return rows.map(\.line)
  }

  /// name, id, run, outcome, start, failure time, error, path of the metadata.
  package func failures(since: Int64, name: String = "*", now: Int64, window: Int64 = 86_400_000_000) -> [String] {
    var rows: [(run: JudgedRun, time: Int64, line: String)] = []
    for asset in assets where Self.matches(asset.identifier.name, name) {
      for run in judgedRuns(of: asset) {
        let outcome = run.outcome(now: now, window: window)
        guard outcome == "failed" || outcome == "interrupted", let time = run.failureTime, time >= since else {
          continue
        }
        let line = Self.line(
          run.asset, run.id, outcome, run.startedAt, time, run.error,
          TreePath.run(run.asset.name, run.asset.id, run.id).description)
        rows.append((run, time, line))
      }
    }
    rows.sort { left, right in
      if left.time != right.time { return left.time > right.time }
      if left.run.asset != right.run.asset { return left.run.asset < right.run.asset }
      return left.run.id.utf8.lexicographicallyPrecedes(right.run.id.utf8)
    }
    return rows.map(\.line)
  }

  /// name, id, last_materialized, last_status, last_run, error, signature, updated_at, source, runs, manifest, damaged.
  package func list(name: String = "*") -> [String] {
    assets.filter { Self.matches($0.identifier.name, name) }.map { asset in
      let manifest = asset.manifest, last = lastMaterialized(asset)
      let path = TreePath.manifest(asset.identifier.name, asset.identifier.id).description
      return Self.line(
        asset.identifier, last?.time, manifest?.lastStatus.rawValue, manifest?.lastRun?.id, manifest?.lastError,
        manifest?.signature, manifest?.updatedAt?.microseconds, last?.source, judgedRuns(of: asset).count,
        asset.standing == .absent ? nil : path, asset.standing == .damaged)
    }
  }

  /// The assets that are known, by name and id.
  package var identifiers: [AssetIdentifier] { assets.map(\.identifier) }

  /// name, id, run, outcome, start, materialized, duration, error; newest first.
  package func runs(of identifier: AssetIdentifier, now: Int64, window: Int64 = 86_400_000_000) -> [String] {
    guard let asset = assets.first(where: { $0.identifier == identifier }) else { return [] }
    return judgedRuns(of: asset).map { run in
      Self.line(
        run.asset, run.id, run.outcome(now: now, window: window), run.startedAt, run.materialized,
        run.durationMilliseconds, run.error)
    }
  }

  /// runs, succeeded, failed, interrupted, running, success rate, median and 95th percentile of the durations.
  package func summary(of identifier: AssetIdentifier, now: Int64, window: Int64 = 86_400_000_000) -> String {
    let runs = assets.first { $0.identifier == identifier }.map { judgedRuns(of: $0) } ?? []
    func count(_ outcome: String) -> Int { runs.count { $0.outcome(now: now, window: window) == outcome } }
    let ended = count("succeeded") + count("failed") + count("interrupted")
    let rate: Double? = ended == 0 ? nil : Double(count("succeeded")) / Double(ended)
    let durations = runs.filter { $0.materialized != nil }.compactMap(\.durationMilliseconds)
    /// The smallest duration that at least this share of them does not exceed.
    func nearestRank(_ share: Int) -> Int64? {
      durations.sorted().first { candidate in durations.count { $0 <= candidate } * 100 >= share * durations.count }
    }
    return Self.line(
      identifier, runs.count, count("succeeded"), count("failed"), count("interrupted"), count("running"), rate,
      nearestRank(50), nearestRank(95))
  }

  /// name, id, kind, configurations, signature, expected signature, last_materialized.
  package func drift(expected: [AssetIdentifier: String] = [:], name: String = "*") -> [String] {
    var lines: [String] = []
    let assets = assets
    for asset in assets where Self.matches(asset.identifier.name, name) {
      let siblings = assets.count { Array($0.identifier.name.utf8) == Array(asset.identifier.name.utf8) }
      let (signature, time) = (asset.manifest?.signature, lastMaterialized(asset)?.time)
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
    for asset in assets {
      guard let last = lastMaterialized(asset), last.time > now + 300_000_000 else { continue }
      let (name, id) = (asset.identifier.name, asset.identifier.id)
      all.append(Problem(path: last.run.map { .run(name, id, $0) } ?? .manifest(name, id), kind: "future_time"))
    }
    return all.sorted { ($0.path, $0.kind) < ($1.path, $1.kind) }.map { "\($0.path) | \($0.kind)" }
  }

  /// When an asset was last materialized.
  package func lastMaterialized(of identifier: AssetIdentifier) -> Int64? {
    assets.first { $0.identifier == identifier }.flatMap { lastMaterialized($0)?.time }
  }

  /// assets, then how many are in each state, have each status; runs, and how they ended; artifacts; problems.
  package func status(maxAge: Int64, now: Int64, window: Int64 = 86_400_000_000) -> [String] {
    var counts: [String: Int] = [:]
    for asset in assets {
      counts["assets", default: 0] += 1
      let state = lastMaterialized(asset).map { now - $0.time < maxAge ? "fresh" : "stale" } ?? "never"
      counts["state \(state)", default: 0] += 1
      counts["status \(asset.manifest?.lastStatus.rawValue ?? "none")", default: 0] += 1
      for run in judgedRuns(of: asset) {
        counts["runs", default: 0] += 1
        counts["outcome \(run.outcome(now: now, window: window))", default: 0] += 1
      }
      counts["artifacts", default: 0] += artifacts(asset).count
    }
    for line in problemLines(now: now) {
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

import AssetCatalog
import FreshnessRules
import ManifestModel

extension MorningReport {
  /// The report on the catalog of a session, under a policy.
  ///
  /// The first question brings the index up to date as the session says; all later ones are asked of what it then holds.
  ///
  /// - Parameter assetLimit: see ``assetLimit``; the runs of assets without a row are not read.
  init(_ session: Session, _ used: PolicyInUse, assetLimit: Int = 10_000) throws {
    var asked = used.policy
    asked.tellsReasons = true
    let answer = try session.catalog().freshness(asked)
    let settled = try session.settledCatalog(at: answer.generatedAt)
    let rules = used.policy.policy
    let yesterday = Timestamp(microseconds: answer.generatedAt.microseconds.saturatingSubtract(86_400_000_000))
    self.init(
      root: session.root, asOf: answer.asOf, generatedAt: answer.generatedAt, zone: rules.timezone.name,
      version: RootCommand.version, policy: Self.words(used, root: session.root))
    self.assetLimit = assetLimit
    gaps = answer.gaps
    // What takes too long has not failed; it stands among what is out of the ordinary.
    failures = try settled.failures(since: yesterday).rows.lazy.filter { $0.outcome != .overrun }.map {
      Failure(asset: $0.asset, outcome: $0.outcome, failedAt: $0.failedAt, error: $0.error)
    }
    drifts = try settled.drift().rows.reduce(into: []) { drifts, row in
      guard drifts.last?.name != row.asset.name else { return }
      drifts.append(Drift(name: row.asset.name, text: HumanText.count(row.configurationCount, "configuration")))
    }
    problems = try settled.problems().rows.map { Problem(path: $0.path, kind: $0.kind, message: $0.message) }
    var demands: [Int?: Demand] = [nil: rules.top.demand ?? .standard]
    for rule in rules.rules { demands[rule.place.line] = demands[rule.place.line] ?? rule.part.demand }
    let isCut = answer.rows.count > assetLimit
    // Of very many assets the shares would take longer than all else.
    let levels = isCut ? [] : try settled.serviceLevels(asked).rows
    let shares = Dictionary(
      levels.lazy.compactMap { row in row.figures.compliance.map { (row.asset, $0) } },
      uniquingKeysWith: { first, _ in first })
    var rest = answer.rows.inOrderOfNames()[...]
    assets.reserveCapacity(rest.count)
    while !rest.isEmpty {
      let piece = rest.prefix(1_024)
      rest = rest.dropFirst(piece.count)
      let told = piece.filter { !isCut || $0.level != .ok }.map(\.asset)
      var runs = try settled.runs(ofEach: told, limit: DurationStatistics.window + 1)[...]
      for row in piece {
        let last = isCut && row.level == .ok ? [] : runs.removeFirst()
        var asset = Asset(row, demands[row.ruleLine], last, now: answer.generatedAt)
        asset.share = shares[row.asset]
        assets.append(asset)
      }
    }
  }

  /// `the policy freshness.yaml (17 rules)`; a file in the root by its name alone.
  private static func words(_ used: PolicyInUse, root: String) -> String {
    let policy = used.policy.policy
    guard let file = used.file else { return "no policy file: \((policy.top.demand ?? .standard).words)" }
    let name = file.hasPrefix(root + "/") ? String(file.dropFirst(root.count + 1)) : file
    return policy.rules.isEmpty
      ? "the policy \(name)" : "the policy \(name) (\(HumanText.count(policy.rules.count, "rule")))"
  }
}

extension MorningReport.Asset {
  /// An asset from its row, its demand, and its last runs, newest first.
  init(_ row: FreshnessRow, _ demand: Demand?, _ last: [RunRow], now: Timestamp) {
    self.init(asset: row.asset, state: row.state, level: row.level)
    severity = row.severity
    owner = row.owner
    rule = row.rule
    ruleLine = row.ruleLine
    self.demand = demand?.words
    staleSince = row.staleSince
    freshUntil = row.freshUntil
    lastMaterialized = row.lastMaterialized
    lastFailure = row.lastFailure
    failurePath = last.first { $0.runID == row.lastFailure?.runID }?.metadataPath
    runningSince = row.runningSince
    usualDuration = row.typicalDurationMilliseconds
    runs = last.prefix(14).reversed().map { MorningReport.Run(outcome: $0.outcome, duration: $0.durationMilliseconds) }
    note = row.note
    runbook = row.runbook
    findings = row.findings
    isDamaged = row.isDamaged
    if !findings.contains(where: { $0.kind == .slow || $0.kind == .overrun }) {
      findings += Self.slowness(of: last, now: now)
    }
    why = Self.why(row, demand, last, now: now)
  }

  /// Whether the newest run is much slower than those before it; the page shows that whatever the policy asks for.
  private static func slowness(of runs: [RunRow], now: Timestamp) -> [FreshnessFinding] {
    guard let newest = runs.first else { return [] }
    let past = runs.dropFirst().lazy.filter { $0.outcome == .succeeded }.compactMap(\.durationMilliseconds)
    guard let usual = DurationStatistics(past: past) else { return [] }
    let words = HumanText.duration(milliseconds:)
    switch newest.outcome {
    case .succeeded:
      guard let duration = newest.durationMilliseconds, usual.isSlow(duration) else { return [] }
      return [
        FreshnessFinding(
          kind: .slow, level: .warn, value: Double(duration), limit: usual.limit().map(Double.init),
          text: "took \(words(duration)), usually \(words(usual.median))")
      ]
    case .overrun:
      guard let start = newest.startedAt else { return [] }
      let elapsed = now.microseconds.saturatingSubtract(start.microseconds) / 1000
      return [
        FreshnessFinding(
          kind: .overrun, level: .warn, value: Double(elapsed), limit: usual.limit().map(Double.init),
          text: "running for \(words(elapsed)), usually \(words(usual.median))")
      ]
    case .failed, .interrupted, .running: return []
    }
  }

  /// Why the asset is not well, without how late it is: that stands elsewhere.
  private static func why(
    _ row: FreshnessRow, _ demand: Demand?, _ last: [RunRow], now: Timestamp
  ) -> [MorningReport.Phrase] {
    var phrase: [MorningReport.Phrase] = []
    switch row.reason {
    case .failing:
      let count = row.consecutiveFailures ?? 1
      phrase.append(.text(count == 1 ? "the last run failed" : "the last \(HumanText.count(count)) runs failed"))
    case .running:
      let spent = row.runningSince.map { "running for \(PageForm.span($0, now))" } ?? "a run is under way"
      let usual = row.typicalDurationMilliseconds.map {
        ", usually \(HumanText.duration(milliseconds: $0))"
      }
      phrase.append(.text(spent + (usual ?? "")))
    case .notStarted:
      let begun = last.lazy.compactMap(\.startedAt).first
      let text = begun.map { "no run has begun for \(PageForm.span($0, now))" } ?? "no run has begun"
      phrase.append(.text(row.state == .warn ? "no run has begun yet" : text))
    case .tooEarly:
      if let came = row.lastMaterialized {
        phrase += [.text("came at "), .time(came)]
        if demand?.deadline != nil, let opens = demand?.terms(of: came).opens {
          phrase += [.text(", counts from "), .time(opens)]
        } else {
          phrase.append(.text(", too early to count"))
        }
      }
    case .lost: phrase.append(.text("the last run never came back"))
    case .never: phrase.append(.text("no run has ever succeeded"))
    case .unreadable:
      let isAhead = row.state == .unknown && !row.isDamaged
      phrase.append(
        .text(isAhead ? "its times are ahead of the clock, or a file cannot be read" : "its manifest cannot be read"))
    case nil: break
    }
    if phrase.isEmpty, let finding = row.findings.max(by: { $0.level < $1.level }) {
      phrase.append(.text(finding.text))
    }
    if row.state == .stale, row.demand == .deadline, let since = row.staleSince {
      phrase += [.text(phrase.isEmpty ? "was due " : " · was due "), .time(since)]
    } else if row.state == .stale, row.demand == .age, row.maxAgeMicroseconds < .max {
      phrase.append(.text("\(phrase.isEmpty ? "" : " · ")limit \(DurationText.text(row.maxAgeMicroseconds))"))
    }
    return phrase
  }
}

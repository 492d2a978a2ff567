import AssetCatalog
import FreshnessRules
import ManifestModel

extension MorningReport {
  /// The report on the catalog of a session, under a policy; all of one moment, and each run read once.
  ///
  /// - Parameter assetLimit: from this many assets on only those get a row that are not well; the runs of others are
  ///   not read.
  init(_ session: Session, _ used: PolicyInUse, assetLimit: Int = 10_000) throws {
    self = try session.catalog().inOneMoment { catalog throws(CatalogError) in
      try MorningReport(of: catalog, used, assetLimit: assetLimit)
    }.answers
  }

  private init(of catalog: Catalog, _ used: PolicyInUse, assetLimit: Int) throws(CatalogError) {
    var asked = used.policy
    asked.tellsReasons = true
    let isCut = try catalog.reportedCount() > assetLimit
    var pages = try catalog.reportQuestion(asked, inOrderOfNames: true) { _ in !isCut }.pages()
    let now = pages.generatedAt
    self.init(
      root: catalog.root, asOf: pages.asOf, generatedAt: now, zone: used.policy.policy.timezone.name,
      version: RootCommand.version, policy: Self.words(used, root: catalog.root), isCut: isCut)
    gaps = pages.gaps
    // Of very many assets the shares would take longer than all else.
    var shares = isCut ? nil : try Shares(of: catalog, asked)
    while let page = try pages.next() {
      for row in page {
        var asset = Asset(row, now: now)
        asset.share = try shares?.share(of: row.asset)
        add(asset) { $0.complete(row, catalog, now: now) }
      }
    }
    let yesterday = Timestamp(microseconds: now.microseconds.saturatingSubtract(86_400_000_000))
    var failures = try catalog.failureQuestion(since: yesterday).pages()
    while let page = try failures.next() {
      // What takes too long has not failed; it stands among what is out of the ordinary.
      for row in page where row.outcome != .overrun {
        add(Failure(asset: row.asset, outcome: row.outcome, failedAt: row.failedAt, error: row.error))
      }
    }
    var drifts = try catalog.drift().pages()
    var lastName: String?
    while let page = try drifts.next() {
      for row in page where lastName.map({ !$0.hasSameBytes(as: row.asset.name) }) ?? true {
        lastName = row.asset.name
        add(Drift(name: row.asset.name, text: HumanText.count(row.configurationCount, "configuration")))
      }
    }
    for row in try catalog.problems().rows {
      add(Problem(path: row.path, kind: row.kind.rawValue, message: row.message))
    }
  }

  /// In which share of the last 30 days the demand on each asset was kept; asked for in the order of names and ids.
  private struct Shares {
    private var pages: AnswerPages<ServiceLevelRow>
    private var rows: ArraySlice<ServiceLevelRow> = []

    init(of catalog: Catalog, _ policy: FreshnessPolicy) throws(CatalogError) {
      pages = try catalog.serviceLevels(policy).pages()
    }

    mutating func share(of asset: AssetIdentifier) throws(CatalogError) -> Double? {
      while true {
        while let first = rows.first, first.asset < asset { rows.removeFirst() }
        if let first = rows.first { return first.asset == asset ? first.figures.compliance : nil }
        guard let page = try pages.next() else { return nil }
        rows = page[...]
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
  /// An asset as far as its row and the counts go.
  fileprivate init(_ row: FreshnessRow, now: Timestamp) {
    self.init(asset: row.asset, state: row.state, level: row.level)
    severity = row.severity
    owner = row.owner
    staleSince = row.staleSince
    freshUntil = row.freshUntil
    lastMaterialized = row.lastMaterialized
    runs.reserveCapacity(MorningReport.Run.mostShown)
    row.forEachRun(last: MorningReport.Run.mostShown) { runs.append(MorningReport.Run(outcome: $0, duration: $1)) }
    runs.reverse()
    findings = row.findings
    // The page shows that a run was slow whatever the policy checks.
    if !findings.contains(where: { $0.kind == .slow || $0.kind == .overrun }), let slow = row.slowness(at: now) {
      let words = HumanText.duration(milliseconds:)
      let verb = slow.kind == .overrun ? "running for" : "took"
      findings.append(
        FreshnessFinding(
          kind: slow.kind, level: .warn, value: Double(slow.elapsed), limit: slow.limit.map(Double.init),
          text: "\(verb) \(words(slow.elapsed)), usually \(words(slow.usual))"))
    }
  }

  /// Adds what only a card tells.
  fileprivate mutating func complete(_ row: FreshnessRow, _ catalog: Catalog, now: Timestamp) {
    rule = row.rule
    ruleLine = row.ruleLine
    demand = row.fullDemand.words
    lastFailure = row.lastFailure
    failurePath = row.lastFailure.map { catalog.metadataPath(ofRun: $0.runID, of: row.asset) }
    runningSince = row.runningSince
    usualDuration = row.typicalDurationMilliseconds
    note = row.note
    runbook = row.runbook
    isDamaged = row.isDamaged
    why = Self.why(row, row.newestStart, now: now)
  }

  /// Why the asset is not well, without how late it is: that stands elsewhere.
  private static func why(
    _ row: FreshnessRow, _ newestStart: Timestamp?, now: Timestamp
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
      let text = newestStart.map { "no run has begun for \(PageForm.span($0, now))" } ?? "no run has begun"
      phrase.append(.text(row.state == .warn ? "no run has begun yet" : text))
    case .tooEarly:
      if let came = row.lastMaterialized {
        phrase += [.text("came at "), .time(came)]
        if row.fullDemand.deadline != nil, let opens = row.fullDemand.terms(of: came).opens {
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

import AssetCatalog
import ManifestModel

@testable import AssetCatalogCommand

/// What a report is made of, so that a test can change it before.
struct Morning {
  var root: String
  var asOf: Timestamp?
  var zone = "UTC"
  var version = "0.1.0"
  var policy: String
  var gaps = AnswerGaps()
  var assets: [MorningReport.Asset] = []
  var failures: [MorningReport.Failure] = []
  var drifts: [MorningReport.Drift] = []
  var problems: [MorningReport.Problem] = []
  var assetLimit = 10_000

  var report: MorningReport {
    var report = MorningReport(
      root: root, asOf: asOf, generatedAt: MorningSamples.now, zone: zone, version: version, policy: policy,
      isCut: assets.count > assetLimit)
    report.gaps = gaps
    for asset in assets.sorted(by: { $0.asset < $1.asset }) { report.add(asset) }
    for failure in failures { report.add(failure) }
    for drift in drifts { report.add(drift) }
    for problem in problems { report.add(problem) }
    return report
  }
}

/// Reports as the page may get them: an ordinary morning, hostile names, and very many assets.
enum MorningSamples {
  /// 26 November 2026, 07:58 in London and in UTC.
  static let now = time("2026-11-26T07:58:00Z")

  static func time(_ text: String) -> Timestamp { Timestamp(text)! }

  static func hours(_ hours: Double) -> Timestamp {
    Timestamp(microseconds: now.microseconds + Int64(hours * 3_600_000_000))
  }

  static func asset(
    _ name: String, _ id: String = "c1", _ state: FreshnessState = .fresh, _ level: FreshnessLevel = .ok,
    last: Double? = -6, limit: Double? = nil, owner: String? = nil, runs: String = "kkkkkkkkkkkkkk"
  ) -> MorningReport.Asset {
    var asset = MorningReport.Asset(asset: AssetIdentifier(name: name, id: id), state: state, level: level)
    asset.lastMaterialized = last.map(hours)
    if let limit {
      if limit < 0 { asset.staleSince = hours(limit) } else { asset.freshUntil = hours(limit) }
    }
    asset.owner = owner
    asset.demand = "at most 26h old, warning from 22h on"
    asset.rule = "\(name.prefix { $0 != "." }).*"
    asset.ruleLine = 21
    asset.usualDuration = 480_000
    asset.runs = runs.enumerated().map { index, letter in
      let outcome: RunOutcome =
        switch letter {
        case "f": .failed
        case "i": .interrupted
        case "r": .running
        default: .succeeded
        }
      return MorningReport.Run(
        outcome: outcome, duration: outcome == .succeeded ? 300_000 + Int64(index * 7919 % 200) * 1000 : nil)
    }
    return asset
  }

  /// What an engineer may find on a bad morning.
  static var ordinary: Morning {
    var report = Morning(
      root: "/srv/storage", asOf: time("2026-11-26T07:57:30Z"), zone: "Europe/London",
      version: "0.1.0", policy: "the policy freshness.yaml (17 rules; 1 matches nothing: line 72)")
    var revenue = asset(
      "gold.revenue_daily", "a41c", .stale, .error, last: -27.4, limit: -0.7, owner: "finance", runs: "kkkkfkkkkkkfff")
    revenue.severity = .critical
    revenue.why = [.text("the last 3 runs failed · was due "), .time(hours(-0.7))]
    revenue.demand = "at each 0 7 * * 1-5 (Europe/London), counting from 5h before, at the latest 15m after"
    revenue.lastFailure = LastFailure(
      runID: "r3", outcome: .failed, failedAt: hours(-2.7),
      error:
        "OperationalError: could not connect to server: Connection refused\n\tIs the server running on host \"10.2.0.14\" and accepting TCP/IP connections on port 5432?"
    )
    revenue.failurePath = "_asset_metadata/asset_name=gold.revenue_daily/asset_id=a41c/asset_run_id=r3/metadata.json"
    revenue.runbook = "https://wiki.example/runbooks/gold"
    revenue.note = "The board reads it at nine."
    var feed = asset("export.partner_feed", "c1", .stale, .error, last: -33.4, limit: -7.4, owner: "partners")
    feed.severity = .critical
    feed.why = [.text("no run has begun for 1d 9h")]
    var broken = asset("bronze.broken", "c1", .never, .error, last: nil, owner: "ingest", runs: "ii")
    broken.why = [.text("the last 2 runs never came back")]
    var embeddings = asset("ml.embeddings", "c1", .never, .error, last: nil, owner: "ml", runs: "ff")
    embeddings.why = [.text("the last 2 runs failed")]
    embeddings.lastFailure = LastFailure(
      runID: "e2", outcome: .failed, failedAt: hours(-5.8),
      error: "CUDAOutOfMemoryError: tried to allocate 2.40 GiB; 1.09 GiB free")
    var us = asset(
      "bronze.orders_us", "c1", .stale, .error, last: -77.6, limit: -51.6, owner: "ingest", runs: "kkkkkkkkkkkiir")
    us.why = [.text("the last 3 runs never came back")]
    us.runningSince = hours(-1)
    var sessions = asset(
      "silver.sessions", "c1", .stale, .error, last: -29, limit: -3, owner: "platform", runs: "kkkkkkkkkkkkkr")
    sessions.why = [.text("running for 5h 40m, usually 34m")]
    sessions.findings = [
      FreshnessFinding(
        kind: .overrun, level: .warn, value: 20_400_000, limit: 2_040_000, text: "running for 5h 40m, usually 34m")
    ]
    var torn = asset("silver.torn", "c1", .unknown, .error, last: nil, owner: "platform", runs: "")
    torn.why = [.text("its manifest cannot be read, and never could")]
    var churn = asset("gold.churn_scores", "c1", .warn, .warn, last: -23.8, limit: 1.03, owner: "growth")
    churn.why = [.text("no run has begun yet")]
    var inventory = asset("bronze.inventory", "c1", .warn, .warn, last: -22.1, limit: 3.96, owner: "ingest")
    inventory.why = [.text("no run has begun yet")]
    var payments = asset("silver.payments_dedup", "c1", .fresh, .warn, last: -4, limit: 21, owner: "platform")
    payments.findings = [
      FreshnessFinding(kind: .rows, level: .warn, value: 17_890, limit: 24_060, text: "17,890 rows, usually 48,120")
    ]
    report.assets =
      [
        revenue, feed, broken, embeddings, us, sessions, torn, churn, inventory, payments,
        asset("ml.features_daily", "c1aaaaaaaaaa", limit: 20, owner: "ml"),
        asset("ml.features_daily", "c2bbbbbbbbbb", limit: 19, owner: "ml"),
        asset("gold.kpi", limit: 23, owner: "finance"),
        asset("gold.finance_close", last: -600, limit: 95.3, owner: "finance", runs: "kkkk"),
      ]
      + ["customers", "fx_rates", "orders_apac", "orders_eu", "payments", "web_events"].enumerated().map {
        asset(
          "bronze.\($1)", limit: 17 + Double($0) / 2, owner: "ingest",
          runs: $0 == 2 ? "kkkfkkkkkkkkkk" : "kkkkkkkkkkkkkk")
      }
      + ["customers", "orders"].map { asset("silver.\($0)", limit: 21, owner: "platform") }
      + (1...12).map { asset("tmp.scratch_\($0)", "c1", .ignored, last: -900, runs: "k") }
      + [asset("adhoc", "x", .ignored, last: -2000, runs: "")]
    report.assets.sort { $0.asset < $1.asset }
    for index in report.assets.indices where report.assets[index].state != .ignored {
      let isBad = report.assets[index].level == .error
      report.assets[index].share =
        report.assets[index].lastMaterialized == nil ? 0 : isBad ? 0.9449 : index % 3 == 0 ? 0.9996 : 1
    }
    report.failures = [
      failure("gold.revenue_daily", "a41c", -2.7, "OperationalError: could not connect to server: Connection refused"),
      failure("gold.revenue_daily", "a41c", -3.2, "OperationalError: could not connect to server: Connection refused"),
      failure("ml.embeddings", "c1", -1.8, "CUDAOutOfMemoryError: tried to allocate 2.40 GiB; 1.09 GiB free"),
      failure("gold.revenue_daily", "a41c", -3.7, "OperationalError: could not connect to server: Connection refused"),
      failure("ml.embeddings", "c1", -5.8, "CUDAOutOfMemoryError: tried to allocate 3.25 GiB; 0.33 GiB free"),
      failure(
        "bronze.orders_apac", "c1", -9.6, "TimeoutError: no answer from https://api.partner.example/v2/orders in 30 s"),
      MorningReport.Failure(
        asset: AssetIdentifier(name: "bronze.orders_us", id: "c1"), outcome: .interrupted, failedAt: hours(-13),
        error: nil),
    ]
    report.drifts = [MorningReport.Drift(name: "ml.features_daily", text: "2 configurations")]
    report.problems = [
      MorningReport.Problem(
        path: "_asset_metadata/asset_name=silver.torn/asset_id=c1/manifest.json", kind: "invalid_json",
        message: "the text ends in the middle of a value"),
      MorningReport.Problem(path: "_asset_metadata/stray.txt", kind: "misplaced", message: "no file belongs here"),
    ]
    return report
  }

  static func failure(_ name: String, _ id: String, _ hours: Double, _ error: String?) -> MorningReport.Failure {
    MorningReport.Failure(
      asset: AssetIdentifier(name: name, id: id), outcome: .failed, failedAt: Self.hours(hours), error: error)
  }

  /// Texts that try to become something else than text.
  static let hostileTexts = [
    "<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "</style><b>bold</b>",
    "\" onclick=\"alert(3)",
    "' autofocus onfocus='alert(4)", "\u{1b}[31mred\u{1b}[0m", "\u{202e}gpj.exe", "null\u{0}byte", "a&amp;b &lt;i&gt;",
    "<!--", "]]>", "javascript:alert(5)", "zero\u{200b}width\u{feff}", "line\nfeed\r\ttab", "\u{2028}\u{2029}\u{9b}31m",
    "`${alert(6)}`",
    "%3Cb%3E/../#x?y", "naïve 名前 👩‍👩‍👧", "x' style='color:red", "{{7*7}}",
  ]

  /// Every text of the report is a hostile one.
  static var hostile: Morning {
    var report = Morning(
      root: "/srv/<b>root</b>\"'", asOf: now, zone: "\"><script>alert(0)</script>",
      version: "0.1.0<i>",
      policy: "the policy <u>x</u>")
    let states = FreshnessState.allCases
    for (index, text) in hostileTexts.enumerated() {
      let state = states[index % states.count]
      let isBad = [.stale, .never, .unknown].contains(state)
      var asset = asset(
        text, "\(index)\(text)", state, isBad ? .error : state == .warn ? .warn : .ok, last: -30,
        limit: state == .stale ? -4 : state == .ignored || isBad ? nil : 4, owner: text)
      asset.why = [.text(text), .time(hours(-1))]
      asset.note = text
      asset.rule = text
      asset.demand = text
      asset.runbook = text
      asset.failurePath = text
      asset.lastFailure = LastFailure(runID: text, outcome: .failed, failedAt: hours(-1), error: text)
      asset.findings = [FreshnessFinding(kind: .rows, level: .warn, value: nil, limit: nil, text: text)]
      report.assets.append(asset)
      report.failures.append(failure(text, "\(index)\(text)", -1, text))
      report.drifts.append(MorningReport.Drift(name: text, text: text))
      report.problems.append(MorningReport.Problem(path: text, kind: text, message: text))
    }
    return report
  }

  /// A number of assets of 14 runs each.
  static func large(_ count: Int) -> Morning {
    var report = ordinary
    let schemas = ["bronze", "silver", "gold", "mart.sales", "mart.risk", "export", "ml"]
    report.assets = (0..<count).map { index in
      let name = "\(schemas[index % 7]).table_\(index / 7)"
      let id = String(repeating: "0123456789abcdef", count: 2)
      switch index % 50 {
      case 3:
        return asset(
          name, id, .stale, .error, last: -50, limit: -24, owner: "team-\(index % 9)", runs: "kkkkkkkkkkkfif")
      case 4:
        return asset(name, id, .warn, .warn, last: -23, limit: Double(index % 200) / 50, owner: "team-\(index % 9)")
      default: return asset(name, id, limit: 8 + Double(index % 1800) / 100, owner: "team-\(index % 9)")
      }
    }
    return report
  }
}

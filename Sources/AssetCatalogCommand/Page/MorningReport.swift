import AssetCatalog
import ManifestModel

/// What a person wants to know of all assets in the morning, as the page shows it: one moment, and nothing read later.
///
/// It takes assets, failures and all else one by one, and keeps of each what the page will show: whole are only those
/// that get a card or stand among what expires soon. So it can be filled, and tested, without a catalog, and a hundred
/// thousand assets take little.
struct MorningReport {
  /// The storage root, as an absolute path.
  var root: String
  /// What was true in the tree at this moment is in the report; `nil` where the index was never reconciled.
  var asOf: Timestamp?
  /// The clock that ages were measured against.
  let generatedAt: Timestamp
  /// The time zone that the policy speaks in; a reader may choose it on the page.
  var zone = "UTC"
  /// The version of the program.
  var version: String
  /// Where the demands come from, as the end of a sentence: `the policy freshness.yaml (17 rules)`.
  var policy: String
  /// What the index could not see.
  var gaps = AnswerGaps()
  /// How often a new page is expected, in microseconds; an older one says so in red.
  var expectEvery: Int64 = 7_200_000_000
  /// Whether only those assets get a row that are not well.
  let isCut: Bool

  /// All assets, in the order of their names and ids.
  private(set) var assets = PageAssets()
  /// What the sections above them show.
  private(set) var overview: PageOverview
  /// Runs that failed or were given up in the last 24 hours.
  private(set) var failures = ErrorGroups()
  /// Those of them that failed in each hour, the oldest first.
  private(set) var failuresByHour = [Int](repeating: 0, count: 24)
  /// Names whose assets drifted, and how many those are.
  private(set) var drifts = FirstOf<Drift>(PageOverview.oddityLimit)
  /// What is wrong with files of the tree, and how much that is.
  private(set) var problems = FirstOf<Problem>(PageOverview.oddityLimit)

  /// A report of nothing yet.
  init(
    root: String, asOf: Timestamp?, generatedAt: Timestamp, zone: String = "UTC", version: String, policy: String,
    isCut: Bool = false
  ) {
    self.root = root
    self.asOf = asOf
    self.generatedAt = generatedAt
    self.zone = zone
    self.version = version
    self.policy = policy
    self.isCut = isCut
    overview = PageOverview(now: generatedAt)
  }

  /// Adds an asset, which comes after all others by its name and id.
  ///
  /// - Parameter complete: adds what takes its time to find out, and only those need that are shown whole.
  mutating func add(_ asset: Asset, completing complete: (inout Asset) -> Void = { _ in }) {
    let place = assets.append(asset, hasRow: !isCut || asset.level != .ok)
    overview.add(asset, at: place, completing: complete)
  }

  /// Adds a failure; the newest comes first. Those of assets that the report does not have yet take more memory.
  mutating func add(_ failure: Failure) {
    failures.add(failure, place: assets.place(of: failure.asset))
    guard let time = failure.failedAt, time <= generatedAt else { return }
    let hours = generatedAt.microseconds.saturatingSubtract(time.microseconds) / 3_600_000_000
    if hours < 24 { failuresByHour[23 - Int(hours)] += 1 }
  }

  /// Adds a name that drifted.
  mutating func add(_ drift: Drift) { drifts.add(drift) }

  /// Adds what is wrong with a file.
  mutating func add(_ problem: Problem) { problems.add(problem) }

  /// A text with times in it, which the page shows in the reader's zone.
  enum Phrase {
    case text(String)
    case time(Timestamp)
  }

  /// How one run ended, for the strip.
  struct Run {
    /// How many of an asset are shown.
    static let mostShown = 14

    var outcome: RunOutcome
    /// In milliseconds, where it is known.
    var duration: Int64?
  }

  /// One asset.
  struct Asset {
    var asset: AssetIdentifier
    var state: FreshnessState
    var level: FreshnessLevel
    var severity = FreshnessSeverity.normal
    var owner: String?
    /// Why it is not well; empty where it is.
    var why: [Phrase] = []
    /// What the rule is called, the line that it stands in, and what it demands, in words.
    var rule: String?
    var ruleLine: Int?
    var demand: String?
    var staleSince: Timestamp?
    var freshUntil: Timestamp?
    /// When it last succeeded.
    var lastMaterialized: Timestamp?
    /// The newest run that ended without success since then.
    var lastFailure: LastFailure?
    /// The metadata of that run, relative to the root.
    var failurePath: String?
    /// When the newest run began, if it has not ended.
    var runningSince: Timestamp?
    /// In milliseconds.
    var usualDuration: Int64?
    /// The share of the last 30 days in which its demand held, 0 to 1.
    var share: Double?
    /// Its last runs, oldest first; the page shows the last 14.
    var runs: [Run] = []
    var note: String?
    var runbook: String?
    var findings: [FreshnessFinding] = []
    /// Whether the values are those of the last manifest that could be read.
    var isDamaged = false
  }

  /// One failure.
  struct Failure {
    var asset: AssetIdentifier
    var outcome: RunOutcome
    var failedAt: Timestamp?
    var error: String?
  }

  /// A name that drifted.
  struct Drift {
    var name: String
    var text: String
  }

  /// One thing that is wrong with a file or folder.
  struct Problem {
    var path: String
    var kind: String
    var message: String
  }
}

import AssetCatalog
import ManifestModel

/// What a person wants to know of all assets in the morning, as the page shows it: one moment, and nothing read later.
///
/// It is a value of its own and not the rows of an answer, so that the page can be written, and tested, without a catalog.
struct MorningReport {
  /// The storage root, as an absolute path.
  var root: String
  /// What was true in the tree at this moment is in the report; `nil` where the index was never reconciled.
  var asOf: Timestamp?
  /// The clock that ages were measured against.
  var generatedAt: Timestamp
  /// The time zone that the policy speaks in; a reader may choose it on the page.
  var zone = "UTC"
  /// The version of the program.
  var version: String
  /// Where the demands come from, as the end of a sentence: `the policy freshness.yaml (17 rules)`.
  var policy: String
  /// What the index could not see.
  var gaps = AnswerGaps()
  /// All assets, in the order of their names and ids.
  var assets: [Asset] = []
  /// Runs that failed or were given up in the last 24 hours, newest first.
  var failures: [Failure] = []
  /// Names whose assets drifted: the name, and one phrase.
  var drifts: [Drift] = []
  /// What is wrong with files of the tree.
  var problems: [Problem] = []
  /// From so many assets on only those get a row that are not well.
  var assetLimit = 10_000
  /// How often a new page is expected, in microseconds; an older one says so in red.
  var expectEvery: Int64 = 7_200_000_000

  /// A text with times in it, which the page shows in the reader's zone.
  enum Phrase {
    case text(String)
    case time(Timestamp)
  }

  /// How one run ended, for the strip.
  struct Run {
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

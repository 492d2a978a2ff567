public import ManifestModel

/// How fresh an asset is.
public enum FreshnessState: String, Sendable, CaseIterable {
  /// Good: its demand holds, and nothing is to be warned of.
  case fresh
  /// Good, but soon no more.
  case warn
  /// No more good: at least as old as its maximum age, or past its deadline. mad_prefect's cache rule: equal is expired.
  case stale
  /// No materialization is known.
  case never
  /// It cannot be told: a file cannot be read and never could, or the only times are ahead of the clock.
  case unknown
  /// Nothing is demanded of it.
  case ignored
}

/// Whether somebody has to act.
public enum FreshnessLevel: String, Sendable, CaseIterable, Comparable {
  case ok
  case warn
  case error

  /// In the order of severity.
  public static func < (left: FreshnessLevel, right: FreshnessLevel) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }
}

/// Where the time of the last materialization was found.
public enum MaterializationSource: String, Sendable {
  /// In the manifest.
  case manifest
  /// In the newest materialized run; the manifest gave none, or an older one.
  case runs
}

/// Why an asset is not fine.
public enum FreshnessReason: String, Sendable, CaseIterable {
  /// The last runs ended without success.
  case failing
  /// A run is under way.
  case running
  /// No run since the window opened, or since the limit.
  case notStarted = "not_started"
  /// It came before the window opened.
  case tooEarly = "too_early"
  /// A run began and is given up.
  case lost
  /// No materialization is known.
  case never
  /// The state cannot be told, or the values are the last good ones.
  case unreadable
}

/// Something out of the ordinary that a policy asks to be told of.
public struct FreshnessFinding: Hashable, Sendable {
  /// What was found; the raw value is the name of the check.
  public enum Kind: String, Sendable, CaseIterable {
    case failing
    case successRate = "success_rate"
    case overrun
    case slow
    case rows
    case bytes
    case schema
  }

  /// What was found.
  public let kind: Kind
  /// Whether it is a warning or an error.
  public let level: FreshnessLevel
  /// What was measured: runs, a share, milliseconds, rows or bytes; `nil` where it is no number.
  public let value: Double?
  /// The bound that it passes, in the same unit.
  public let limit: Double?
  /// One sentence.
  public let text: String

  /// A finding from its parts.
  public init(kind: Kind, level: FreshnessLevel, value: Double?, limit: Double?, text: String) {
    self.kind = kind
    self.level = level
    self.value = value
    self.limit = limit
    self.text = text
  }
}

/// The newest run that ended without success since the last success.
public struct LastFailure: Hashable, Sendable {
  /// The run.
  public let runID: String
  /// How it ended.
  public let outcome: RunOutcome
  /// When it failed, or was given up.
  public let failedAt: Timestamp?
  /// What went wrong.
  public let error: String?

  /// A failure from its parts.
  public init(runID: String, outcome: RunOutcome, failedAt: Timestamp?, error: String?) {
    self.runID = runID
    self.outcome = outcome
    self.failedAt = failedAt
    self.error = error
  }
}

/// One asset in a freshness report.
public struct FreshnessRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// How fresh it is.
  public let state: FreshnessState
  /// When it was last materialized; `nil` where that is not known.
  public let lastMaterialized: Timestamp?
  /// Microseconds between the last materialization and the clock of the answer; negative for a time a little ahead of it.
  public let ageMicroseconds: Int64?
  /// How long this materialization is good for, in microseconds.
  public let maxAgeMicroseconds: Int64
  /// How the newest run that ended did so, by the manifest or by its own metadata, whichever tells more; `nil` where
  /// neither tells.
  public let lastStatus: ManifestStatus?
  /// That run.
  public let lastRunID: String?
  /// Where the time was found; `nil` where there is none.
  public let source: MaterializationSource?
  /// Whether the manifest on disk cannot be read at present, so that the values are those of the last good one.
  public let isDamaged: Bool
}

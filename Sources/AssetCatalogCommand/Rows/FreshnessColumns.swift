import AssetCatalog
import ManifestModel

extension Column where Row == FreshnessRow {
  /// The freshness report; under a policy file people read why, and not only programs.
  static func freshness(_ used: PolicyInUse) -> [Column] {
    used.file == nil && !used.policy.tellsReasons ? plain : freshness(tellsWhy: used.file != nil)
  }

  /// What only a policy fills, as it is without one: told of a hundred thousand rows, it is half of their time.
  private static let plain = freshness(tellsWhy: false).map { column in
    var column = column
    switch column.key {
    case "rule", "rule_line", "owner", "note", "runbook", "ignored_because", "consecutive_failures", "last_failure",
      "running_since", "typical_duration_ms", "reason":
      column.constant = .null
    case "severity": column.constant = .text(FreshnessSeverity.normal.rawValue)
    case "findings": column.constant = .records([])
    default: break
    }
    return column
  }

  /// The freshness report where only ages are asked for.
  static let freshness = freshness(tellsWhy: false)

  /// The freshness report, with or without why for people.
  static func freshness(tellsWhy: Bool) -> [Column] {
    asset { $0.asset } + [
      Column("state", "STATE", shortening: .reluctant) {
        .text($0.state.rawValue, isLastGood: $0.isDamaged && $0.state != .unknown)
      },
      Column("last_materialized", "LAST MATERIALIZED", shortening: .reluctant, isExpendable: tellsWhy) {
        .time($0.lastMaterialized)
      },
      Column("age_seconds", "AGE", shortening: .reluctant, isRightAligned: true) { .span($0.ageMicroseconds) },
      Column("max_age_seconds", "MAX AGE", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .span($0.maxAgeForPrograms)
      },
      Column("last_status", "LAST STATUS", shortening: .reluctant, isExpendable: true) {
        .text($0.lastStatus?.rawValue)
      },
      Column("last_run_id", nil) { .text($0.lastRunID) },
      Column("source", tellsWhy ? nil : "SOURCE", shortening: .reluctant, isExpendable: true) {
        .text($0.source?.rawValue)
      },
      Column("damaged", nil) { .flag($0.isDamaged) },
      Column("level", nil) { .text($0.level.rawValue) },
      Column("demand", nil) { .text($0.demand?.rawValue) },
      Column("stale_since", nil) { .time($0.staleSince) },
      Column("fresh_until", nil) { .time($0.freshUntil) },
      Column("rule", nil) { .text($0.rule) },
      Column("rule_line", nil) { .integer($0.ruleLine.map(Int64.init)) },
      Column("owner", tellsWhy ? "OWNER" : nil, shortening: .reluctant, isExpendable: true) { .text($0.owner) },
      Column("severity", tellsWhy ? "SEVERITY" : nil, shortening: .reluctant, isExpendable: true) {
        .text($0.severity.rawValue)
      },
      Column("note", nil) { .text($0.note) },
      Column("runbook", nil) { .text($0.runbook) },
      Column("ignored_because", nil) { .text($0.ignoredBecause?.rawValue) },
      Column("consecutive_failures", nil) { .integer($0.consecutiveFailures.map(Int64.init)) },
      Column("last_failure", nil) { $0.lastFailure?.cell ?? .null },
      Column("running_since", nil) { .time($0.runningSince) },
      Column("typical_duration_ms", nil) { .milliseconds($0.typicalDurationMilliseconds) },
      Column("reason", tellsWhy ? "WHY" : nil) { row in
        .worded(row.reason?.rawValue, human: FreshnessSentence(row).text)
      },
      Column("findings", nil) { .records($0.findings.map(\.fields)) },
    ]
  }
}

extension FreshnessRow {
  /// `nil` where nothing expires, and where a deadline cannot be told since nothing was materialized.
  var maxAgeForPrograms: Int64? {
    if maxAgeMicroseconds == .max { return nil }
    return lastMaterialized == nil && demand == .deadline ? nil : maxAgeMicroseconds
  }
}

extension LastFailure {
  fileprivate var cell: Cell {
    .record([
      Cell.Field("run_id", .text(runID)), Cell.Field("outcome", .text(outcome.rawValue)),
      Cell.Field("failed_at", .time(failedAt)), Cell.Field("error", .text(error)),
    ])
  }
}

extension FreshnessFinding {
  fileprivate var fields: [Cell.Field] {
    [
      Cell.Field("kind", .text(kind.rawValue)), Cell.Field("level", .text(level.rawValue)),
      Cell.Field("value", .real(value)), Cell.Field("limit", .real(limit)), Cell.Field("text", .text(text)),
    ]
  }
}

/// Why an asset is as it is, for people: `43m late, the last 3 runs failed: OperationalError: could not connect`.
struct FreshnessSentence {
  /// Empty for an asset of which there is nothing to say.
  let text: String

  init(_ row: FreshnessRow) {
    var parts: [String] = []
    if let now = row.clock {
      if let since = row.staleSince { parts.append("\(HumanText.span(microseconds: now - since.microseconds)) late") }
      if row.state == .warn, let until = row.freshUntil {
        parts.append("\(HumanText.span(microseconds: until.microseconds - now)) left")
      }
    }
    if let because = row.ignoredBecause {
      switch because {
      case .rule: parts.append("by its rule")
      case .paused: parts.append("paused")
      case .superseded: parts.append("superseded by another id")
      }
    }
    if let reason = row.reason { parts += Self.words(reason, row) }
    parts += row.findings.filter { $0.kind != .failing || row.reason != .failing }.map {
      $0.text.hasSuffix(".") ? String($0.text.dropLast()) : $0.text
    }
    text = parts.joined(separator: ", ")
  }

  private static func words(_ reason: FreshnessReason, _ row: FreshnessRow) -> [String] {
    switch reason {
    case .failing:
      let count = row.consecutiveFailures ?? 1
      let error = row.lastFailure?.error.map { ": \($0)" } ?? ""
      return [(count == 1 ? "the last run failed" : "the last \(count) runs failed") + error]
    case .running: return [row.runningSince == nil ? "a run is under way" : "running since \(time(row.runningSince))"]
    case .notStarted: return ["no run since"]
    case .tooEarly:
      return ["came at \(time(row.lastMaterialized)), too early to count"]
    case .lost: return ["the last run never came back"]
    case .never: return ["never materialized"]
    case .unreadable:
      return [row.isDamaged ? "a file cannot be read" : "when it was materialized cannot be told"]
    }
  }

  private static func time(_ time: Timestamp?) -> String { time.map { HumanText.time($0) } ?? "an unknown time" }
}

extension FreshnessRow {
  /// The clock of the answer; `nil` where the age is not known.
  fileprivate var clock: Int64? {
    guard let lastMaterialized, let ageMicroseconds else { return nil }
    return lastMaterialized.microseconds.saturatingAdd(ageMicroseconds)
  }
}

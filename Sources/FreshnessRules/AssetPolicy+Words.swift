internal import ManifestModel

extension AssetPolicy {
  /// What holds for an asset under a key of a policy file, as a person would write it there; `nil` where nothing does.
  package func text(of key: String) -> String? {
    demandText(of: key) ?? labelText(of: key) ?? checkText(of: key)
  }

  private func demandText(of key: String) -> String? {
    let deadline = demand.deadline
    switch key {
    case "max_age": return demand.maxAge.map(DurationText.text)
    case "warn_after": return demand.warnAfter.map(DurationText.text)
    case "cron": return deadline?.schedule.expressions.map(\.description).joined(separator: ", ")
    case "timezone": return deadline?.schedule.zone.name
    case "window": return deadline.map { DurationText.text($0.window) }
    case "grace": return deadline.map { DurationText.text($0.grace) }
    case "warn_before": return deadline?.warnBefore.map(DurationText.text)
    case "except":
      guard let count = deadline?.schedule.exceptions.count, count > 0 else { return nil }
      return count == 1 ? "1 date" : "\(count) dates"
    case "never": return demand.never.rawValue
    case "ignore": return demand.isIgnored ? "true" : nil
    case "ids": return demand.ids.rawValue
    case "paused_until": return demand.pausedUntil?.description
    default: return nil
    }
  }

  private func labelText(of key: String) -> String? {
    switch key {
    case "owner": owner
    case "note": note
    case "runbook": runbook
    case "severity": severity.rawValue
    case "target": target?.text
    default: nil
    }
  }

  private func checkText(of key: String) -> String? {
    func told<Limit>(_ check: PolicyCheck<Limit>?, _ text: (Limit) -> String) -> String? {
      check.map { text($0.limit) + ($0.isError ? ", an error" : "") }
    }
    switch key {
    case "max_failures": return told(maxFailures) { "\($0)" }
    case "success_rate": return told(successRate) { "at least \($0.min.text) of \($0.runs) runs" }
    case "max_duration": return told(maxDuration) { DurationText.text($0) }
    case "run_timeout": return runTimeout.map(DurationText.text)
    case "slow":
      return told(slow) { "\($0.deviations) deviations, at least \(DurationText.text($0.atLeast * 1_000))" }
    case "rows": return told(rows) { $0.text }
    case "bytes": return told(bytes) { $0.text }
    case "schema": return told(schema) { _ in "true" }
    default: return nil
    }
  }
}

extension CountBounds {
  fileprivate var text: String {
    [
      min.map { "at least \($0)" }, max.map { "at most \($0)" }, maxDrop.map { "at most \($0.text) fewer" },
      maxRise.map { "at most \($0.text) more" },
    ].compactMap(\.self).joined(separator: ", ")
  }
}

import FreshnessRules
import ManifestModel

/// A single question, with nothing found out before.
extension Demand {
  func standing(
    lastMaterialized: Timestamp?, firstSeen: Timestamp? = nil, isSuperseded: Bool = false, now: Timestamp
  ) -> Standing {
    var memo = deadline.map { TickMemo($0.schedule) }
    return standing(
      lastMaterialized: lastMaterialized, firstSeen: firstSeen, isSuperseded: isSuperseded, now: now, &memo)
  }

  func due(_ facts: DueFacts, _ retry: RetryRule = RetryRule(), now: Timestamp) -> DueDecision {
    var memo = DueMemo(self, now: now)
    return due(facts, retry, &memo)
  }
}

package import ManifestModel

/// Whether a scheduler should run an asset now.
///
/// One run is due, however many ticks were missed.
package struct DueDecision: Sendable, Equatable {
  /// Why an asset is not due.
  package enum WhyNot: String, Sendable {
    case fresh, running, ignored
    case backingOff = "backing_off"
    case retriesUsedUp = "retries_used_up"
  }

  /// `nil`: it is due.
  package var whyNot: WhyNot?
  /// Since when it is due, or from when on it will be; `nil` where it was never materialized or nothing is demanded.
  package var dueSince: Timestamp?
  /// When the last materialization expires.
  package var deadline: Timestamp?
  /// A run that begins later than this will usually miss the deadline.
  package var latestStart: Timestamp?
  /// How many deadlines have passed since the last materialization that counted; counted to ``mostMissed``.
  package var missed = 0
  /// When the wait after the last failure ends.
  package var notBefore: Timestamp?

  /// Whether a scheduler should run it.
  package var isDue: Bool { whyNot == nil }

  /// More missed deadlines are not counted.
  package static let mostMissed = 1_000
}

extension Demand {
  /// Whether an asset should be run now.
  ///
  /// - Parameter memo: what the last answers have found out; it is of this demand.
  package func due(_ facts: DueFacts, _ retry: RetryRule, _ memo: inout DueMemo) -> DueDecision {
    let now = memo.now
    var decision = DueDecision()
    if ignoredBecause(at: now) != nil || (ids == .newest && facts.isSuperseded) {
      decision.whyNot = .ignored
      return decision
    }
    let terms = facts.lastMaterialized.map { self.terms(of: $0, &memo.ticks) }
    if let terms, let materialized = facts.lastMaterialized {
      decision.dueSince = terms.opens
      decision.deadline = terms.expires
      decision.latestStart = terms.expires?.subtracting(facts.typicalDuration)
      decision.missed = memo.missedDeadlines(since: materialized)
    }
    if let begun = facts.runningSince, begun > now.subtracting(facts.runTimeout) {
      decision.whyNot = .running
      return decision
    }
    if let terms, now < terms.opens ?? .endOfTime {
      decision.whyNot = .fresh
      return decision
    }
    hold(&decision, after: facts, since: terms?.opens, retry, memo)
    return decision
  }

  /// Holds a decision back after failures in this period: since the window opened that was missed first, and since the
  /// newest one opened. Yesterday's failures do not slow today's runs down.
  private func hold(
    _ decision: inout DueDecision, after facts: DueFacts, since opened: Timestamp?, _ retry: RetryRule, _ memo: DueMemo
  ) {
    let begin = [opened, memo.newestOpening].compactMap(\.self).max()
    let period = facts.failures.filter { $0 >= begin ?? $0 }
    let lost = facts.losses.count { $0 >= begin ?? $0 }
    if let limit = retry.limit, period.count + lost >= limit {
      decision.whyNot = .retriesUsedUp
      return
    }
    guard let last = period.max() else { return }
    let notBefore = last.adding(retry.wait(after: period.count))
    decision.notBefore = notBefore
    if memo.now < notBefore { decision.whyNot = .backingOff }
  }
}

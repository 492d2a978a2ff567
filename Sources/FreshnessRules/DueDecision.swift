package import ManifestModel

/// How long to wait after a failure before an asset is due again.
package struct RetryRule: Sendable, Hashable {
  /// After the first failure, in microseconds; twice as long after each further one.
  package var first: Int64 = 300_000_000
  /// But never longer than this.
  package var max: Int64 = 21_600_000_000
  /// After so many failures in one period nobody tries again; `nil`: no end.
  package var limit: Int?

  package init(first: Int64 = 300_000_000, max: Int64 = 21_600_000_000, limit: Int? = nil) {
    self.first = first
    self.max = max
    self.limit = limit
  }

  /// The wait after so many failures, from one on. There is no chance in it: the same question has the same answer.
  package func wait(after failures: Int) -> Int64 {
    guard failures < 63 else { return max }
    let (wait, overflow) = first.multipliedReportingOverflow(by: 1 << Int64(failures - 1))
    return overflow ? max : min(wait, max)
  }
}

/// What is known of an asset when somebody asks whether it should be run.
package struct DueFacts: Sendable {
  package var lastMaterialized: Timestamp?
  /// When its runs since the last success failed, oldest first.
  package var failures: [Timestamp]
  /// When its runs since the last success were given up that never came back. They count for the limit; nobody waits after
  /// one, since it kept others from beginning until then.
  package var losses: [Timestamp] = []
  /// When its newest run began, if that is unfinished.
  package var runningSince: Timestamp?
  /// How long an unfinished run counts as running, in microseconds.
  package var runTimeout: Int64
  /// What a run usually takes, in microseconds; 0 where nobody knows.
  package var typicalDuration: Int64
  /// Whether another id of its name materialized later.
  package var isSuperseded: Bool

  package init(
    lastMaterialized: Timestamp?, failures: [Timestamp] = [], runningSince: Timestamp? = nil,
    runTimeout: Int64 = 86_400_000_000, typicalDuration: Int64 = 0, isSuperseded: Bool = false
  ) {
    self.lastMaterialized = lastMaterialized
    self.failures = failures
    self.runningSince = runningSince
    self.runTimeout = runTimeout
    self.typicalDuration = typicalDuration
    self.isSuperseded = isSuperseded
  }
}

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
  package func due(_ facts: DueFacts, _ retry: RetryRule = RetryRule(), now: Timestamp) -> DueDecision {
    var memo = DueMemo(self, now: now)
    return due(facts, retry, &memo)
  }

  /// The same, with what the last answers have found out; the memo is of this demand.
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

/// The order in which what is due should be run.
///
/// First what cannot be in time any more, never materialized among it, by severity and then by the latest start; then the
/// rest by the latest start, so that severity does not starve an asset that can still be in time.
package struct DueRank: Comparable, Sendable {
  private let isInTime: Bool
  private let severity: Int
  private let latestStart: Int64
  private let asset: AssetIdentifier

  package init(_ decision: DueDecision, _ asset: AssetIdentifier, _ severity: Severity, now: Timestamp) {
    // Without a last materialization there is no latest start: that is before every other. Without a demand it is after.
    let isNever = decision.dueSince == nil && decision.deadline == nil && decision.isDue
    latestStart = decision.latestStart?.microseconds ?? (isNever ? .min : .max)
    isInTime = latestStart > now.microseconds
    self.severity = isInTime ? 0 : severity.rank
    self.asset = asset
  }

  package static func < (left: DueRank, right: DueRank) -> Bool {
    if left.isInTime != right.isInTime { return right.isInTime }
    if left.severity != right.severity { return left.severity < right.severity }
    if left.latestStart != right.latestStart { return left.latestStart < right.latestStart }
    if !left.asset.name.hasSameBytes(as: right.asset.name) { return left.asset.name.precedesInBytes(right.asset.name) }
    return left.asset.id.precedesInBytes(right.asset.id)
  }

  package static func == (left: DueRank, right: DueRank) -> Bool {
    !(left < right) && !(right < left)
  }
}

package import ManifestModel

/// What a policy demands of an asset: until when a materialization is good.
///
/// One formula decides everything. Fresh and stale, metrics, what is due, and how well a demand was kept all read
/// ``terms(of:)``. Durations are microseconds of elapsed time; only ticks know wall time.
package struct Demand: Sendable {
  /// A materialization at *m* counts for a tick *T* from `T - window` on, and *T*'s deadline is `T + grace`.
  package struct Deadline: Sendable {
    package var schedule: CronSchedule
    package var window: Int64
    package var grace: Int64
    /// So long before the deadline to warn; `nil`: no warning.
    package var warnBefore: Int64?

    package init(schedule: CronSchedule, window: Int64 = 0, grace: Int64 = 0, warnBefore: Int64? = nil) {
      self.schedule = schedule
      self.window = window
      self.grace = grace
      self.warnBefore = warnBefore
    }
  }

  /// What decides when a materialization expires.
  package enum Kind: String, Sendable {
    case age, deadline
  }

  /// What to think of an asset that was never materialized.
  package enum Never: String, Sendable, CaseIterable {
    /// It is an error at once.
    case fail
    /// Only from that time on at which a materialization at its first sight would expire.
    case wait
    /// It never is.
    case ignore
  }

  /// Which ids of a name carry the demand.
  package enum Identifiers: String, Sendable, CaseIterable {
    case each
    /// Only the one that materialized last; the others are superseded.
    case newest
  }

  /// The age from which a materialization is stale.
  package var maxAge: Int64?
  /// The age from which to warn.
  package var warnAfter: Int64?
  package var deadline: Deadline?
  package var never = Never.fail
  package var ids = Identifiers.each
  /// There is no demand at all.
  package var isIgnored = false
  /// There is none before this time.
  package var pausedUntil: Timestamp?

  package init(maxAge: Int64? = nil, warnAfter: Int64? = nil, deadline: Deadline? = nil) {
    self.maxAge = maxAge
    self.warnAfter = warnAfter
    self.deadline = deadline
  }

  /// The demand where nobody says otherwise: no older than 24 hours.
  package static let standard = Demand(maxAge: 86_400_000_000)

  /// The times that a materialization decides.
  package struct Terms: Sendable, Equatable {
    /// From then on it is stale; `nil`: never.
    package var expires: Timestamp?
    /// Which of the demands expires first; the age where both do at once.
    package var kind: Kind?
    /// From then on to warn; `nil`: no warning.
    package var warns: Timestamp?
    /// From then on the next run is wanted; `nil`: never.
    package var opens: Timestamp?
  }

  /// What a materialization at a moment decides.
  package func terms(of materialized: Timestamp) -> Terms {
    terms(of: materialized) { deadline?.schedule.next(after: $0) }
  }

  /// The same, with what the last answers have found out; the memo is of this demand's schedule, if it has one.
  package func terms(of materialized: Timestamp, _ memo: inout TickMemo?) -> Terms {
    terms(of: materialized) { memo?.next(after: $0) }
  }

  /// The same, with ticks that are found elsewhere.
  func terms(of materialized: Timestamp, nextTick: (Timestamp) -> Timestamp?) -> Terms {
    var terms = Terms()
    if let maxAge {
      terms.expires = materialized.adding(maxAge)
      terms.kind = .age
      terms.warns = warnAfter.map(materialized.adding)
      terms.opens = materialized.adding(warnAfter ?? maxAge)
    }
    if let deadline, let tick = nextTick(materialized.adding(deadline.window)) {
      let expires = tick.adding(deadline.grace)
      if expires < terms.expires ?? .endOfTime {
        terms.expires = expires
        terms.kind = .deadline
      }
      if let warnBefore = deadline.warnBefore {
        terms.warns = min(terms.warns ?? .endOfTime, expires.subtracting(warnBefore))
      }
      terms.opens = min(terms.opens ?? .endOfTime, tick.subtracting(deadline.window))
    }
    return terms
  }

  /// Whether the demand does not hold at a moment, and why.
  package func ignoredBecause(at now: Timestamp) -> IgnoredReason? {
    if isIgnored { return .rule }
    if let pausedUntil, now < pausedUntil { return .paused }
    return nil
  }

  /// When the newest window opened, at or before a moment; `nil` without a deadline.
  package func newestOpening(at now: Timestamp) -> Timestamp? {
    guard let deadline else { return nil }
    return deadline.schedule.last(through: now.adding(deadline.window))?.subtracting(deadline.window)
  }
}

extension Timestamp {
  /// Later than every moment that a file can hold.
  static let endOfTime = Timestamp(microseconds: .max)

  /// The moment this many microseconds later, or the last that can be counted.
  func adding(_ microseconds: Int64) -> Timestamp {
    Timestamp(microseconds: self.microseconds.saturatingAdd(microseconds))
  }

  /// The moment this many microseconds earlier, or the first that can be counted.
  func subtracting(_ microseconds: Int64) -> Timestamp {
    Timestamp(microseconds: self.microseconds.saturatingSubtract(microseconds))
  }
}

package import ManifestModel

/// How an asset stands under its demand at a moment.
package struct Standing: Sendable, Equatable {
  /// How fresh it is.
  package enum State: String, Sendable, CaseIterable {
    case fresh, warn, stale
    /// No materialization is known.
    case never
    /// Nothing is demanded.
    case ignored
  }

  /// Whether somebody has to act.
  package enum Level: String, Sendable, Comparable {
    case ok, warn, error

    package static func < (left: Level, right: Level) -> Bool {
      func rank(_ level: Level) -> Int { level == .ok ? 0 : level == .warn ? 1 : 2 }
      return rank(left) < rank(right)
    }
  }

  package var state: State
  package var level: Level
  /// The first moment at which it was stale, however many deadlines followed.
  package var staleSince: Timestamp?
  /// When it will be stale; `nil` where that is never.
  package var freshUntil: Timestamp?
  /// Which of the demands expires first.
  package var kind: Demand.Kind?
  package var ignoredBecause: IgnoredReason?

  private init(_ state: State, _ level: Level) {
    self.state = state
    self.level = level
  }

  static func ignored(_ reason: IgnoredReason) -> Standing {
    var standing = Standing(.ignored, .ok)
    standing.ignoredBecause = reason
    return standing
  }

  static func neverMaterialized(_ level: Level) -> Standing {
    Standing(.never, level)
  }

  /// Stale from the moment on at which the materialization expires: equal is expired, as for mad_prefect's cache.
  init(_ terms: Demand.Terms, now: Timestamp) {
    if let expires = terms.expires, now >= expires {
      self.init(.stale, .error)
      staleSince = expires
    } else {
      let isWarned = terms.warns.map { now >= $0 } ?? false
      self.init(isWarned ? .warn : .fresh, isWarned ? .warn : .ok)
      freshUntil = terms.expires
    }
    kind = terms.kind
  }
}

extension Demand {
  /// How an asset stands that was last materialized at a moment; `nil` if it never was.
  ///
  /// - Parameters:
  ///   - firstSeen: When the asset was first heard of, for those never materialized. Not known: long ago.
  ///   - isSuperseded: Whether another id of its name materialized later; counts only under ``Identifiers/newest``.
  ///   - memo: What the last answers have found out.
  package func standing(
    lastMaterialized: Timestamp?, firstSeen: Timestamp?, isSuperseded: Bool, now: Timestamp, _ memo: inout TickMemo?
  ) -> Standing {
    if let reason = ignoredBecause(at: now) { return .ignored(reason) }
    if ids == .newest, isSuperseded { return .ignored(.superseded) }
    if let lastMaterialized { return Standing(terms(of: lastMaterialized, &memo), now: now) }
    switch never {
    case .fail: return .neverMaterialized(.error)
    case .ignore: return .neverMaterialized(.ok)
    case .wait:
      guard let firstSeen else { return .neverMaterialized(.error) }
      let isOver = terms(of: firstSeen, &memo).expires.map { now >= $0 } ?? false
      return .neverMaterialized(isOver ? .error : .ok)
    }
  }
}

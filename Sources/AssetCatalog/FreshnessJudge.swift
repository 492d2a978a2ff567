internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel
internal import Synchronization

/// Says how assets stand under a policy at the clock of an answer.
///
/// What it finds out about rules and their ticks is kept from row to row.
final class FreshnessJudge: Sendable {
  let question: FreshnessQuestion
  let now: Timestamp
  private let matcher: Mutex<PolicyMatcher>
  /// By the place of a policy among those of the matcher.
  private let words = Mutex<[PolicyWords?]>([])

  init(_ question: FreshnessQuestion, now: Timestamp) {
    self.question = question
    self.now = now
    matcher = Mutex(PolicyMatcher(question.policy.policy))
  }

  /// The row of an entry; `nil` of one that is not wanted.
  func row(
    of entry: FreshnessEntry, _ surroundings: FreshnessSurroundings, _ reader: borrowing IndexReader
  ) throws(IndexError) -> FreshnessRow? {
    guard question.names.contains(entry.asset) else { return nil }
    let isSuperseded = surroundings.isSuperseded(entry.asset)
    if question.byName, isSuperseded, !entry.isUnknown { return nil }
    let index = matcher.withLock { $0.index(of: entry.asset) { surroundings.paths(of: entry.asset) } }
    let words = words(index)
    var runs: RecentRuns?
    var firstSeen: Timestamp?
    if entry.lastMaterialized == nil, !entry.isUnknown, words.policy.demand.never == .wait {
      let recent = try RecentRuns(of: entry, isWhole: true, judge: self, words.policy, true, reader)
      firstSeen = recent.firstStart
      runs = recent
    }
    let last = entry.lastMaterialized.map { Timestamp(microseconds: $0) }
    let (standing, terms) = matcher.withLock {
      $0.standing(under: index, lastMaterialized: last, firstSeen: firstSeen, isSuperseded: isSuperseded, now: now)
    }
    var row = self.row(of: entry, words, standing, terms)
    guard question.accepts(row) else { return nil }
    if question.tellsDetails {
      let isTold = words.hasChecks || question.policy.tellsReasons && row.level != .ok
      if runs == nil, isTold || question.readsRuns?(row) ?? false {
        runs = try RecentRuns(
          of: entry, isWhole: false, judge: self, words.policy, surroundings.isAhead(entry.asset), reader)
      }
      if let runs, isTold {
        let counts = try runs.countFindings(words.policy, of: entry, reader)
        runs.complete(&row, words.policy, self, counts)
      }
    }
    if let levels = question.levels, !levels.contains(row.level) { return nil }
    if question.readsRuns != nil { row.recentRuns = runs }
    return row
  }

  /// What the rows of all assets under one of the matcher's policies share.
  private func words(_ index: Int) -> PolicyWords {
    words.withLock { words in
      while words.count <= index { words.append(nil) }
      if let known = words[index] { return known }
      let new = PolicyWords(matcher.withLock { $0.policies[index] }, of: question.policy.policy)
      words[index] = new
      return new
    }
  }

  private func row(
    of entry: FreshnessEntry, _ words: PolicyWords, _ standing: Standing, _ terms: Demand.Terms?
  ) -> FreshnessRow {
    // Where nothing is demanded, nothing has to be known; but what cannot be read may be the newest of its name.
    let isUnknown = entry.isUnknown && standing.ignoredBecause.map { $0 == .superseded } ?? true
    let state: FreshnessState = isUnknown ? .unknown : FreshnessState(standing.state)
    let maxAge: Int64 =
      if state == .ignored {
        .max
      } else if let last = entry.lastMaterialized, let terms {
        terms.expires.map { $0.microseconds.saturatingSubtract(last) } ?? .max
      } else {
        words.policy.demand.deadline == nil ? words.policy.demand.maxAge ?? .max : 0
      }
    var row = FreshnessRow(
      asset: entry.asset, state: state, lastMaterialized: entry.lastMaterialized.map { Timestamp(microseconds: $0) },
      ageMicroseconds: entry.lastMaterialized.map { now.microseconds.saturatingSubtract($0) },
      maxAgeMicroseconds: maxAge, lastStatus: entry.lastStatus, lastRunID: entry.lastRunID,
      source: entry.source.flatMap { MaterializationSource(rawValue: $0) }, isDamaged: entry.isDamaged, words: words)
    row.level = isUnknown ? .error : FreshnessLevel(standing.level)
    if state != .ignored {
      row.demand =
        terms != nil
        ? terms?.kind.map(FreshnessDemand.init)
        : words.policy.demand.deadline != nil ? .deadline : words.policy.demand.maxAge != nil ? .age : nil
    }
    if !isUnknown {
      row.staleSince = standing.staleSince
      row.freshUntil = standing.freshUntil
      row.ignoredBecause = standing.ignoredBecause
    }
    return row
  }
}

extension AssetPolicy {
  /// Whether anything beyond the demand is to be looked at.
  var hasChecks: Bool {
    maxFailures != nil || successRate != nil || maxDuration != nil || slow != nil || rows != nil || bytes != nil
      || schema != nil
  }
}

extension Policy {
  /// Whether any part names a check.
  var hasChecks: Bool {
    ([top] + rules.map(\.part)).contains { part in
      ["max_failures", "success_rate", "max_duration", "slow", "rows", "bytes", "schema"]
        .contains { part.places[$0] != nil }
    }
  }

  var looksAtArtifacts: Bool { rules.contains { $0.artifacts != nil } }

  var looksAtNewest: Bool {
    top.demand?.ids == .newest || rules.contains { $0.part.demand?.ids == .newest }
  }
}

extension FreshnessState {
  init(_ state: Standing.State) {
    switch state {
    case .fresh: self = .fresh
    case .warn: self = .warn
    case .stale: self = .stale
    case .never: self = .never
    case .ignored: self = .ignored
    }
  }
}

extension FreshnessLevel {
  init(_ level: Standing.Level) {
    switch level {
    case .ok: self = .ok
    case .warn: self = .warn
    case .error: self = .error
    }
  }
}

extension FreshnessDemand {
  init(_ kind: Demand.Kind) {
    switch kind {
    case .age: self = .age
    case .deadline: self = .deadline
    }
  }
}

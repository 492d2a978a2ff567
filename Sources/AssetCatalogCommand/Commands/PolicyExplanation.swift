import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// What a policy says of one asset, and how that came about.
struct PolicyExplanation: Sendable {
  /// A key that holds, and where it is said.
  struct Key: Sendable {
    let key: String
    let value: String
    /// The line of the file; `nil` for what holds where nobody says anything.
    let line: Int?
  }

  /// A rule that matches, and what becomes of it.
  struct Rule: Sendable {
    let title: String
    let line: Int?
    let gives: [String]
    /// Whether the demand is its own; `nil` for a rule that demands nothing.
    let decides: Bool?
  }

  /// A tick with its window and its deadline.
  struct Tick: Sendable {
    let tick: Timestamp
    let local: String
    let opens: Timestamp
    let deadline: Timestamp
    /// Whether a materialization counts for it; `nil` while that is open.
    let isMet: Bool?
  }

  let row: FreshnessRow
  let file: String?
  let demand: String
  let keys: [Key]
  let rules: [Rule]
  let ticks: [Tick]

  init(
    _ row: FreshnessRow, _ used: PolicyInUse, _ paths: [String], _ materialized: [Timestamp], now: Timestamp
  ) {
    let policy = used.policy.policy
    var matcher = PolicyMatcher(policy)
    let index = matcher.index(of: row.asset) { paths }
    let own = matcher.policies[index]
    self.row = row
    file = used.file
    demand = own.demand.words
    keys = (PolicyKeys.demand + PolicyKeys.cascading).compactMap { key in
      guard let value = own.text(of: key) else { return nil }
      return Key(key: key, value: value, line: policy.origin(of: key, own.rules)?.place.line)
    }
    rules = own.rules.map { index in
      let rule = policy.rules[index]
      let gives = (PolicyKeys.demand + PolicyKeys.cascading).filter { key in
        policy.origin(of: key, own.rules)?.rule == index
      }
      return Rule(
        title: rule.title, line: rule.place.line, gives: gives,
        decides: rule.part.demand == nil ? nil : own.demandRule == index)
    }
    let times = materialized + [row.lastMaterialized].compactMap(\.self)
    ticks = own.demand.deadline.map { Self.ticks($0, times, now) } ?? []
  }

  private static func ticks(_ deadline: Demand.Deadline, _ times: [Timestamp], _ now: Timestamp) -> [Tick] {
    var moments: [Timestamp] = []
    var moment = now
    while moments.count < 3, let tick = deadline.schedule.last(through: moment) {
      moments.insert(tick, at: 0)
      moment = Timestamp(microseconds: tick.microseconds.saturatingSubtract(1))
    }
    moment = now
    for _ in 0..<3 {
      guard let tick = deadline.schedule.next(after: moment) else { break }
      moments.append(tick)
      moment = tick
    }
    return moments.map { tick in
      let opens = Timestamp(microseconds: tick.microseconds.saturatingSubtract(deadline.window))
      let end = Timestamp(microseconds: tick.microseconds.saturatingAdd(deadline.grace))
      let isMet = times.contains { opens <= $0 && $0 <= end && $0 <= now }
      return Tick(
        tick: tick, local: deadline.schedule.zone.text(of: tick), opens: opens, deadline: end,
        isMet: isMet ? true : end <= now ? false : nil)
    }
  }
}

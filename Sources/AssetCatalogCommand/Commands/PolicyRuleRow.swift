import ArgumentParser
import AssetCatalog
import FreshnessRules
import Glibc
import LinuxSystem
import ManifestModel

/// A rule of a policy, or what holds without one.
struct PolicyRuleRow: Sendable {
  let line: Int?
  let rule: String
  let demand: String
  let matched: Int?
  let decided: Int?
  let nextTick: Timestamp?
  let local: String?

  init(_ policy: Policy, _ index: Int, _ census: PolicyCensus?, now: Timestamp) {
    let rule = policy.rules[index]
    self.init(
      line: rule.place.line, rule: rule.title, rule.part.demand, matched: census?.matched[index],
      decided: rule.part.demand == nil ? nil : census?.decided[index], now: now)
  }

  /// What is demanded of assets that no rule makes a demand on.
  init(top policy: Policy, _ census: PolicyCensus?, now: Timestamp) {
    let place = ["max_age", "cron", "ignore"].compactMap { policy.top.places[$0]?.line }.first
    self.init(
      line: place, rule: "all others", policy.resolved([]).demand, matched: census?.others, decided: census?.others,
      now: now)
  }

  private init(line: Int?, rule: String, _ demand: Demand?, matched: Int?, decided: Int?, now: Timestamp) {
    self.line = line
    self.rule = rule
    self.demand = demand?.words ?? "what a later rule or the top demands"
    self.matched = matched
    self.decided = decided
    nextTick = demand?.deadline?.schedule.next(after: now)
    local = nextTick.flatMap { demand?.deadline?.schedule.zone.text(of: $0) }
  }
}

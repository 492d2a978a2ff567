import Foundation
import FreshnessRules
import ManifestModel

@testable import AssetCatalogCommand

extension FuzzTarget {
  /// The zone files among the fixtures.
  static let zones = TimeZoneFolder(
    tzdir: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/policy/zoneinfo").path)

  /// A policy file, in YAML or JSON: it is a policy that can be asked, or there is a place for each fault.
  static let policy = FuzzTarget(name: "policy") { bytes throws(BrokenRule) in
    let policy: Policy
    do throws(PolicyFaults) {
      policy = try PolicyReader.read(Array(bytes), zones: zones)
    } catch {
      try require((1...20).contains(error.faults.count), "\(error.faults.count) faults")
      try require(error.more >= 0 && (error.more == 0 || error.faults.count == 20), "\(error.more) more faults")
      for fault in error.faults { try requireSound(fault, bytes) }
      return
    }
    for fault in PolicyReview.warnings(policy, PolicyCensus(policy), zones, now: now) { try requireSound(fault, bytes) }
    var matcher = PolicyMatcher(policy)
    for name in ["bronze.orders", "", "tmp.é", "gold.revenue_daily"] {
      let asset = AssetIdentifier(name: name, id: "a1")
      let index = matcher.index(of: asset) { ["bronze/orders.csv"] }
      try require(matcher.policies.indices.contains(index), "an asset has no policy")
      let demand = matcher.policies[index].demand
      _ = demand.words
      let terms = demand.terms(of: now)
      try require(terms == demand.terms(of: now), "the terms of a demand change")
      _ = demand.newestOpening(at: now)
      _ = demand.ignoredBecause(at: now)
    }
  }

  private static func requireSound(_ fault: PolicyFault, _ bytes: UnsafeRawBufferPointer) throws(BrokenRule) {
    let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    try require((1...lines).contains(fault.place.line), "line \(fault.place.line) of \(lines)")
    try require((1...bytes.count + 1).contains(fault.place.column), "column \(fault.place.column)")
    try require(!fault.message.isEmpty, "a fault without a message")
    try requireOneLine(fault.message)
  }

  /// A sentence stays on its line, and does nothing to a terminal.
  static func requireOneLine(_ sentence: String) throws(BrokenRule) {
    try require(HazardousText.visible(sentence) == sentence, "a sentence holds a character that acts: \(sentence)")
  }

  /// A line of cron: eight bytes of a time, then the line.
  static let cron = FuzzTarget(name: "cron") { bytes throws(BrokenRule) in
    var input = FuzzInput(bytes)
    // Some 2,000 years around 1970.
    let second = input.integer() % (1 << 36)
    let expression: CronExpression
    do throws(CronFault) {
      expression = try CronExpression(input.text)
    } catch {
      try requireOneLine(error.message)
      return
    }
    let again = try? CronExpression(expression.description)
    try require(again == expression, "'\(expression)' is not read as it is written")
    for zone in [TimeZoneFile.utc, try? zones.zone("Europe/London"), try? zones.zone("Australia/Lord_Howe")] {
      guard let zone else { throw BrokenRule("a zone of the fixtures is missing") }
      try requireOrder(expression, zone, second)
    }
  }

  /// The next tick comes after a second, is the last one through itself, and none lies between.
  private static func requireOrder(
    _ expression: CronExpression, _ zone: TimeZoneFile, _ second: Int64
  ) throws(BrokenRule) {
    guard let next = expression.next(after: second, in: zone) else {
      throw BrokenRule("'\(expression)' does not tick after \(second) in \(zone.name)")
    }
    try require(next > second, "the next tick of '\(expression)' after \(second) is \(next) in \(zone.name)")
    try require(
      expression.last(through: next, in: zone) == next, "\(next) is no last tick of '\(expression)' in \(zone.name)")
    if let before = expression.last(through: next - 1, in: zone) {
      try require(before <= second, "'\(expression)' left out \(before) after \(second) in \(zone.name)")
      try require(
        expression.next(after: before, in: zone) == next,
        "after \(before), '\(expression)' misses \(next) in \(zone.name)")
    }
  }

  /// A zone file of the system.
  static let zone = FuzzTarget(name: "zone") { bytes throws(BrokenRule) in
    try requireSoundZone(Array(bytes))
  }

  /// The rule at the end of a zone file, without the file before it.
  static let zoneRule = FuzzTarget(name: "zone-rule") { bytes throws(BrokenRule) in
    func header(types: UInt8) -> [UInt8] {
      Array("TZif2".utf8) + Array(repeating: 0, count: 15) + Array(repeating: 0, count: 19) + [types, 0, 0, 0, 4]
    }
    let block: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("LMT\0".utf8)
    let file = header(types: 1) + block + header(types: 1) + block + [0x0A] + Array(bytes) + [0x0A]
    try requireSoundZone(file)
  }

  private static func requireSoundZone(_ bytes: [UInt8]) throws(BrokenRule) {
    let zone: TimeZoneFile
    do throws(TimeZoneDamage) {
      zone = try TimeZoneFile(name: "Some/Zone", bytes: bytes)
    } catch {
      try requireOneLine(error.reason)
      return
    }
    try require(zone.stretches.first?.start == .min, "a zone has no beginning")
    for (left, right) in zip(zone.stretches, zone.stretches.dropFirst()) {
      try require(left.start < right.start, "stretches are not in their order")
      try require(left.offset != right.offset, "a change changes nothing")
    }
    // All of it for small files; some stretches of large ones.
    let count = zone.stretches.count
    for index in stride(from: 0, to: count, by: max(1, count / 16)) {
      let stretch = zone.stretches[index]
      try require(abs(stretch.offset) < 26 * 3_600, "an offset of \(stretch.offset) s")
      try require(zone.index(at: stretch.start) == index, "a stretch does not begin where it begins")
      let second = max(stretch.start, -1 << 36)
      guard second < 1 << 36 else { continue }
      _ = zone.text(of: Timestamp(microseconds: second * 1_000_000))
      let day = zone.day(at: second)
      let first = zone.firstSecond(ofDay: day)
      try require(zone.day(at: first) >= day, "a day begins before itself")
      for line in ["30 2 * * *", "*/20 * * * *"] {
        guard let expression = try? CronExpression(line) else { throw BrokenRule("\(line) is not read") }
        try requireOrder(expression, zone, second)
      }
    }
  }
}

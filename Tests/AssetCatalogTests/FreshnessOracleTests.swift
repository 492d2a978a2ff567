import AssetCatalog
import CatalogTestSupport
import ManifestModel
import Testing

/// Freshness under policy files on random trees, beside the long definition worked out asset by asset.
@Suite("Freshness under a random policy")
struct FreshnessOracleTests {
  static let minute: Int64 = 60_000_000
  static let day: Int64 = 86_400_000_000
  static let now = TreeModel.noon

  /// A rule as the oracle reads it, beside its text.
  struct Rule {
    var prefix = ""
    var isWhole = false
    var owner: String?
    var maxAge: Int64?
    var warnAfter: Int64?
    /// A tick each day, in minutes after midnight in UTC.
    var tick: Int64?
    var window: Int64 = 0
    var grace: Int64 = 0
    var never = "fail"
    var isIgnored = false
    var isNewest = false

    var makesDemand: Bool { maxAge != nil || tick != nil || isIgnored || isNewest || never != "fail" }

    init() {}

    init(_ random: inout SplitMix64) {
      prefix = ["a.", "a.x", "b.", "c", ""].randomElement(using: &random) ?? ""
      isWhole = random.chance(1, in: 4) && !prefix.isEmpty
      if random.chance(1, in: 3) { owner = ["ann", "bob"].randomElement(using: &random) }
      if random.chance(1, in: 4), owner != nil { return }
      if random.chance(1, in: 8) {
        isIgnored = true
        return
      }
      if random.chance(2, in: 3) {
        maxAge = Int64.random(in: 60...4_000, using: &random)
        if random.chance(1, in: 2) { warnAfter = Int64.random(in: 1..<(maxAge ?? 60), using: &random) }
      }
      if maxAge == nil || random.chance(1, in: 3) {
        tick = Int64.random(in: 0..<1_440, using: &random)
        window = [0, 60, 300, 1_440].randomElement(using: &random) ?? 0
        grace = [15, 90].randomElement(using: &random) ?? 15
      }
      never = ["fail", "fail", "ignore"].randomElement(using: &random) ?? "fail"
      isNewest = random.chance(1, in: 4)
    }

    func matches(_ name: String) -> Bool { isWhole ? name == prefix : name.hasPrefix(prefix) }

    var json: String {
      var keys = ["\"name\": \"\(isWhole ? prefix : prefix + "*")\""]
      if let owner { keys.append("\"owner\": \"\(owner)\"") }
      if isIgnored { keys.append("\"ignore\": true") }
      if let maxAge { keys.append("\"max_age\": \"\(maxAge)m\"") }
      if let warnAfter { keys.append("\"warn_after\": \"\(warnAfter)m\"") }
      if let tick {
        keys.append("\"cron\": \"\(tick % 60) \(tick / 60) * * *\"")
        keys.append("\"window\": \"\(window)m\", \"grace\": \"\(grace)m\"")
      }
      if never != "fail" { keys.append("\"never\": \"\(never)\"") }
      if isNewest { keys.append("\"ids\": \"newest\"") }
      return "{\(keys.joined(separator: ", "))}"
    }

    /// The first limit that a materialization misses, or will miss.
    func expires(_ last: Int64) -> Int64? {
      var limits: [Int64] = []
      if let maxAge { limits.append(last + maxAge * minute) }
      if let tick {
        // Every deadline of these days that has the materialization before its interval.
        let first = last / day - 1
        for number in first...(first + 5) {
          let moment = number * day + tick * minute
          if last < moment - window * minute { limits.append(moment + grace * minute) }
        }
      }
      return limits.min()
    }
  }

  private func standing(
    _ asset: AssetIdentifier, _ last: Int64?, _ all: [AssetIdentifier: Int64?], _ rules: [Rule]
  ) -> String {
    var demand = rules.first { $0.matches(asset.name) && $0.makesDemand } ?? Rule()
    if !demand.makesDemand { demand.maxAge = 1_440 }
    let owner = rules.first { $0.matches(asset.name) && $0.owner != nil }?.owner ?? "-"
    func line(_ state: String, _ level: String, _ end: Int64? = nil) -> String {
      "\(asset.name)/\(asset.id) \(state) \(level) \(end.map(String.init) ?? "-") \(owner)"
    }
    if demand.isIgnored { return line("ignored", "ok") }
    if demand.isNewest {
      let others = all.filter { $0.key.name == asset.name }
      let newest = others.map { ($0.value ?? .min) }.max()
      let carrier = others.filter { ($0.value ?? .min) == newest }.keys.min()
      if carrier != asset { return line("ignored", "ok") }
    }
    guard let last else { return line("never", demand.never == "ignore" ? "ok" : "error") }
    guard let end = demand.expires(last) else { return line("fresh", "ok") }
    if Self.now >= end { return line("stale", "error", end) }
    let isWarned =
      demand.maxAge != nil && (demand.warnAfter.map { Self.now >= last + $0 * Self.minute } ?? false)
    return line(isWarned ? "warn" : "fresh", isWarned ? "warn" : "ok", end)
  }

  @Test(
    "says of each asset what the long definition says, in the order of time",
    arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func oracle(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let tree = try ScratchTree()
    var all: [AssetIdentifier: Int64?] = [:]
    for name in ["a.x", "a.xy", "a.z", "b.x", "b.yy", "c", "d"] {
      for id in ["1", "2", "3"] where id == "1" || random.chance(1, in: 2) {
        var manifest = ManifestText(name: name, id: id, updatedAt: Self.now - 9 * Self.day)
        if random.chance(5, in: 6) {
          manifest.lastMaterialized = Self.now - Int64.random(in: 0...4_500, using: &random) * Self.minute
        }
        all[AssetIdentifier(name: name, id: id)] = .some(manifest.lastMaterialized)
        try tree.write(manifest.text, to: .manifest(name, id))
      }
    }
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    _ = try catalog.reconcile()
    for _ in 0..<12 {
      let rules = (0..<Int.random(in: 0...5, using: &random)).map { _ in Rule(&random) }
      let text =
        "{\"rules\": [\(rules.filter { $0.owner != nil || $0.makesDemand }.map(\.json).joined(separator: ", "))]}"
      try tree.write(text, to: "freshness.json")
      let policy = try FreshnessPolicy(contentsOf: tree.root + "/freshness.json")
      let ordered = all.sorted { ($0.value ?? .min, $0.key) < ($1.value ?? .min, $1.key) }
      let expected = ordered.map { standing($0.key, $0.value, all, rules) }
      func line(_ row: FreshnessRow) -> String {
        let end = (row.staleSince ?? row.freshUntil)?.microseconds
        return
          "\(row.asset.name)/\(row.asset.id) \(row.state.rawValue) \(row.level.rawValue) \(end.map(String.init) ?? "-") \(row.owner ?? "-")"
      }
      #expect(try catalog.freshness(policy).rows.map(line) == expected, "\(text)")
      for states in [[.stale], [.fresh, .warn], [.ignored, .never]] as [Set<FreshnessState>] {
        let wanted = expected.filter { line in states.contains { line.contains(" \($0.rawValue) ") } }
        #expect(try catalog.freshness(policy, states: states).rows.map(line) == wanted, "\(states) \(text)")
        #expect(
          try catalog.freshness(policy, states: states, limit: 2).rows.map(line) == Array(wanted.prefix(2)))
      }
      for level in FreshnessLevel.allCases {
        #expect(
          try catalog.freshness(policy, levels: [level]).rows.map(line)
            == expected.filter { $0.contains(" \(level.rawValue) ") }, "\(level) \(text)")
      }
      #expect(
        try catalog.freshness(policy, owners: ["ann"]).rows.map(line) == expected.filter { $0.hasSuffix(" ann") })
      let counts = try catalog.status(policy).assetsByState
      for state in FreshnessState.allCases {
        #expect(counts[state] == expected.count { $0.contains(" \(state.rawValue) ") }, "\(state) \(text)")
      }
    }
  }

  @Test("tells until when a materialization is good, also without a tree")
  func expires() throws {
    let policy = FreshnessPolicy(maxAge: .seconds(60), rules: [.init(name: "g*", maxAge: .seconds(5))])
    let moment = Timestamp(microseconds: 1_000_000)
    #expect(policy.expires(moment, of: AssetIdentifier(name: "g", id: "1")) == Timestamp(microseconds: 6_000_000))
    #expect(policy.expires(moment, of: AssetIdentifier(name: "h", id: "1")) == Timestamp(microseconds: 61_000_000))
    let patient = policy.demanding(maxAge: .seconds(90))
    #expect(patient.expires(moment, of: AssetIdentifier(name: "h", id: "1")) == Timestamp(microseconds: 91_000_000))
    #expect(patient.expires(moment, of: AssetIdentifier(name: "g", id: "1")) == Timestamp(microseconds: 6_000_000))
  }

  @Test("is refused with each place where the file is wrong")
  func faults() throws {
    let tree = try ScratchTree()
    try tree.write("max_age: 1\nownr: me\n", to: "freshness.yaml")
    let path = tree.root + "/freshness.yaml"
    let error = #expect(throws: CatalogError.self) { try FreshnessPolicy(contentsOf: path) }
    #expect(error?.code == .badData)
    let lines = error?.message.split(separator: "\n").map(String.init) ?? []
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("\(path):1:10: ") == true, "\(lines)")
    let missing = #expect(throws: CatalogError.self) { try FreshnessPolicy(contentsOf: tree.root + "/none.yaml") }
    #expect(missing?.message.contains("none.yaml") == true)
  }
}

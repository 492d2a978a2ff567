import CatalogTestSupport
import FreshnessRules
import ManifestModel
import Testing

@Suite("The rules of an asset")
struct PolicyMatcherTests {
  @Test("are those that a look at each pattern finds, on random policies", arguments: [UInt64(1), 2, 3])
  func bruteForce(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let parts = ["gold", "silver", "g", "*", "?", ".", "a", "[a-g]", "\u{E9}"]
    func text(_ pieces: [String]) -> String {
      (0..<Int.random(in: 1...4, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }
    for _ in 0..<40 {
      var lines = ["rules:"]
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        let names = (0..<Int.random(in: 1...3, using: &random)).map { _ in "'\(text(parts))'" }
        var rule: [String] = []
        if !random.chance(1, in: 5) { rule.append("name: [\(names.joined(separator: ", "))]") }
        if random.chance(1, in: 4) || rule.isEmpty { rule.append("id: '\(text(["a", "b", "*"]))'") }
        if random.chance(1, in: 4) { rule.append("artifact: ['x*', '\(text(["y", "*", "/"]))']") }
        lines.append("- {\(rule.joined(separator: ", ")), owner: o}")
      }
      let policy = try PolicyReaderTests.read(lines.joined(separator: "\n"))
      var matcher = PolicyMatcher(policy)
      for _ in 0..<200 {
        let asset = AssetIdentifier(name: text(["gold", "silver", "g", ".", "a", "\u{E9}"]), id: text(["a", "b"]))
        let paths = (0..<Int.random(in: 0...2, using: &random)).map { _ in text(["x", "y", "/"]) }
        for id in [asset.id, "b"] {
          let asset = AssetIdentifier(name: asset.name, id: id)
          let expected = policy.rules.indices.filter { index in
            let rule = policy.rules[index]
            return (rule.names?.contains { $0.matches(asset.name) } ?? true)
              && (rule.ids?.contains { $0.matches(asset.id) } ?? true)
              && (rule.artifacts?.contains { pattern in paths.contains { pattern.matches($0) } } ?? true)
          }
          let index = matcher.index(of: asset) { paths }
          #expect(matcher.policies[index].rules == expected)
        }
      }
    }
  }

  @Test("are shared: 100,000 assets under 100 rules have as many policies as there are kinds of assets")
  func sharing() throws {
    let rules = (0..<100).map { "- {name: 'team\($0).*', cron: '\($0 % 60) 7 * * 1-5', grace: 1h}" }
    var matcher = PolicyMatcher(try PolicyReaderTests.read("rules:\n" + rules.joined(separator: "\n")))
    let now = PolicyCases.time("2026-11-25T08:00:00Z")
    var late = 0
    for number in 0..<100_000 {
      let asset = AssetIdentifier(name: "team\(number % 125).table\(number)", id: "a")
      let index = matcher.index(of: asset)
      let standing = matcher.standing(
        under: index, lastMaterialized: Timestamp(microseconds: now.microseconds - Int64(number) * 1_000_000), now: now
      ).standing
      late += standing.state == .stale ? 1 : 0
    }
    #expect(matcher.policies.count == 101)
    #expect(late > 0)
  }

  @Test("are asked for paths only where a rule looks at them")
  func artifacts() throws {
    var matcher = PolicyMatcher(
      try PolicyReaderTests.read("rules: [{name: 'a*', artifact: 'x/*', owner: o}, {name: b, owner: p}]"))
    var questions = 0
    func owner(_ name: String, _ paths: [String]) -> String? {
      let index = matcher.index(of: AssetIdentifier(name: name, id: "1")) {
        questions += 1
        return paths
      }
      return matcher.policies[index].owner
    }
    #expect(owner("b", ["x/1"]) == "p")
    #expect(questions == 0)
    #expect(owner("a1", ["x/1"]) == "o")
    #expect(owner("a1", []) == nil)
    #expect(questions == 2)
  }
}

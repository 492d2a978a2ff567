import CatalogTestSupport
import FreshnessRules
import ManifestModel
import Testing

@Suite("A policy file in YAML")
struct PolicyReaderTests {
  static func read(_ text: String) throws(PolicyFaults) -> Policy {
    try PolicyReader.read(Array(text.utf8), zones: PolicyCases.zones)
  }

  static func lines(_ text: String) -> [String] {
    do {
      _ = try read(text)
      return []
    } catch {
      return error.lines(file: "freshness.yaml")
    }
  }

  @Test("gives demands, labels and checks, each from where it comes")
  func whole() throws {
    let policy = try Self.read(
      """
      version: 1
      timezone: Europe/London              # default of all cron lines below; without it UTC
      max_age: 26h                         # the demand on assets that no rule makes one of
      owner: data-platform
      calendars:
        bank: [2026-12-25, 2026-12-28, 2027-01-01]
      rules:
        - name: "tmp.*"
          ignore: true
        - name: gold.revenue_daily
          cron: "0 7 * * 1-5"              # in the office at seven
          window: 5h                       # a run counts from 02:00 on
          grace: 15m
          warn_before: 45m
          except: bank
          severity: critical
          runbook: https://wiki.example/gold
        - name: ["gold.*", "mart.*"]
          owner: finance
        - artifact: "exports/partner/*"
          cron: "30 22 * * *"
          grace: 1h
          paused_until: 2026-12-01
          note: Their portal is closed in November.
        - name: "bronze.*"
          max_age: 6h
          warn_after: 4h
          max_failures: 3
          slow: {deviations: 5, at_least: 1m}
          rows: {min: 1, max_drop: 50%}
      """)
    #expect(policy.rules.map(\.place.line) == [8, 10, 18, 20, 25])
    var matcher = PolicyMatcher(policy)
    func found(_ name: String, _ paths: [String] = []) -> AssetPolicy {
      let index = matcher.index(of: AssetIdentifier(name: name, id: "a")) { paths }
      return matcher.policies[index]
    }

    #expect(found("tmp.x").demand.isIgnored)
    let revenue = found("gold.revenue_daily")
    #expect(revenue.demandRule == 1)
    #expect(revenue.rules == [1, 2])
    #expect(revenue.owner == "finance")
    #expect(revenue.severity == .critical)
    #expect(revenue.runbook == "https://wiki.example/gold")
    #expect(revenue.demand.deadline?.window == 18_000_000_000)
    #expect(revenue.demand.deadline?.warnBefore == 2_700_000_000)
    #expect(revenue.demand.deadline?.schedule.zone.name == "Europe/London")
    #expect(revenue.demand.deadline?.schedule.exceptions.count == 3)
    #expect(policy.origin(of: "owner", revenue.rules)?.place.line == 19)
    #expect(policy.origin(of: "timezone", revenue.rules)?.place.line == 2)
    #expect(policy.origin(of: "grace", revenue.rules)?.place == .init(line: 13, column: 5))
    #expect(policy.origin(of: "max_age", revenue.rules) == nil)

    // Owner only: the demand is that of the top.
    let mart = found("mart.sales")
    #expect(mart.demandRule == nil)
    #expect(mart.demand.maxAge == 93_600_000_000)
    #expect(policy.origin(of: "max_age", mart.rules)?.place.line == 3)

    let partner = found("silver.export", ["exports/partner/a.csv"])
    #expect(partner.demand.pausedUntil?.description == "2026-12-01T00:00:00Z")
    #expect(partner.note == "Their portal is closed in November.")
    #expect(found("silver.export2", ["exports/other/a.csv"]).demandRule == nil)

    let bronze = found("bronze.orders")
    #expect(bronze.owner == "data-platform")
    #expect(bronze.demand.warnAfter == 14_400_000_000)
    #expect(bronze.maxFailures?.limit == 3)
    #expect(bronze.maxFailures?.isError == false)
    #expect(bronze.slow?.limit == DurationStatistics.Tolerance(deviations: 5, atLeast: 60_000))
    #expect(bronze.rows?.limit.min == 1)
    #expect(bronze.rows?.limit.maxDrop == Percentage(millionths: 500_000))
  }

  @Test("takes a label away by null, and keeps words that YAML would change")
  func nullAndWords() throws {
    let policy = try Self.read(
      """
      owner: no
      note: 12:30
      max_failures: 010
      rules:
        - name: a
          owner: null
          max_failures: {value: 2, level: error}
        - name: "*"
          owner: "null"
          schema: true
          retry: {first: 1m, max: 2h, limit: 4}
      """)
    #expect(policy.resolved([]).owner == "no")
    #expect(policy.resolved([]).note == "12:30")
    #expect(policy.resolved([]).maxFailures?.limit == 10)
    #expect(policy.resolved([0, 1]).owner == nil)
    #expect(policy.resolved([0, 1]).maxFailures?.limit == 2)
    #expect(policy.resolved([0, 1]).maxFailures?.isError == true)
    #expect(policy.resolved([1]).owner == "null")
    #expect(policy.resolved([1]).schema?.limit == true)
    #expect(policy.resolved([1]).retry == RetryRule(first: 60_000_000, max: 7_200_000_000, limit: 4))
  }

  @Test("tells all faults at once, each with its place and what to write instead")
  func sentences() {
    let lines = Self.lines(
      """
      max_age: 24h
      rules:
        - name: "bronze.*"
          max_agee: 6h
          owner: ann
        - name: "gold.*"
          cron: "0 7 * * *"
          timezone: Europe/Londn
          grace: 1h
        - name: "mart.*"
          cron: "0 7 * * *"
        - name: x
          max_age: 1h
          max_age: 2h
      """)
    #expect(lines.count == 4)
    #expect(
      lines[0].hasPrefix(
        "freshness.yaml:4:5: 'max_agee' means nothing in a rule; did you mean 'max_age'? It may hold name, id, artifact, "
      ))
    #expect(lines[1].hasPrefix("freshness.yaml:8:15: there is no time zone 'Europe/Londn' in "))
    #expect(lines[1].hasSuffix("; did you mean 'Europe/London'?"))
    #expect(
      lines[2]
        == "freshness.yaml:11:5: neither 'window' nor 'grace': no run could ever be on time; give the time a run may take, as in grace: 1h"
    )
    #expect(
      lines[3]
        == "freshness.yaml:14:5: the key 'max_age' stands here a second time (first in line 13); keep one of them")
  }

  @Test("that says nothing is advised of each way out once", arguments: PolicyKeyTests.keys)
  func onceOnly(key: PolicyKeyTests.Key) {
    for value in key.wrongTypes + [""] {
      do {
        _ = try Self.read("\(key.name): \(value)")
      } catch {
        for fault in error.faults {
          #expect(fault.message.ranges(of: "null to take it away").count <= 1, "\(fault.message)")
        }
      }
    }
  }

  @Test(
    "that YAML reads otherwise than it is meant is told how to write it",
    arguments: [
      (
        "rules:\n  - name: x\n    cron: */15 8-17 * * *",
        "3:11: a value that begins with * must stand in quotes: cron: \"*/15 8-17 * * *\""
      ),
      ("rules:\n  - name: *\n    max_age: 1h", "2:11: a value that begins with * must stand in quotes: name: \"*\""),
      (
        "rules:\n  - name: *abc  # all\n    max_age: 1h",
        "2:11: a value that begins with * must stand in quotes: name: \"*abc\""
      ),
      ("rules:\n  - name: [*.a, b]\n    max_age: 1h", "2:12: a value that begins with * must stand in quotes: \"*.a\""),
      (
        "rules:\n  - name: x\n    cron: @daily\n    grace: 1h",
        "3:11: a value that begins with @ must stand in quotes: cron: \"@daily\""
      ),
      (
        "max_age: &a 1h",
        "1:10: a value that begins with & must stand in quotes (anchors mean nothing here): max_age: \"&a 1h\""
      ),
      (
        "max_age: !!str 1h",
        "1:10: a value that begins with ! must stand in quotes (tags mean nothing here): max_age: \"!!str 1h\""
      ),
      ("owner: %x", "1:8: a value that begins with % must stand in quotes: owner: \"%x\""),
      (
        "rules:\n  - name: [a-z]*\n    max_age: 1h",
        "2:11: a value that begins with [ is a list; a pattern that does must stand in quotes"
      ),
      ("rules:\n\t- name: x", "2:1: a tab cannot stand here; indent with spaces"),
      ("note: a: b", "1:8: a colon cannot stand here; put a text that holds ': ' in quotes, and check the indentation"),
      ("note: \"abc\nmax_age: 1h", "1:7: the quotes that begin here are never closed"),
      ("<<: {max_age: 1h}", "1:1: merge keys mean nothing here; write the keys themselves"),
      ("max_age: 1h\n---\nmax_age: 2h", "2:1: a policy is one document; remove what begins with this ---"),
      ("", "1:1: the file holds no policy; write at least a line such as max_age: 24h"),
      ("# nothing\n", "1:1: the file holds no policy; write at least a line such as max_age: 24h"),
      ("max_age:", "1:9: 'max_age' has no value; write a duration such as 24h"),
      ("owner:", "1:7: 'owner' has no value; write a text such as data-platform, or null to take it away"),
      (
        "schema:",
        "1:8: 'schema' has no value; write true, or leave the key out, or null to take it away"
      ),
      (
        "schema: false",
        "1:9: 'schema' is 'false'; write true, or leave the key out, or null to take it away"
      ),
      ("severity: high", "1:11: 'severity' is 'high'; write low, normal or critical, or null to take it away"),
      ("max_failures: []", "1:15: 'max_failures' is a list; write a whole number such as 3, or null to take it away"),
      ("version: 2", "1:10: a newer program wrote this file, of version '2'; update this program, or write version: 1"),
      ("- a", "1:1: the policy is a list; write keys such as version, max_age, warn_after"),
      ("\u{E9}: 1\nmax_age: 1h", "1:1: '\u{E9}' means nothing in the policy. It may hold"),
      ("{max_age: 1h}", "1:2: a key in double quotes is expected here"),
      ("note: \u{E9}\u{E9} # x\nownr: me", "2:1: 'ownr' means nothing in the policy; did you mean 'owner'?"),
      ("{\u{2009}", "1:2: a key in double quotes"), ("note: \u{7}", "1:7: a control character stands here; remove it"),
      ("\u{E9}\u{E9}: {a: *b}", "1:11: a value that begins with * must stand in quotes: \"*b\""),
    ])
  func yaml(text: String, line: String) {
    let lines = Self.lines(text)
    #expect(lines.contains { $0.hasPrefix("freshness.yaml:" + line) }, "\(lines)")
  }

  @Test("may begin with a byte order mark, have any line ends, and any way to write a text")
  func forms() throws {
    let policy = try Self.read("\u{FEFF}max_age: 1h\r\nowner: 'it''s'\r\nnote: >-\r\n  a\r\n  b\r\n")
    #expect(policy.resolved([]).demand.maxAge == 3_600_000_000)
    #expect(policy.resolved([]).owner == "it's")
    #expect(policy.resolved([]).note == "a b")
    #expect(Self.lines("\u{FEFF}max_agee: 1h").first?.hasPrefix("freshness.yaml:1:") == true)
    #expect(Self.lines("max_age: 1h\r\nown: x").first?.hasPrefix("freshness.yaml:2:1: ") == true)
  }

  @Test("has bounds: bytes, rules, nesting, and the faults that are told")
  func bounds() {
    #expect(
      Self.lines(String(repeating: "#", count: 1 << 20 | 1)) == [
        "freshness.yaml:1:1: the file is larger than 1 MiB; shorten it"
      ])
    let rules = "rules:\n" + String(repeating: "- {name: a, max_age: 1h}\n", count: 30_001)
    #expect(Self.lines(rules).first?.contains("more than 30,000 rules") == true)
    #expect(
      Self.lines("note: " + String(repeating: "[", count: 100_000)) == [
        "freshness.yaml:1:14: the nesting is deeper than 8"
      ])
    let wrong = Self.lines("rules:\n" + String(repeating: "- {name: a, max_age: 1x}\n", count: 100))
    #expect(wrong.count == 21)
    #expect(wrong.last == "freshness.yaml: and 80 more")
    // An alias in each element of one long line.
    let aliases = Self.lines("note: [" + String(repeating: "*a, ", count: 200_000) + "]")
    #expect(aliases.count == 21)
    let twice = Self.lines(String(repeating: "a: 1\n", count: 100_000))
    #expect(twice.count == 21)
    do {
      _ = try PolicyReader.read([0x61, 0xFF], zones: PolicyCases.zones)
      Issue.record("bytes that are not UTF-8 were read")
    } catch {
      #expect(error.faults.first?.message.contains("not UTF-8") == true)
    }
  }

  @Test("never traps, however it is damaged", arguments: [UInt64(1), 2])
  func fuzz(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let good = Array(
      """
      timezone: Europe/London
      calendars: {bank: [2026-12-25]}
      rules:
        - name: ["gold.*", 'a?']   # é
          cron: ["0 7 * * 1-5", "@daily"]
          window: 5h
          except: [bank, 2026-12-26]
          rows: {min: 1, max_drop: 50%, level: error}
          note: |
            two
            lines
      """.utf8)
    let bytes = Array("*&!%@`'\"[]{}:-#|>?,\t\n\r \u{E9}\u{0}<~".utf8)
    for _ in 0..<6_000 {
      var text = good
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        let index = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: text[index] = .random(in: 0...255, using: &random)
        case 1: text[index] = bytes.randomElement(using: &random) ?? 0
        case 2: text.insert(bytes.randomElement(using: &random) ?? 0, at: index)
        default: text.removeSubrange(index..<min(text.count, index + 5))
        }
        if text.isEmpty { break }
      }
      do {
        _ = try PolicyReader.read(text, zones: PolicyCases.zones)
      } catch {
        #expect(!error.faults.isEmpty && error.faults.allSatisfy { $0.place.line >= 1 && $0.place.column >= 1 })
      }
    }
  }
}

import FreshnessRules
import ManifestModel
import Testing

@Suite("Each key of a policy file")
struct PolicyKeyTests {
  /// A key with what else its rule needs, values of the wrong type and out of range, and the column of its value.
  struct Key: Sendable, CustomTestStringConvertible {
    let name: String
    let good: String
    let wrongTypes: [String]
    let outOfRange: [String]
    /// Lines that must stand beside it.
    var beside: [String] = []
    var testDescription: String { name }
  }

  static let keys: [Key] = [
    Key(
      name: "id", good: "\"a*\"", wrongTypes: ["{a: 1}", "null", "[]", "[[a]]"], outOfRange: ["\"\"", "\"a[\""],
      beside: ["max_age: 1h"]),
    Key(
      name: "artifact", good: "x/*", wrongTypes: ["{a: 1}", "null"], outOfRange: ["\"\"", "\"[\""],
      beside: ["max_age: 1h"]),
    Key(
      name: "title", good: "Night", wrongTypes: ["[a]", "null", "{a: 1}"],
      outOfRange: ["\"\"", String(repeating: "x", count: 61)], beside: ["max_age: 1h"]),
    Key(
      name: "max_age", good: "1h", wrongTypes: ["[1h]", "null", "{a: 1}"],
      outOfRange: ["24", "1y", "99999999999999w", "-1h"]),
    Key(
      name: "warn_after", good: "1h", wrongTypes: ["[1h]", "null"], outOfRange: ["24h", "25h", "5"],
      beside: ["max_age: 24h"]),
    Key(
      name: "cron", good: "\"0 7 * * *\"", wrongTypes: ["{a: 1}", "null", "[]"],
      outOfRange: ["\"60 7 * * *\"", "\"0 0 30 2 *\"", "[\"0 7 * *\"]"], beside: ["grace: 1h"]),
    Key(
      name: "timezone", good: "Asia/Kolkata", wrongTypes: ["[UTC]", "null"], outOfRange: ["Mars/Olympus", "../x"],
      beside: ["max_age: 1h"]),
    Key(
      name: "window", good: "1h", wrongTypes: ["[1h]", "null"], outOfRange: ["1", "0x"],
      beside: ["cron: \"0 7 * * *\"", "grace: 1h"]),
    Key(
      name: "grace", good: "1h", wrongTypes: ["[1h]", "null"], outOfRange: ["1", "one"],
      beside: ["cron: \"0 7 * * *\"", "window: 1h"]),
    Key(
      name: "warn_before", good: "30m", wrongTypes: ["[1h]", "null"], outOfRange: ["1h", "2h", "1"],
      beside: ["cron: \"0 7 * * *\"", "grace: 1h"]),
    Key(
      name: "except", good: "bank", wrongTypes: ["{a: 1}", "null", "[]"],
      outOfRange: ["bnk", "2026-13-01", "[2026-02-30]"], beside: ["cron: \"0 7 * * *\"", "grace: 1h"]),
    Key(
      name: "never", good: "wait", wrongTypes: ["[wait]", "null"], outOfRange: ["later", "Wait"],
      beside: ["max_age: 1h"]),
    Key(
      name: "ignore", good: "true", wrongTypes: ["[true]", "null"], outOfRange: ["yes", "false", "1"],
      beside: ["max_age: 1h"]),
    Key(name: "ids", good: "newest", wrongTypes: ["[each]", "null"], outOfRange: ["oldest"], beside: ["max_age: 1h"]),
    Key(
      name: "paused_until", good: "2026-12-01", wrongTypes: ["[2026-12-01]", "null"],
      outOfRange: ["2026-12-32", "2026-12-01T06:00:00", "1764000000", "soon"], beside: ["max_age: 1h"]),
    Key(
      name: "owner", good: "ann", wrongTypes: ["[ann]", "{a: 1}"],
      outOfRange: ["\"\"", String(repeating: "x", count: 101)]),
    Key(
      name: "note", good: "x", wrongTypes: ["[x]"],
      outOfRange: ["\" \"", String(repeating: "x", count: 501), "\"a\\e[31m\""]),
    Key(
      name: "runbook", good: "https://w.example/x", wrongTypes: ["[x]"],
      outOfRange: ["wiki", "javascript:alert(1)", "https://", "https:///x", "\"https://a b\""]),
    Key(name: "severity", good: "low", wrongTypes: ["[low]"], outOfRange: ["high", "Low"]),
    Key(name: "target", good: "99.5%", wrongTypes: ["[99%]", "99.5"], outOfRange: ["0%", "101%", "99.99999%"]),
    Key(
      name: "max_failures", good: "3", wrongTypes: ["[3]", "many", "3.5", "{level: error}"],
      outOfRange: ["0", "99999999999999999999", "{value: 0}", "{value: 2, level: bad}", "{valu: 2}"]),
    Key(
      name: "success_rate", good: "{min: 95%, runs: 20}", wrongTypes: ["95%", "[1]"],
      outOfRange: ["{runs: 20}", "{min: 0%}", "{min: 95%, runs: 4}", "{min: 95%, run: 4}"]),
    Key(name: "max_duration", good: "2h", wrongTypes: ["[2h]"], outOfRange: ["0s", "2", "{value: 2}"]),
    Key(name: "run_timeout", good: "2h", wrongTypes: ["[2h]", "{value: 2h}"], outOfRange: ["0s", "2"]),
    Key(
      name: "slow", good: "{deviations: 5, at_least: 1m}", wrongTypes: ["true", "[5]"],
      outOfRange: ["{deviations: 0}", "{deviations: x}", "{deviations: 1001}", "{at_least: 1}", "{atleast: 1m}"]),
    Key(
      name: "rows", good: "{min: 1, max_drop: 50%}", wrongTypes: ["1", "[1]"],
      outOfRange: ["{}", "{level: error}", "{min: 5, max: 4}", "{min: -1}", "{max_drop: 101%}", "{max_drop: 5}"]),
    Key(
      name: "bytes", good: "{max: 1000, max_rise: 300%}", wrongTypes: ["1"], outOfRange: ["{max_rise: 0%}", "{mn: 1}"]),
    Key(name: "schema", good: "true", wrongTypes: ["[true]"], outOfRange: ["false", "{level: loud}"]),
    Key(
      name: "retry", good: "{first: 5m, max: 6h, limit: 3}", wrongTypes: ["5m", "[1]"],
      outOfRange: ["{first: 0s}", "{limit: 0}", "{first: 2h, max: 1h}", "{frst: 5m}"]),
  ]

  /// A policy with one rule; the key stands in line 5, its value from the column after it.
  private static func text(_ key: Key, _ lines: [String]) -> String {
    let rule = (lines + key.beside).map { "    \($0)\n" }.joined()
    return "calendars:\n  bank: [2026-12-25]\nrules:\n  - name: x\n\(rule)"
  }

  private static func faults(_ text: String) -> [PlacedJSON.Complaint] {
    do {
      _ = try PolicyReaderTests.read(text)
      return []
    } catch {
      return error.faults
    }
  }

  @Test("is accepted as it should be", arguments: keys)
  func good(key: Key) {
    #expect(Self.faults(Self.text(key, ["\(key.name): \(key.good)"])).isEmpty)
  }

  @Test("of the wrong type is refused in its line, at its value", arguments: keys)
  func wrongType(key: Key) {
    for value in key.wrongTypes + [""] { requireFault(key, value) }
  }

  @Test("out of its range is refused in its line, at its value", arguments: keys)
  func outOfRange(key: Key) {
    for value in key.outOfRange { requireFault(key, value) }
  }

  private func requireFault(_ key: Key, _ value: String) {
    let faults = Self.faults(Self.text(key, ["\(key.name): \(value)"]))
    let column = 5 + key.name.utf8.count + (value.isEmpty ? 1 : 2)
    #expect(
      faults.contains { $0.place.line == 5 && $0.place.column >= column }, "\(key.name): \(value): \(faults)")
    // It says what to do.
    let isAdvice = ["It may hold", "write", "shorten", "add", "did you mean", "remove", "exchange", "'ls ", "change"]
    #expect(faults.allSatisfy { fault in isAdvice.contains { fault.message.contains($0) } }, "\(faults)")
  }

  @Test("that stands twice is refused at its second place", arguments: keys)
  func twice(key: Key) {
    let faults = Self.faults(Self.text(key, ["\(key.name): \(key.good)", "\(key.name): \(key.good)"]))
    #expect(faults.first?.place == PlacedJSON.Place(line: 6, column: 5))
    #expect(faults.first?.message.hasSuffix("stands here a second time (first in line 5); keep one of them") == true)
  }

  @Test("that is misspelled is refused with the nearest one", arguments: keys)
  func unknown(key: Key) {
    let misspelled = key.name + "s"
    let faults = Self.faults(Self.text(key, ["\(misspelled): \(key.good)"]))
    // 'id' with a letter more is another key.
    guard misspelled != "ids" else { return }
    let fault = faults.first { $0.place == PlacedJSON.Place(line: 5, column: 5) }
    #expect(
      fault?.message.hasPrefix("'\(misspelled)' means nothing in a rule; did you mean '\(key.name)'?") == true,
      "\(faults)")
  }

  @Test(
    "that another one needs is missed at its place",
    arguments: [
      ("rules:\n  - max_age: 1h", 2, 5, "no 'name', 'id' or 'artifact'"), ("rules:\n  - name: x", 2, 5, "says nothing"),
      ("rules:\n  - name: x\n    title: y", 2, 5, "says nothing"),
      ("rules:\n  - name: x\n    warn_after: 1h", 3, 5, "add max_age"),
      ("rules:\n  - name: x\n    never: wait", 3, 5, "alone demands nothing"),
      ("rules:\n  - name: x\n    ids: newest", 3, 5, "alone demands nothing"),
      ("rules:\n  - name: x\n    timezone: UTC", 3, 5, "alone demands nothing"),
      ("rules:\n  - name: x\n    paused_until: 2026-12-01", 3, 5, "alone demands nothing"),
      ("rules:\n  - name: x\n    max_age: 1h\n    grace: 1h", 4, 5, "means nothing without 'cron'"),
      ("rules:\n  - name: x\n    max_age: 1h\n    except: 2026-12-25", 4, 5, "means nothing without 'cron'"),
      ("rules:\n  - name: x\n    cron: \"0 7 * * *\"\n    grace: 0s\n    window: 0s", 3, 5, "are 0"),
      ("rules:\n  - name: x\n    cron: \"0 7 * * *\"\n    grace: 1h\n    warn_after: 1h", 5, 5, "write warn_before"),
      ("rules:\n  - name: x\n    cron: \"0 7 * * *\"\n    grace: 1h\n    except: bank", 5, 13, "add it to 'calendars'"),
      ("calendars: {bank: []}", 1, 19, "a list of dates"), ("calendars: [a]", 1, 12, "write names with dates"),
      ("calendars: {bank: [2026-02-30]}", 1, 20, "is no date"), ("rules: {}", 1, 8, "write a list of rules"),
      ("rules: [1]", 1, 9, "a rule is a text"), ("warn_after: 24h", 1, 13, "never warn"),
      ("timezone: Mars/Olympus", 1, 11, "no time zone"), ("version: one", 1, 10, "write version: 1"),
    ])
  func missing(text: String, line: Int, column: Int, hint: String) {
    let faults = Self.faults(text)
    #expect(
      faults.contains { $0.place == PlacedJSON.Place(line: line, column: column) && $0.message.contains(hint) },
      "\(faults)")
  }

  @Test("that is a text may stand in JSON as in YAML, and JSON policies mean what they meant")
  func json() throws {
    let policy = try PolicyReaderTests.read(
      """
      {"max_age": "24h", "warn_after": "12h",
       "rules": [{"name": "bronze.*", "max_age": "6h", "warn_after": "4h"}, {"name": "*", "max_age": "7d"}]}
      """)
    #expect(policy.resolved([]).demand.maxAge == 86_400_000_000)
    #expect(policy.resolved([]).demand.warnAfter == 43_200_000_000)
    #expect(policy.resolved([0, 1]).demand.maxAge == 21_600_000_000)
    #expect(policy.resolved([1]).demand.warnAfter == nil)
    #expect(policy.rules.map(\.title) == ["bronze.*", "*"])
    #expect(policy.rules.map(\.place.line) == [2, 2])
    // Escapes that only JSON has, after spaces.
    let escaped = try PolicyReaderTests.read("\n\t{\"note\": \"\\ud83d\\ude00\\/\"}")
    #expect(escaped.resolved([]).note == "\u{1F600}/")
    // Without an age it is 24 hours.
    #expect(try PolicyReaderTests.read("{}").resolved([]).demand.maxAge == 86_400_000_000)
    #expect(try PolicyReaderTests.read("{\"warn_after\": \"1h\"}").resolved([]).demand.maxAge == 86_400_000_000)
  }
}

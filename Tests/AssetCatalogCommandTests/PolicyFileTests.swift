import AssetCatalog
import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("A policy file")
struct PolicyFileTests {
  @Test("gives a default and rules in their order")
  func reads() throws {
    let policy = try PolicyFile.parse(
      Array(
        """
        {"max_age": "24h", "warn_after": "12h",
         "rules": [{"name": "bronze.*", "max_age": "6h", "warn_after": "4h"}, {"name": "*", "max_age": "7d"}]}
        """.utf8))
    #expect(policy.maxAge == .seconds(86400))
    #expect(policy.warnAfter == .seconds(43200))
    #expect(policy.rules.map(\.name) == ["bronze.*", "*"])
    #expect(policy.rules.map(\.maxAge) == [.seconds(21600), .seconds(604_800)])
    #expect(policy.rules.map(\.warnAfter) == [.seconds(14400), nil])
  }

  @Test("may be empty: 24 hours, no warning")
  func empty() throws {
    let policy = try PolicyFile.parse(Array("{}".utf8))
    #expect(policy.maxAge == .seconds(86400))
    #expect(policy.warnAfter == nil)
    #expect(policy.rules.isEmpty)
  }

  @Test(
    "with a fault is refused at its place",
    arguments: [
      ("", 1, 1, "ends"), ("[]", 1, 1, "a list"), ("{\"max_age\": 24}", 1, 13, "a number"),
      ("{\"max_age\": \"24\"}", 1, 13, "no unit"), ("{\n  \"max_agee\": \"24h\"}", 2, 3, "means nothing"),
      ("{\"max_age\": \"1h\",\n \"max_age\": \"2h\"}", 2, 2, "second time"),
      ("{\"warn_after\": \"24h\"}", 1, 16, "never warn"), ("{\"rules\": {}}", 1, 11, "an object"),
      ("{\"rules\": [1]}", 1, 12, "a number"), ("{\"rules\": [{\"max_age\": \"1h\"}]}", 1, 12, "no \"name\""),
      ("{\"rules\": [{\"name\": \"a\"}]}", 1, 12, "no \"max_age\""),
      ("{\"rules\": [{\"name\": \"a[\", \"max_age\": \"1h\"}]}", 1, 21, "never closed"),
      ("{\"rules\": [{\"name\": \"\", \"max_age\": \"1h\"}]}", 1, 21, "empty"),
      ("{\"rules\": [{\"name\": null, \"max_age\": \"1h\"}]}", 1, 21, "null"),
      ("{\"rules\": [{\"name\": \"a\", \"max_age\": \"1h\", \"max\": 1}]}", 1, 43, "means nothing"),
      ("{\"rules\": [{\"name\": \"a\", \"max_age\": \"1h\", \"warn_after\": \"2h\"}]}", 1, 57, "never warn"),
      ("{} {}", 1, 4, "nothing may follow"), ("{\"max_age\": \"24h\",}", 1, 19, "a key"),
      ("\u{FEFF}{}", 1, 1, "a value"),
      ("{'max_age': 1}", 1, 2, "a key"), ("{\"max_age\": \"24h\"", 1, 18, "a comma"), ("// x\n{}", 1, 1, "a value"),
      ("{\"rules\": \(String(repeating: "[", count: 99))", 1, 42, "nesting"),
    ])
  func refuses(text: String, line: Int, column: Int, hint: String) {
    let complaint = #expect(throws: PlacedJSON.Complaint.self) { try PolicyFile.parse(Array(text.utf8)) }
    #expect(complaint?.place == PlacedJSON.Place(line: line, column: column))
    #expect(complaint?.message.contains(hint) == true, "\(complaint?.message ?? "no complaint")")
  }

  @Test("that is not UTF-8 is refused")
  func encoding() {
    #expect(throws: PlacedJSON.Complaint.self) { try PolicyFile.parse([0x7B, 0xFF, 0x7D]) }
  }

  @Test("keeps two spellings of one letter apart")
  func bytes() throws {
    let json = try PlacedJSON.parse(Array("{\"\u{E9}\": 1, \"e\u{301}\": 2}".utf8))
    guard case .object(let members) = json.value else { return }
    #expect(members.count == 2)
  }

  @Test("never traps, however it is damaged", arguments: [UInt64(41), 42])
  func fuzz(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let good = Array(
      #"{"max_age": "24h", "rules": [{"name": "b\u00e9*", "max_age": "6h", "warn_after": "4h"}], "n": -1.5e3}"#.utf8)
    for _ in 0..<5000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(index...)
        default: bytes.insert(UInt8(ascii: "\""), at: index)
        }
        if bytes.isEmpty { break }
      }
      _ = try? PolicyFile.parse(bytes)
    }
  }
}

@Suite("Expectations and patterns")
struct ExpectationTextTests {
  @Test("split at the first slash and the first equals sign after it")
  func expectation() throws {
    let (asset, signature) = try ExpectationText.expectation("na=me/i.d=sig=na/ture")
    #expect(asset == AssetIdentifier(name: "na=me", id: "i.d"))
    #expect(signature == "sig=na/ture")
  }

  @Test("that lack a part are refused", arguments: ["", "a", "a/b", "a=b", "/b=c", "a/=c", "a/b="])
  func refused(text: String) {
    #expect(throws: TextError.self) { try ExpectationText.expectation(text) }
  }

  @Test("of a file may be blank or comments")
  func file() throws {
    let all = try ExpectationText.file(Array("# signatures\n\na/b=c\r\n  \nd/e=f".utf8))
    #expect(all.map(\.signature) == ["c", "f"])
    let complaint = #expect(throws: PlacedJSON.Complaint.self) { try ExpectationText.file(Array("a/b=c\nx\n".utf8)) }
    #expect(complaint?.place.line == 2)
  }

  @Test("that contradict each other are refused")
  func contradiction() throws {
    let asset = AssetIdentifier(name: "a", id: "b")
    #expect(try ExpectationText.merged([(asset, "c"), (asset, "c")])[asset] == "c")
    #expect(throws: TextError.self) { try ExpectationText.merged([(asset, "c"), (asset, "d")]) }
  }

  @Test(
    "patterns are checked before they match nothing by mistake",
    arguments: [
      ("*", true), ("a?b", true), ("[a-z]*", true), ("[]]", true), ("[^]]", true), ("[[]", true), ("a]", true),
      ("", false), ("[", false), ("[]", false), ("[^]", false), ("a[bc", false), ("[a][", false),
    ])
  func glob(pattern: String, isSound: Bool) {
    #expect((GlobPattern.fault(in: pattern) == nil) == isSound)
  }

  @Test("an exact name is spelled so that nothing in it is a pattern")
  func exact() {
    #expect(GlobPattern.exactly("a*b?c[d]") == "a[*]b[?]c[[]d]")
  }
}

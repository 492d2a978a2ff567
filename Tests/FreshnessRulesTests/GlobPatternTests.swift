import CatalogTestSupport
import FreshnessRules
import ManifestModel
import SQLiteDatabase
import Testing

@Suite("A pattern over names")
struct GlobPatternTests {
  @Test(
    "matches as SQLite's GLOB does",
    arguments: [
      ("gold.*", "gold.kpi", true), ("gold.*", "gold", false), ("gold.*", "Gold.kpi", false), ("*", "", true),
      ("a?c", "abc", true), ("a?c", "a\u{E9}c", true), ("a?c", "ac", false), ("[a-c]x", "bx", true),
      ("[^a-c]x", "bx", false), ("[]]", "]", true), ("[^]]", "a", true), ("[a-]", "-", true),
      ("*.csv", "x.csv.gz", false),
      ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false), ("e\u{301}", "\u{E9}", false), ("[[]x", "[x", true),
      ("a]", "a]", true), ("b*/2*", "bronze/2026/x", true),
    ])
  func byHand(pattern: String, name: String, matches: Bool) throws {
    #expect(try GlobPattern(pattern).matches(name) == matches)
  }

  @Test("agrees with SQLite itself on random patterns and names", arguments: [UInt64(1), 2])
  func asSQLite(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let connection = try Connection(path: ":memory:", mode: .create)
    let letters = ["a", "b", "c", "-", "^", "]", "\u{E9}", "e\u{301}", "."]
    var matches = 0
    for _ in 0..<20_000 {
      let pieces = letters + ["*", "*", "?", "[", "[^", "]", "[a-c]", "[^a]"]
      let text = (0..<Int.random(in: 1...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      let name = (0..<Int.random(in: 0...5, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }
        .joined()
      guard let pattern = try? GlobPattern(text) else { continue }
      let expected = try connection.withStatement("SELECT ?1 GLOB ?2") { statement throws(SQLiteError) in
        try statement.bind(name, at: 1)
        try statement.bind(text, at: 2)
        _ = try statement.step()
        return try statement.bool(0)
      }
      matches += expected ? 1 : 0
      #expect(pattern.matches(name) == expected, "\(text) on \(name)")
    }
    #expect(matches > 500)
  }
}

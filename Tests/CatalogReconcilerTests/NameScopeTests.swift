import CatalogTestSupport
import StoredTree
import Testing

@Suite struct NameScopeTests {
  private static let letters: [Unicode.Scalar] = [
    "\u{1}", "\u{2}", "-", "a", "b", "z", "\u{7F}", "\u{80}", "ß", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}",
    "\u{10FFFE}", "\u{10FFFF}",
  ]

  private static func text(_ random: inout SplitMix64) -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 1...4, using: &random) { scalars.append(letters.randomElement(using: &random)!) }
    return String(scalars)
  }

  @Test("has bounds that hold all of its names, by bytes")
  func bounds() {
    var random = SplitMix64(seed: 1)
    for _ in 0..<20_000 {
      let (own, name) = (Self.text(&random), Self.text(&random))
      for scope in [NameScope.name(own), .prefix(own)] {
        for name in [own, own + name, name] where scope.contains(name) {
          if let lower = scope.lower { #expect(lower.utf8.lexicographicallyPrecedes(name.utf8), "\(scope) \(name)") }
          if let upper = scope.upper { #expect(!upper.utf8.lexicographicallyPrecedes(name.utf8), "\(scope) \(name)") }
        }
        #expect(scope.contains(own) && scope.covers(.name(own)))
        #expect(scope.covers(.prefix(own + "x")) == (scope == .prefix(own)))
      }
    }
  }

  @Test("is what a pattern says literally")
  func patterns() {
    #expect(NameScope(glob: "gold") == .name("gold"))
    #expect(NameScope(glob: "gold*") == .prefix("gold"))
    #expect(NameScope(glob: "gold.[ab]") == .prefix("gold."))
    for glob in ["", "*", "?a", "[a]b", "gold/x", "gold/*", "\0"] { #expect(NameScope(glob: glob) == nil, "\(glob)") }
  }
}

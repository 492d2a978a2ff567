import AssetCatalog
import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalogCommand

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

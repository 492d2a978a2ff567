import Foundation
import Testing

@Suite("The guarantees")
struct GuaranteeTests {
  /// A row of the table in `SECURITY.md`: words of a guarantee, a file below `Tests`, and the title of a test in it.
  private struct Proof {
    let words: String
    let file: String
    let title: String
  }

  private static func proofs() throws -> [Proof] {
    try Document.security.text.matches(of: #/(?m)^\| (.+) \| `(\w+Tests/[\w+]+)` \| (.+) \|$/#).map {
      Proof(words: String($0.output.1), file: "\($0.output.2).swift", title: String($0.output.3))
    }
  }

  /// The points of the lists in a text, each on one line.
  private static func points(of text: String) -> [String] {
    text.components(separatedBy: "\n- ").dropFirst().map { point in
      let paragraph = point.components(separatedBy: "\n\n")[0]
      return paragraph.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
  }

  /// The points of the article.
  private static func guarantees() throws -> [String] { points(of: try Document.article("Guarantees").text) }

  @Test("are each proved by a test that SECURITY.md names")
  func proved() throws {
    let proofs = try Self.proofs()
    let guarantees = try Self.guarantees()
    #expect(guarantees.count >= 10)
    for guarantee in guarantees {
      #expect(proofs.contains { guarantee.contains($0.words) }, "Nothing proves: \(guarantee)")
    }
    for proof in proofs {
      #expect(guarantees.contains { $0.contains(proof.words) }, "The article does not say: \(proof.words)")
    }
  }

  @Test("of the README are among them, in words that a test proves")
  func short() throws {
    let proofs = try Self.proofs()
    let section = try #require(try Document.readme.text.firstMatch(of: #/(?s)\n## Guarantees\n(.*?)\n##\s/#)?.output.1)
    let points = Self.points(of: "\n\(section)")
    #expect(points.count >= 5)
    for point in points {
      // Each sentence has its proof.
      for sentence in point.split(separator: ". ") {
        #expect(proofs.contains { sentence.contains($0.words) }, "Nothing proves: \(sentence)")
      }
    }
  }

  @Test("are proved by tests that are there")
  func there() throws {
    let tests = Document.repository.appending(path: "Tests")
    let proofs = try Self.proofs()
    #expect(proofs.count >= 20)
    for proof in proofs {
      let source = try? String(contentsOf: tests.appending(path: proof.file), encoding: .utf8)
      #expect(
        source?.contains("\"\(proof.title)\"") == true || source?.contains("`\(proof.title)`") == true,
        "Tests/\(proof.file) has no test \"\(proof.title)\"")
    }
  }
}

import Foundation
import Testing

@Suite("The guarantees of the README")
struct GuaranteeTests {
  /// A row of the table in `SECURITY.md`: words of a guarantee, a file below `Tests`, and the title of a test in it.
  private struct Proof {
    let words: String
    let file: String
    let title: String
  }

  private static func proofs() throws -> [Proof] {
    let security: String = try String(
      contentsOf: ReadmeTests.readme.deletingLastPathComponent().appending(path: "SECURITY.md"), encoding: .utf8)
    return security.matches(of: #/(?m)^\| (.+) \| `(\w+Tests/[\w+]+)` \| (.+) \|$/#).map {
      Proof(words: String($0.output.1), file: "\($0.output.2).swift", title: String($0.output.3))
    }
  }

  /// The points of the list, each on one line.
  private static func guarantees() throws -> [String] {
    let readme: String = try String(contentsOf: ReadmeTests.readme, encoding: .utf8)
    let section = try #require(readme.firstMatch(of: #/(?s)\n## Guarantees\n(.*?)\n##\s/#)?.output.1)
    return "\n\(section)".components(separatedBy: "\n- ").dropFirst().map { point in
      point.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
  }

  @Test("are each proved by a test that SECURITY.md names")
  func proved() throws {
    let proofs = try Self.proofs()
    let guarantees = try Self.guarantees()
    #expect(guarantees.count >= 5)
    for guarantee in guarantees {
      #expect(proofs.contains { guarantee.contains($0.words) }, "Nothing proves: \(guarantee)")
    }
    for proof in proofs {
      #expect(guarantees.contains { $0.contains(proof.words) }, "The README does not say: \(proof.words)")
    }
  }

  @Test("are proved by tests that are there")
  func there() throws {
    let tests = ReadmeTests.readme.deletingLastPathComponent().appending(path: "Tests")
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

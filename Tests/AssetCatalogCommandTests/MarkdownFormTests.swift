import AssetCatalog
import ManifestModel
import Testing

@testable import AssetCatalogCommand

/// Answers as chats and merge requests read them.
@Suite("An answer in Markdown") struct MarkdownFormTests {
  @Test("is a verdict and a table")
  func whole() throws {
    let report = sampleReport(
      [("asset_name", "NAME"), ("age", "AGE"), ("secret", nil)],
      [[.text("a.b"), .integer(3), .text("x")], [.null, .flag(true), .text("y")]], notes: ["2 assets. As of noon."],
      rightAligned: [1])
    #expect(
      try text { try MarkdownForm().write(report, to: &$0) } == """
        2 assets. As of noon.

        | NAME | AGE |
        | --- | ---: |
        | a.b | 3 |
        | - | yes |

        """)
  }

  @Test("without rows is the sentence that says so")
  func empty() throws {
    let report = sampleReport([("asset_name", "NAME")], [], notes: ["As of noon."])
    #expect(try text { try MarkdownForm().write(report, to: &$0) } == "Nothing here. As of noon.\n")
  }

  @Test("has 50 rows at most, and the number of the others", arguments: [50, 51, 1_362])
  func most(_ count: Int) throws {
    let report = sampleReport([("n", "N")], (0..<count).map { [.integer($0)] }, notes: ["\(count) rows."])
    var written = 0
    let lines = try text { written = try MarkdownForm().write(report, to: &$0) }.split(separator: "\n")
    #expect(written == count)
    #expect(lines.count { $0.hasPrefix("| ") } == 2 + 50)
    let rest = [51: "and 1 more", 1_362: "and 1,312 more"][count]
    #expect(lines.last.map(String.init) == rest ?? "| 49 |")
  }

  @Test(
    "shows every text as it is",
    arguments: [
      ("a|b", "a&#124;b"), ("`x` *y* _z_", "&#96;x&#96; &#42;y&#42; &#95;z&#95;"),
      ("[a](b)<img src=x>", "&#91;a&#93;(b)&#60;img src=x&#62;"), ("a&amp;b\\", "a&#38;amp;b&#92;"),
      ("@all #1 ~~no~~", "&#64;all &#35;1 &#126;&#126;no&#126;&#126;"), ("- item", "&#45; item"), ("+1", "&#43;1"),
      ("==", "&#61;="), ("a-b+c=d", "a-b+c=d"), ("one\ntwo\r\nthree\rfour", "one two three four"),
      ("\u{1B}[31m\u{202E}x\u{0}\u{7F}\u{85}", "&#92;u{1b}&#91;31m&#92;u{202e}x&#92;u{0}&#92;u{7f}&#92;u{85}"),
      ("né 中 😀", "né 中 😀"),
    ] as [(String, String)])
  func hostile(_ given: String, _ shown: String) throws {
    let report = sampleReport([("name", "NAME")], [[.text(given)]])
    let lines = try text { try MarkdownForm().write(report, to: &$0) }.split(separator: "\n")
    #expect(lines.last.map(String.init) == "| \(shown) |")
    // A heading, its rule and one row, whatever is in it.
    #expect(lines.count == 3)
    #expect(MarkdownText.line(given) == shown)
  }

  @Test("groups failures by their error, with the numbers taken out")
  func failures() throws {
    let errors: [(String, String?)] = [
      ("a", "TimeoutError: 30 s"), ("b", "no table | x"), ("c", "TimeoutError: 5 s"), ("a", "TimeoutError: 31 s"),
      ("d", nil), ("e", "no table | x"), ("b_1", "\u{1B}[1mTimeoutError\u{1B}[0m: 7 s"),
    ]
    let rows: [[Cell]] = errors.map { [.text($0.0), .text($0.1)] }
    let report = sampleReport([("asset_name", nil), ("error", nil)], rows)
    let printed = try text { try MarkdownForm().write(report, to: &$0) }
    #expect(
      printed.hasSuffix(
        """

        By error:

        - 4× TimeoutError: 30 s in a, c, b&#95;1
        - 2× no table &#124; x in b, e

        """))
  }

  @Test("names no more than five assets and twenty errors")
  func manyFailures() throws {
    func name(_ index: Int) -> String {
      String(UnicodeScalar(UInt8(97 + index % 26))) + String(UnicodeScalar(UInt8(97 + index / 26)))
    }
    var groups = FailureGroups()
    for index in 0..<30 { groups.add("error \(name(index))", "n") }
    for index in 0..<7 { groups.add("frequent", name(index)) }
    let lines = text { groups.write(to: &$0) }.split(separator: "\n").map(String.init)
    #expect(lines[1] == "- 7× frequent in aa, ba, ca, da, ea, others")
    #expect(lines.count == 1 + 20 + 1)
    #expect(lines.last == "- and 11 with other errors")
  }

  @Test("takes for one what the page takes for one")
  func oneError() {
    let errors = [
      "no answer from 0xdeadbeef01:5432 in 30 s\nat line 7", "no answer from 0xCAFEBABE:5433 in 9 s\nat line 8",
    ]
    var groups = FailureGroups()
    for error in errors { groups.add(error, "n") }
    var onPage = ErrorGroups()
    for error in errors {
      let asset = AssetIdentifier(name: "n", id: "a")
      onPage.add(MorningReport.Failure(asset: asset, outcome: .failed, failedAt: nil, error: error))
    }
    #expect(onPage.groups.map(\.count) == [2] && onPage.groups[0].assets.count == 1)
    #expect(text { groups.write(to: &$0) }.contains("- 2× "))
  }
}

import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("CSV")
struct CSVFormTests {
  private func csv(_ cell: Cell, isRaw: Bool = false, isTerminal: Bool = false) throws -> String {
    let all = try text { sink in
      try CSVForm(isRaw: isRaw, isTerminal: isTerminal).write(sampleReport([("a", "A")], [[cell]]), to: &sink)
    }
    return String(all.dropFirst("a\r\n".count).dropLast())
  }

  @Test("has a heading, CRLF, and quotes where they are needed")
  func golden() throws {
    let report = sampleReport(
      [("asset_name", "NAME"), ("age_seconds", nil), ("a,b", "X")],
      [
        [.text("plain"), .span(1_500_000), .flag(true)],
        [.text("with \"quotes\", and\nlines"), .null, .time(Timestamp(microseconds: 1))],
        [.text("=1+1"), .integer(-5), .texts(["a", "b"])],
      ])
    #expect(
      try text { sink in try CSVForm(isRaw: false, isTerminal: false).write(report, to: &sink) }
        == [
          "asset_name,age_seconds,\"a,b\"", "plain,1.5,true",
          "\"with \"\"quotes\"\", and\nlines\",,1970-01-01T00:00:00.000001Z", "'=1+1,-5,\"[\"\"a\"\",\"\"b\"\"]\"", "",
        ].joined(separator: "\r\n"))
  }

  @Test(
    "lets no cell begin a formula, but leaves numbers alone",
    arguments: [
      ("=1+1", "'=1+1"), ("+1+1", "'+1+1"), ("-1-1", "'-1-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"),
      ("-5", "-5"), ("+5", "+5"), ("-5.25e-3", "-5.25e-3"), ("-5.", "'-5."), ("-", "'-"), ("-0x1", "'-0x1"),
      ("-5 ", "\"'-5 \""), ("＝1", "'＝1"), ("", ""), ("a=1", "a=1"), ("\rx", "\"'\rx\""), ("\nx", "\"'\nx\""),
      ("\0=1", "'\\u{0}=1"),
    ])
  func guarded(text: String, cell: String) throws {
    #expect(try csv(.text(text)) == cell)
  }

  @Test("guards a heading that came from a query")
  func heading() throws {
    let report = sampleReport([("=cmd()", "X")], [])
    #expect(try text { sink in try CSVForm(isRaw: false, isTerminal: false).write(report, to: &sink) } == "'=cmd()\r\n")
  }

  @Test("keeps line breaks and tabs in a file, and spells out what acts on a terminal")
  func controls() throws {
    #expect(try csv(.text("a\tb\r\nc\u{1B}d\n")) == "\"a\tb\r\nc\\u{1b}d\n\"")
    #expect(try csv(.text("a\tb\nc"), isTerminal: true) == #"a\u{9}b\u{a}c"#)
  }

  @Test("is exact when raw is asked for, except on a terminal")
  func raw() throws {
    #expect(try csv(.text("=\u{1B}"), isRaw: true) == "=\u{1B}")
    #expect(try csv(.text("=\u{1B}"), isRaw: true, isTerminal: true) == #"=\u{1b}"#)
  }

  @Test(
    "on a terminal lets nothing hazardous out, and in a file only tabs and line breaks", arguments: [UInt64(21), 22])
  func hazards(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<1000 {
      let value = random.hostileText()
      #expect(try !csv(.text(value), isTerminal: true).unicodeScalars.contains(where: isHazardous))
      let filed = try csv(.text(value)).unicodeScalars
      #expect(!filed.contains { isHazardous($0) && !["\t", "\n", "\r"].contains($0) })
      let first = filed.first == "\"" ? filed.dropFirst().first : filed.first
      if let first, "=@".unicodeScalars.contains(first) { Issue.record("a formula: \(value)") }
    }
  }
}

import Testing

@testable import AssetCatalogCommand

@Suite("Display width")
struct DisplayWidthTests {
  @Test(
    "counts the columns of a terminal",
    arguments: [
      ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("中文", 4), ("ﾊﾝ", 2), ("ハン", 4), ("한국", 4),
      ("\u{1112}\u{1161}\u{11AB}", 2),
      ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇦🇺", 2), ("❤️", 2), ("1️⃣", 2), ("Ａ", 2), ("क्षि", 3), ("ไทย", 3), ("…", 1),
      ("a\u{200B}b", 2), ("€", 1), ("𠀀", 2),
    ])
  func width(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test(
    "shortens to what fits, with an ellipsis",
    arguments: [
      ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""), ("中文字", 5, "中文…"),
      ("中文字", 4, "中…"), ("👨‍👩‍👧👨‍👩‍👧", 3, "👨‍👩‍👧…"),
    ])
  func shortened(text: String, width: Int, expected: String) {
    #expect(DisplayWidth.shortened(text, to: width) == expected)
    #expect(DisplayWidth.of(DisplayWidth.shortened(text, to: width)) <= width)
  }

  @Test("keeps the end of a path")
  func keepsEnd() {
    #expect(DisplayWidth.shortened("bronze/orders.parquet", to: 9, keepingEnd: true) == "….parquet")
    #expect(DisplayWidth.shortened("中文字", to: 4, keepingEnd: true) == "…字")
  }

  @Test("of a long text no more is measured than could fit, and no scalar is cut")
  func longTexts() {
    for piece in ["x", "é", "中", "\u{10FFFF}", "e\u{301}"] {
      let long = String(repeating: piece, count: 1_000_000)
      for keepingEnd in [false, true] {
        let short = DisplayWidth.shortened(long, to: 9, keepingEnd: keepingEnd)
        let count = DisplayWidth.of(piece) == 2 ? 4 : 8
        let kept = String(repeating: piece, count: count)
        #expect(short == (keepingEnd ? "…" + kept : kept + "…"))
      }
    }
    // Marks that take no column are not read for ever.
    let marks = "e" + String(repeating: "\u{301}", count: 1_000_000)
    #expect(DisplayWidth.shortened(marks, to: 9).utf8.count < 1000)
    #expect(DisplayWidth.shortened(marks, to: 9).hasSuffix("…"))
  }
}

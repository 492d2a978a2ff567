import Testing

@testable import ManifestModel

@Suite("What somebody may have meant")
struct NearestTextTests {
  @Test(
    "is the text with the fewest edits, else the shortest that begins so",
    arguments: [
      ("bronze.ordres", "bronze.orders"), ("bronze.order", "bronze.orders"), ("Bronze.Orders", "bronze.orders"),
      ("gold.kp", "gold.kpi"), ("bronze.orders_", "bronze.orders"), ("gol", "gold.kpi"),
      ("silver.cust", "silver.customers"),
      ("slver.customers", "silver.customers"), ("silver.customerss", "silver.customers"),
      ("xyz", nil), ("", nil), ("nothing.like.it", nil), ("lead.orders", nil),
    ] as [(String, String?)])
  func nearest(typed: String, meant: String?) {
    let names = ["bronze.orders", "bronze.orders_eu", "gold.kpi", "gold.kpi_by_day", "silver.customers"]
    #expect(NearestText.among(names, to: typed) == meant)
    #expect(NearestText.among(names.reversed(), to: typed) == meant)
    #expect(NearestText.among([], to: typed) == nil)
  }

  @Test("is what a full table of edits finds, whatever the texts", arguments: [UInt64(1), 2, 3])
  func oracle(seed: UInt64) {
    var state = seed
    func number(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    func text(_ length: Int) -> String {
      String(decoding: (0..<length).map { _ in UInt8(0x61 + number(3)) }, as: UTF8.self)
    }
    for _ in 0..<300 {
      let typed = text(number(14))
      let names = Set((0..<20).map { _ in text(1 + number(14)) })
      let most = min(3, typed.utf8.count / 3)
      let near = names.map { (edits: Self.edits(typed, $0), name: $0) }.filter { $0.edits <= most }
        .min { ($0.edits, $0.name) < ($1.edits, $1.name) }
      let longer = names.filter { $0.hasPrefix(typed) && !typed.isEmpty && $0 != typed }
        .min { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
      #expect(NearestText.among(names, to: typed) == near?.name ?? longer, "\(typed) \(names)")
    }
  }

  @Test("is not looked for where a text is longer than any name")
  func long() {
    let long = String(repeating: "x", count: 100_000)
    #expect(NearestText.among([long, "x"], to: long) == nil)
  }

  /// The optimal string alignment distance, cell by cell.
  private static func edits(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left.utf8), Array(right.utf8))
    var table = (0...a.count).map { row in (0...b.count).map { row == 0 ? $0 : row } }
    for i in a.indices {
      for j in b.indices {
        var cost = min(table[i][j + 1], table[i + 1][j]) + 1
        cost = min(cost, table[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, table[i - 1][j - 1] + 1) }
        table[i + 1][j + 1] = cost
      }
    }
    return table[a.count][b.count]
  }
}

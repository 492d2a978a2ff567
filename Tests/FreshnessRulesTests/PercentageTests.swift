import FreshnessRules
import Testing

@Suite("A percentage")
struct PercentageTests {
  @Test(
    "is written with all of its digits",
    arguments: [
      (0, "0%"), (5_000, "0.5%"), (995_000, "99.5%"), (999_700, "99.97%"), (999_975, "99.9975%"), (1_000_000, "100%"),
      (1_000, "0.1%"), (1, "0.0001%"), (2_500_000, "250%"),
    ] as [(Int64, String)])
  func text(millionths: Int64, text: String) {
    let percentage = Percentage(millionths: millionths)
    #expect(percentage.text == text)
    #expect(Percentage(text) == percentage)
    #expect(percentage.spacedText == "\(text.dropLast()) %")
  }

  @Test("of time that was measured is cut, however little is missing")
  func share() {
    func text(_ measured: Int64, bad: Int64) -> String? {
      Percentage.share(measured - bad, of: measured).map { Percentage(cutting: $0).text }
    }
    // 30 days with 25 seconds bad: 99.99904 %.
    #expect(text(2_592_000_000_000, bad: 25_000_000) == "99.99%")
    #expect(text(2_592_000_000_000, bad: 1) == "99.99%")
    #expect(text(2_592_000_000_000, bad: 0) == "100%")
    #expect(text(100, bad: 100) == "0%")
    #expect(text(0, bad: 0) == nil)
    // A thousand years.
    #expect(text(31_556_952_000_000_000, bad: 1) == "99.99%")
  }

  @Test("that was measured never reads as much as one that it falls short of")
  func cut() {
    #expect(Percentage(cutting: 0.9996).spacedText == "99.96 %")
    #expect(Percentage(cutting: 0.999_999_999).spacedText == "99.99 %")
    #expect(Percentage(cutting: 1).spacedText == "100 %")
    #expect(Percentage(cutting: 0.29).text == "29%")
    for target in [995_000, 999_600, 999_700, 999_975, 1_000_000, 1, 333_333] as [Int64] {
      for shortfall in [1, 999, 1_000, 40_000] as [Int64] where shortfall < target * 1_000 {
        let share = Double(target * 1_000 - shortfall) / 1_000_000_000
        #expect(Percentage(cutting: share) < Percentage(millionths: target), "\(share) of \(target)")
        #expect(Percentage(cutting: share).text != Percentage(millionths: target).text)
      }
    }
  }
}

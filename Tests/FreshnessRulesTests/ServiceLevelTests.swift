import FreshnessRules
import ManifestModel
import Testing

@Suite("A service level")
struct ServiceLevelTests {
  private func level(measured: Int64, bad: Int64) -> ServiceLevel {
    var level = ServiceLevel(begin: .earliest, measured: measured)
    level.bad = bad
    return level
  }

  @Test("has a budget of what its target allows, less what was bad")
  func budget() throws {
    let target = try #require(Percentage("99.5%"))
    // 0.5 % of 200 hours is an hour.
    #expect(level(measured: 720_000_000_000, bad: 1_200_000_000).budgetLeft(target: target) == 2_400_000_000)
    #expect(level(measured: 720_000_000_000, bad: 7_200_000_000).budgetLeft(target: target) == -3_600_000_000)
    #expect(level(measured: 720_000_000_000, bad: 5).budgetLeft(target: Percentage(millionths: 1_000_000)) == -5)
    #expect(level(measured: .max, bad: 0).budgetLeft(target: Percentage(millionths: 0)) == .max)
  }

  @Test(
    "is aimed at by a percentage with at most four digits after the point",
    arguments: [
      ("99.5%", 995_000), ("100%", 1_000_000), ("0.0001%", 1), ("99.99%", 999_900), ("300%", 3_000_000), ("99", nil),
      ("%", nil), (".5%", nil), ("99.%", nil), ("99.12345%", nil), ("-1%", nil), ("1e2%", nil), ("9999999%", nil),
    ] as [(String, Int64?)])
  func percentages(text: String, millionths: Int64?) {
    #expect(Percentage(text)?.millionths == millionths)
  }
}

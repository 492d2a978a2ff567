import FreshnessRules
import Testing

@Suite("A suggested age")
struct SuggestedAgeTests {
  static let hour: Int64 = 3_600_000_000

  @Test("takes the larger of 1.25 times the 95th percentile and 1.5 times the median, from 8 intervals on")
  func needs() {
    let steady = (0..<9).map { Int64($0) * Self.hour }
    #expect(SuggestedAge.need(steady) == Self.hour * 3 / 2)
    #expect(SuggestedAge.need(Array(steady.dropLast())) == nil)
    // The ninth interval of nine is the 95th percentile.
    #expect(SuggestedAge.need(steady + [18 * Self.hour]) == Self.hour * 25 / 2)
    // Only the last 30 intervals count.
    let late = (0..<31).map { 1_000 * Self.hour + Int64($0) * Self.hour }
    #expect(SuggestedAge.need(steady + late) == Self.hour * 3 / 2)
  }

  @Test(
    "is one that people write",
    arguments: [(1, 900), (900, 900), (901, 1_800), (5_401, 7_200), (86_400, 93_600), (2_764_801, 2_851_200)])
  func ages(need: Int64, age: Int64) {
    #expect(SuggestedAge.age(need * 1_000_000) == age * 1_000_000)
  }

  @Test("is one's own beyond a factor of 1.5")
  func groups() {
    #expect(SuggestedAge.need(ofGroup: [5, 1, 3]) == 3)
    #expect(!SuggestedAge.differs(15, from: 10))
    #expect(SuggestedAge.differs(16, from: 10))
    #expect(SuggestedAge.differs(6, from: 10))
  }
}
